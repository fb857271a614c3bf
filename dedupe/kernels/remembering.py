"""What was found out about pairs of numbers, as long as nothing else takes its place.

Two texts of many thousand lines meet under each of them, and to compare them takes as
many steps each time.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit

_BITS = 14
_SHIFT = np.uint64(64 - _BITS)
_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_HALF, _ONE = np.uint64(32), np.uint64(1)


@njit(forceinline=True, cache=True)
def forgetful():
    """Memory for some pairs, in which nothing is known yet."""
    return np.zeros(1 << _BITS, np.uint64)


@njit(forceinline=True, cache=True)
def _entry(first, second):
    """A pair of numbers below 2 ** 31 as one that is not 0, its lowest bit free."""
    return (np.uint64(first + 1) << _HALF) | (np.uint64(second) << _ONE)


@njit(forceinline=True, cache=True)
def recall(memory, first, second):
    """Return 1 or 0, as it was found out about a pair, or -1 where it is not known."""
    entry = _entry(first, second)
    held = memory[(entry * _SCATTER) >> _SHIFT]
    return np.int64(held & _ONE) if held & ~_ONE == entry else np.int64(-1)


@njit(forceinline=True, cache=True)
def remember(memory, first, second, known):
    """Keep what was found out about a pair: true or false."""
    entry = _entry(first, second)
    memory[(entry * _SCATTER) >> _SHIFT] = entry | np.uint64(known)
