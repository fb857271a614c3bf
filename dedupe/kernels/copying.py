"""Copying stretches of arrays: numba takes seconds to compile ``a[:n] = b[:n]``."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import borrowing, njit


@borrowing(cache=True, nogil=True)
def copy(source, start, size, out, at):
    """Copy *size* elements of *source*, from *start* on, to *out* from *at* on."""
    # Unsigned, so that numba does not look for negative ones and copies many at a time.
    place, first = np.uint64(at), np.uint64(start)
    for k in range(np.uint64(size)):
        out[place + k] = source[first + k]


@njit(cache=True, nogil=True)
def enlarged(array, filled, size):
    """A new array of *size* elements that begins with the first *filled* of *array*."""
    larger = np.empty(size, array.dtype)
    copy(array, 0, filled, larger, 0)
    return larger
