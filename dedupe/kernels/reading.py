"""Reading a file in many places, without the interpreter and its lock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dedupe.kernels.compiler import DISABLED, njit, types

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The file, where to put the bytes, how many, and from where in the file.
_pread: Any = types.ExternalFunction(
    "pread", types.intp(types.intc, types.uintp, types.uintp, types.int64)
)


@njit(
    types.int64(
        types.intc,
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.uint8[::1],
    ),
    cache=True,
    nogil=True,
)
def _read_stretches(file, starts, sizes, out):
    at = 0
    for row in range(starts.shape[0]):
        end = at + sizes[row]
        start = starts[row] - at
        while at < end:
            got = _pread(file, out.ctypes.data + at, end - at, start + at)
            if got <= 0:
                return at
            at += got
    return at


def _read_interpreted(file, starts, sizes, out):
    at = 0
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        at += os.preadv(file, [out[at : at + size].data], start) if size else 0
    return at


def read_stretches(
    file: int,
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    out: NDArray[np.uint8],
) -> int:
    """Fill *out* with stretches of an open *file*, one after the other.

    They begin at the bytes *starts* and are *sizes* bytes long. Returns how many bytes
    could be read.
    """
    read = _read_interpreted if DISABLED else _read_stretches
    return int(read(file, starts, sizes, out))
