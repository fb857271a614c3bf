"""Signatures against datasketch, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.errors import SettingsMismatchError
from dedupe.parameters import Parameters
from dedupe.shingles import shingle_hashes
from dedupe.signature import Signer, estimate_jaccard, from_datasketch, to_datasketch


@settings(max_examples=30)
@given(
    hashes=st.lists(st.integers(0, 2**32 - 1), max_size=40),
    num_perm=st.sampled_from([16, 128]),
    seed=st.integers(0, 1000),
)
def test_signs_as_datasketch_does(hashes: list[int], num_perm: int, seed: int) -> None:
    parameters = Parameters(num_perm=num_perm, seed=seed, bands=4, rows=4)
    theirs = MinHash(num_perm=num_perm, seed=seed, hashfunc=int)
    theirs.update_batch(hashes)
    ours = Signer(parameters).sign_hashes(np.array(hashes, np.uint32))
    assert ours.tolist() == theirs.hashvalues.tolist()
    assert from_datasketch(theirs, parameters).tolist() == ours.tolist()
    assert to_datasketch(ours, parameters).jaccard(theirs) == 1.0


def test_a_text_is_signed_by_its_shingles() -> None:
    text = "The river rose by three metres. 東京で会議が開かれた。"
    ours = Signer().sign(text)
    assert ours.tolist() == Signer().sign_hashes(shingle_hashes(text)).tolist()
    assert estimate_jaccard(ours, Signer().sign(text.upper())) == 1.0


def test_signatures_of_other_settings_are_refused() -> None:
    with pytest.raises(SettingsMismatchError, match="seed"):
        from_datasketch(MinHash(num_perm=128, seed=2))
