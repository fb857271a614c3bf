"""Gather the keys of articles, and mark those that are wanted."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit, types


@njit(
    types.uint64[::1](
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def gather_keys(keys, offsets, articles):
    """The keys of *articles*, one after the other."""
    count = 0
    for i in range(articles.shape[0]):
        count += offsets[articles[i] + 1] - offsets[articles[i]]
    out = np.empty(count, np.uint64)
    at = 0
    for i in range(articles.shape[0]):
        for k in range(offsets[articles[i]], offsets[articles[i] + 1]):
            out[at] = keys[k]
            at += 1
    return out


@njit(
    types.Tuple((types.uint64[::1], types.uint32[::1]))(
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.boolean, 1, "C", readonly=True),
        types.int64,
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def gather_part(keys, offsets, articles, wanted, bits, part):
    """The keys of the *wanted* articles whose first *bits* are *part*, and their nodes."""
    shift = np.uint64(64 - bits)
    first = np.uint64(part)
    count = 0
    for i in range(articles.shape[0]):
        if wanted[i]:
            for k in range(offsets[articles[i]], offsets[articles[i] + 1]):
                count += keys[k] >> shift == first
    out = np.empty(count, np.uint64)
    nodes = np.empty(count, np.uint32)
    at = 0
    for i in range(articles.shape[0]):
        if wanted[i]:
            for k in range(offsets[articles[i]], offsets[articles[i] + 1]):
                if keys[k] >> shift == first:
                    out[at] = keys[k]
                    nodes[at] = i
                    at += 1
    return out, nodes


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
