"""Keys in order: the same as numpy's own stable order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.sorting import order_keys

SMALL = st.integers(0, 40)
# Close together, at both ends of 64 bits: only their lower bits differ.
LARGE = st.builds(
    lambda base, more: base + more, st.sampled_from([0, 2**64 - 60]), SMALL
)


@given(st.lists(SMALL, max_size=60) | st.lists(LARGE, max_size=60))
def test_keys_are_ordered_as_numpy_orders_them(values: list[int]) -> None:
    keys = np.array(values, np.uint64)
    assert order_keys(keys).tolist() == np.argsort(keys, kind="stable").tolist()


@pytest.mark.parametrize("dtype", [np.uint32, np.int64, np.uint64])
@pytest.mark.parametrize("most", [3, 1 << 31, (1 << 63) - 1])
def test_many_keys_of_any_type(dtype: type[np.generic], most: int) -> None:
    most = min(most, np.iinfo(dtype).max)
    keys = np.random.default_rng(1).integers(0, most, 5000, dtype=dtype)
    keys[::7] = keys[0]
    assert order_keys(keys).tolist() == np.argsort(keys, kind="stable").tolist()
