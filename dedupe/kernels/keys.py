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
    types.int64[::1](
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def count_parts(keys, offsets, articles, bits):
    """How many keys of *articles* start with each value of their first *bits*."""
    shift = np.uint64(64 - bits)
    counts = np.zeros(1 << bits, np.int64)
    for i in range(articles.shape[0]):
        end = np.uint64(offsets[articles[i] + 1])
        for k in range(np.uint64(offsets[articles[i]]), end):
            counts[keys[k] >> shift] += 1
    return counts


@njit(
    types.Tuple((types.uint64[::1], types.uint32[::1]))(
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.int64,
        types.int64,
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def gather_part(keys, offsets, articles, nodes, bits, part, count):
    """The *count* keys of *articles* whose first *bits* are *part*, and their nodes.

    Article i is nodes[i]. Articles should ascend: then the keys are read as they lie.
    """
    shift = np.uint64(64 - bits)
    first = np.uint64(part)
    # Every key is written, and the next one over it unless it counts: no branch.
    out = np.empty(count + 1, np.uint64)
    owners = np.empty(count + 1, np.uint32)
    at = np.uint64(0)
    for i in range(articles.shape[0]):
        end = np.uint64(offsets[articles[i] + 1])
        for k in range(np.uint64(offsets[articles[i]]), end):
            key = keys[k]
            out[at] = key
            owners[at] = nodes[i]
            at += np.uint64(key >> shift == first)
    return out[:count], owners[:count]


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
