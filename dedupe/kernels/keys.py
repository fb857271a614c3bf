"""Gather the keys of articles, and mark those that are wanted."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit, types


@njit(
    types.Tuple((types.uint64[::1], types.uint32[::1], types.int64[::1]))(
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def gather_keys(keys, offsets, articles):
    """The keys of *articles* one after the other, their node numbers, and bounds."""
    n = articles.shape[0]
    bounds = np.zeros(n + 1, np.int64)
    for i in range(n):
        x = articles[i]
        bounds[i + 1] = bounds[i] + offsets[x + 1] - offsets[x]
    out = np.empty(bounds[n], np.uint64)
    nodes = np.empty(bounds[n], np.uint32)
    for i in range(n):
        first = offsets[articles[i]]
        for k in range(bounds[i], bounds[i + 1]):
            out[k] = keys[first + k - bounds[i]]
            nodes[k] = i
    return out, nodes, bounds


@njit(
    types.uint8[::1](
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def mark_keys(keys, wanted):
    """Say of each of *keys* whether it is one of *wanted*."""
    bits = 4
    while (1 << bits) < 4 * wanted.shape[0]:
        bits += 1
    shift = np.uint64(64 - bits)
    mask = np.uint64((1 << bits) - 1)
    table = np.zeros(1 << bits, np.uint64)
    zero = False
    for i in range(wanted.shape[0]):
        key = wanted[i]
        if key == np.uint64(0):
            zero = True
            continue
        slot = key >> shift
        while table[slot] != np.uint64(0):
            slot = (slot + np.uint64(1)) & mask
        table[slot] = key
    out = np.zeros(keys.shape[0], np.uint8)
    for i in range(keys.shape[0]):
        key = keys[i]
        if key == np.uint64(0):
            out[i] = zero
            continue
        slot = key >> shift
        while table[slot] != np.uint64(0):
            if table[slot] == key:
                out[i] = 1
                break
            slot = (slot + np.uint64(1)) & mask
    return out
