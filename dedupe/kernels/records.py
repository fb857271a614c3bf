"""What is made once of each verification record, before its pairs are looked at."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit, types
from dedupe.kernels.machine import count_ones
from dedupe.kernels.matching import BITMAP, number_shingles, table_bits
from dedupe.kernels.tokens import BOUNDARY, KEYED, hash_all, shingle_count

_ZERO = np.uint32(0)
_U1 = np.uint64(1)
# Numbers of shingles count on from text to text until a table must be emptied.
LAST_NUMBER = 1 << 30
# A sketch is a bitmap of 16,384 bits, of the highest bits of the shingles' hashes.
SKETCH = 256
_WORD, _BIT, _LAST_BIT = np.uint32(24), np.uint32(18), np.uint32(63)
# Shares are rounded to float32 where they are stored.
_ROUNDING = 1e-6


@njit(
    types.Tuple((types.int64[::1], types.uint32[::1], types.uint32[::1]))(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def number_nodes(left, right, n):
    """Number those of n nodes that are in a pair: the nodes, and the pairs renumbered."""
    number = np.full(n, -1, np.int32)
    nodes = np.empty(min(n, 2 * left.shape[0]), np.int64)
    count = np.int32(0)
    ends = np.empty((2, left.shape[0]), np.uint32)
    for i in range(left.shape[0]):
        for side in range(2):
            node = left[i] if side == 0 else right[i]
            if number[node] < 0:
                number[node] = count
                nodes[count] = node
                count += np.int32(1)
            ends[side, i] = number[node]
    return nodes[:count].copy(), ends[0].copy(), ends[1].copy()


@njit(forceinline=True)
def _hide_masked(tokens, start, end, masked, m, hidden):
    """Mark the tokens of masked passages, whose marks begin at masked[m]."""
    hide = np.uint8(0)
    keyed = np.uint64(m)
    place = np.uint64(0)
    for s in range(np.uint64(start), np.uint64(end)):
        token = tokens[s]
        if token & BOUNDARY != _ZERO:
            hide = np.uint8(0)
            if token & KEYED != _ZERO:
                hide = masked[keyed]
                keyed += _U1
        hidden[place] = hide
        place += _U1


@njit(
    types.void(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.int32[:, ::1],
    ),
    cache=True,
    nogil=True,
)
def count_shingles(tokens, starts, sizes, masked, mask_starts, nodes, distinct):
    """Count the distinct shingles and the shingles of some *nodes*.

    distinct[node] becomes (distinct, all) of what is not masked, then of everything.
    """
    largest = np.int64(16)
    for i in range(nodes.shape[0]):
        largest = max(largest, sizes[nodes[i], 0])
    hashes = np.empty(largest, np.uint32)
    hidden = np.empty(largest, np.uint8)
    table = np.full(1 << table_bits(largest), -1, np.int32)
    shown = np.empty(largest, np.uint8)
    firsts = np.empty(largest, np.int32)
    rare = np.empty(BITMAP, np.uint64)
    base = np.int32(0)
    for i in range(nodes.shape[0]):
        node = nodes[i]
        start, size = starts[node], sizes[node, 0]
        count = shingle_count(tokens, start, start + size)
        hash_all(tokens, start, size, count, hashes)
        _hide_masked(tokens, start, start + size, masked, mask_starts[node], hidden)
        if base > LAST_NUMBER:
            table[:] = -1
            base = np.int32(0)
        kinds, shown_kinds, visible = number_shingles(
            hashes[:count], hidden, table, table_bits(size), base, shown, rare, firsts
        )
        base = np.int32(base + count)
        distinct[node, 0] = shown_kinds
        distinct[node, 1] = visible
        distinct[node, 2] = kinds
        distinct[node, 3] = count


@njit(
    types.boolean[::1](
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.float64,
    ),
    cache=True,
    nogil=True,
)
def may_share(tokens, starts, sizes, distinct, nodes, left, right, least):
    """Say of each pair whether one may hold the share *least* of the other's shingles.

    Pair i is (nodes[left[i]], nodes[right[i]]). A shared shingle sets one bit in the
    sketches of both, and a text has at most as many more shared shingles than bits as
    it has shingles more than bits altogether. What is masked only makes the true shares
    smaller.
    """
    n = nodes.shape[0]
    largest = np.int64(16)
    for i in range(n):
        largest = max(largest, sizes[nodes[i], 0])
    hashes = np.empty(largest, np.uint32)
    sketches = np.zeros((n, SKETCH), np.uint64)
    more = np.empty(n, np.int64)
    for i in range(n):
        start, size = starts[nodes[i]], sizes[nodes[i], 0]
        count = shingle_count(tokens, start, start + size)
        hash_all(tokens, start, size, count, hashes)
        own = sketches[i]
        for s in range(np.uint64(count)):
            h = hashes[s]
            own[h >> _WORD] |= _U1 << np.uint64((h >> _BIT) & _LAST_BIT)
        bits = np.uint64(0)
        for word in range(np.uint64(SKETCH)):
            bits += count_ones(own[word])
        more[i] = distinct[nodes[i], 2] - np.int64(bits)
    found = np.empty(left.shape[0], np.bool_)
    for i in range(left.shape[0]):
        a, b = left[i], right[i]
        bits = np.uint64(0)
        for word in range(np.uint64(SKETCH)):
            bits += count_ones(sketches[a, word] & sketches[b, word])
        most = np.int64(bits) + min(more[a], more[b])
        fewer = min(distinct[nodes[a], 0], distinct[nodes[b], 0])
        found[i] = most >= (least - _ROUNDING) * fewer
    return found


@njit(
    types.Tuple((types.int64[:, ::1], types.uint32[::1], types.uint8[::1]))(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def lay_out(tokens, starts, sizes, masked, mask_starts, nodes):
    """Hash the shingles of some *nodes*, and mark their masked tokens.

    Row i of the first result says of nodes[i] where its part of the others begins, and
    where its tokens and its shingles end; the second holds the shingles' hashes, the
    third a mark for each token.
    """
    n = nodes.shape[0]
    spans = np.empty((n, 3), np.int64)
    total = np.int64(0)
    for i in range(n):
        start, size = starts[nodes[i]], sizes[nodes[i], 0]
        spans[i, 0] = total
        spans[i, 1] = total + size
        spans[i, 2] = total + shingle_count(tokens, start, start + size)
        total += size
    hashes = np.empty(total, np.uint32)
    hidden = np.empty(total, np.uint8)
    for i in range(n):
        start, size = starts[nodes[i]], sizes[nodes[i], 0]
        low, high = spans[i, 0], spans[i, 2]
        hash_all(tokens, start, size, high - low, hashes[low:high])
        first = mask_starts[nodes[i]]
        _hide_masked(tokens, start, start + size, masked, first, hidden[low:])
    return spans, hashes, hidden
