"""Stretches of bytes, brought into another order."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit, types
from dedupe.kernels.copying import copy


@njit(
    types.uint8[::1](
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def pick_bytes(data, starts, sizes):
    """The stretches that begin at *starts*, one after the other."""
    out = np.empty(sizes.sum(), np.uint8)
    at = 0
    for row in range(starts.shape[0]):
        size = sizes[row]
        copy(data, starts[row], size, out, at)
        at += size
    return out
