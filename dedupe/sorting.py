"""The order of many keys, in a fraction of the time of numpy.argsort.

numpy sorts numbers many times faster than it orders them: so the place of each key
stands in its lower bits, for which small keys leave room, and hashes give bits up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


# Places that are made at a time: as many as a cache holds.
_AT_ONCE = 1 << 16


def order_keys(keys: NDArray[Any]) -> NDArray[np.int64]:
    """Return what ``np.argsort(keys, kind="stable")`` does; *keys* are not negative.

    Large ones should be hashes.
    """
    bits = _bits_for(len(keys))
    if len(keys) and int(keys.max()).bit_length() + bits <= 64:
        packed = keys.astype(np.uint64)
        packed <<= np.uint64(bits)
        _sort_with_places(packed)
        packed &= np.uint64((1 << bits) - 1)
        return packed.view(np.int64)
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
    low = np.uint64((1 << bits) - 1)
    packed = keys.astype(np.uint64)
    packed &= ~low
    _sort_with_places(packed)
    places = packed & low
    packed >>= np.uint64(bits)
    return packed, places.view(np.int64)


def _bits_for(count: int) -> int:
    return max(count - 1, 1).bit_length()


def _sort_with_places(packed: NDArray[np.uint64]) -> None:
    """Write the place of each number into its lower bits, which are 0, and sort."""
    for start in range(0, len(packed), _AT_ONCE):
        some = packed[start : start + _AT_ONCE]
        some |= np.arange(start, start + len(some), dtype=np.uint64)
    packed.sort()
