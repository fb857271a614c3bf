"""Anchors: from verified pairs to stories."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit, types


@njit(
    types.Tuple((types.int64[::1], types.int64[::1]))(
        types.int64,
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def pick_anchors(n, left, right, order, strength):
    """The anchor of each of n nodes, and the pair by which it joined it (-1: none).

    *order* ranks the nodes (0 first); *strength* ranks the pairs (more is stronger).
    A node is an anchor unless one before it is verified against it; the others join
    the anchor of their strongest pair, at a tie the first one.
    """
    places = np.zeros(n + 1, np.int64)
    for i in range(left.shape[0]):
        places[left[i] + 1] += 1
        places[right[i] + 1] += 1
    for x in range(n):
        places[x + 1] += places[x]
    at = places[:n].copy()
    pairs = np.empty(2 * left.shape[0], np.int64)
    for i in range(left.shape[0]):
        pairs[at[left[i]]] = i
        at[left[i]] += 1
        pairs[at[right[i]]] = i
        at[right[i]] += 1
    by_rank = np.empty(n, np.int64)
    for x in range(n):
        by_rank[order[x]] = x
    anchor = np.full(n, -1, np.int64)
    through = np.full(n, -1, np.int64)
    is_anchor = np.zeros(n, np.uint8)
    for rank in range(n):
        node = by_rank[rank]
        best = np.int64(-1)
        for k in range(places[node], places[node + 1]):
            i = pairs[k]
            other = right[i] if left[i] == node else left[i]
            if is_anchor[other] and (
                best < 0
                or strength[i] > strength[best]
                or (
                    strength[i] == strength[best] and order[other] < order[anchor[node]]
                )
            ):
                best = i
                anchor[node] = other
        if best < 0:
            is_anchor[node] = 1
            anchor[node] = node
    for node in range(n):
        if is_anchor[node]:
            continue
        best = np.int64(-1)
        for k in range(places[node], places[node + 1]):
            i = pairs[k]
            other = right[i] if left[i] == node else left[i]
            if is_anchor[other] and (
                best < 0
                or strength[i] > strength[best]
                or (
                    strength[i] == strength[best] and order[other] < order[anchor[node]]
                )
            ):
                best = i
                anchor[node] = other
        through[node] = best
    return anchor, through
