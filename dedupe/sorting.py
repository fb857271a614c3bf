"""The order of many keys, in a fraction of the time of numpy.argsort.

numpy sorts numbers many times faster than it orders them: so the place of each key
stands in its lower bits, for which small keys leave room, and hashes give bits up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def order_keys(keys: NDArray[Any]) -> NDArray[np.int64]:
    """Return what ``np.argsort(keys, kind="stable")`` does; *keys* are not negative.

    Large ones should be hashes.
    """
    bits = _bits_for(len(keys))
    if len(keys) and int(keys.max()).bit_length() + bits <= 64:
        return _sorted_with_places(keys.astype(np.uint64) << np.uint64(bits), bits)[1]
    upper, order = order_hashes(keys)
    ordered = keys[order]
    wrong = np.flatnonzero(ordered[1:] < ordered[:-1])
    for value in np.unique(upper[wrong]):
        run = slice(*np.searchsorted(upper, [value, value + np.uint64(1)]).tolist())
        order[run] = order[run][np.argsort(ordered[run], kind="stable")]
    return order


def order_hashes(
    keys: NDArray[Any],
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the upper bits of *keys*, ascending, and the place of each.

    As many bits are lost as the number of keys has.
    """
    bits = _bits_for(len(keys))
    lost = np.uint64((1 << bits) - 1)
    return _sorted_with_places(keys.astype(np.uint64) & ~lost, bits)


def _bits_for(count: int) -> int:
    return max(count - 1, 1).bit_length()


def _sorted_with_places(
    packed: NDArray[np.uint64], bits: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Sort in place numbers whose lower *bits* are free for the place of each."""
    packed |= np.arange(len(packed), dtype=np.uint64)
    packed.sort()
    places = (packed & np.uint64((1 << bits) - 1)).view(np.int64)
    packed >>= np.uint64(bits)
    return packed, places
