"""Group equal keys, find passages that strangers share, and propose pairs."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit, types
from dedupe.kernels.copying import enlarged
from dedupe.kernels.remembering import forgetful, recall, remember
from dedupe.relatives import KIN_BANDS, SAMPLE

_RADIX = 11


@njit(
    types.Tuple((types.uint64[::1], types.uint32[::1]))(
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def shared_keys(keys, nodes):
    """Keep the keys that may occur twice, sorted; the order of their nodes is kept.

    A bitmap of hashes drops nearly all that occur once before anything is sorted. Bits
    that all keys begin with, as those of one part do, tell none of them apart.
    """
    n = keys.shape[0]
    differ = np.uint64(0)
    for i in range(n):
        differ |= keys[i] ^ keys[0]
    same = np.uint64(0)
    while same < np.uint64(32) and differ >> (np.uint64(63) - same) == np.uint64(0):
        same += np.uint64(1)
    bits = 16
    while (1 << bits) < 16 * n:
        bits += 1
    shift = np.uint64(64 - bits)
    once = np.zeros(1 << (bits - 3), np.uint8)
    twice = np.zeros(1 << (bits - 3), np.uint8)
    for i in range(n):
        h = keys[i] << same >> shift
        byte = np.int64(h >> np.uint64(3))
        bit = np.uint8(1 << (h & np.uint64(7)))
        if once[byte] & bit:
            twice[byte] |= bit
        else:
            once[byte] |= bit
    total = 0
    for i in range(n):
        h = keys[i] << same >> shift
        if twice[np.int64(h >> np.uint64(3))] & np.uint8(1 << (h & np.uint64(7))):
            total += 1
    bucket_bits = 1
    while (8 << bucket_bits) < total:
        bucket_bits += 1
    buckets = 1 << bucket_bits
    bucket_shift = np.uint64(64 - bucket_bits)
    counts = np.zeros(buckets + 1, np.int64)
    for i in range(n):
        h = keys[i] << same >> shift
        if twice[np.int64(h >> np.uint64(3))] & np.uint8(1 << (h & np.uint64(7))):
            counts[np.int64(keys[i] << same >> bucket_shift) + 1] += 1
    for x in range(buckets):
        counts[x + 1] += counts[x]
    out_keys = np.empty(total, np.uint64)
    out_nodes = np.empty(total, np.uint32)
    at = counts[:buckets].copy()
    for i in range(n):
        h = keys[i] << same >> shift
        if twice[np.int64(h >> np.uint64(3))] & np.uint8(1 << (h & np.uint64(7))):
            bucket = np.int64(keys[i] << same >> bucket_shift)
            # Insertion keeps equal keys in order, and buckets are small; the many of
            # one very common key are never moved past each other.
            place = at[bucket]
            while place > counts[bucket] and out_keys[place - 1] > keys[i]:
                out_keys[place] = out_keys[place - 1]
                out_nodes[place] = out_nodes[place - 1]
                place -= 1
            out_keys[place] = keys[i]
            out_nodes[place] = nodes[i]
            at[bucket] += 1
    return out_keys, out_nodes


@njit(
    types.Tuple((types.uint32[::1], types.int64[::1], types.uint64[::1]))(
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
    ),
    cache=True,
    nogil=True,
)
def group_sorted(keys, nodes):
    """Members, bounds and keys of the groups of two nodes or more of sorted keys.

    The keys of one node stand together among equal ones; members ascend.
    """
    n = keys.shape[0]
    group_keys = np.empty(n // 2 + 1, np.uint64)
    members = np.empty(n, np.uint32)
    bounds = np.empty(n // 2 + 2, np.int64)
    bounds[0] = 0
    groups = 0
    filled = 0
    i = 0
    while i < n:
        first = filled
        ascend = True
        j = i
        while j < n and keys[j] == keys[i]:
            if filled == first or members[filled - 1] != nodes[j]:
                ascend &= filled == first or members[filled - 1] < nodes[j]
                members[filled] = nodes[j]
                filled += 1
            j += 1
        if filled - first < 2:
            filled = first
        else:
            if not ascend:
                members[first:filled].sort()
            group_keys[groups] = keys[i]
            groups += 1
            bounds[groups] = filled
        i = j
    return (
        members[:filled].copy(),
        bounds[: groups + 1].copy(),
        group_keys[:groups].copy(),
    )


@njit(
    types.Tuple((types.uint32[::1], types.int64[::1]))(
        types.Array(types.uint32, 2, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.int64,
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def group_bands(bands, nodes, first, end):
    """Groups of the nodes that share a band's key, for the bands first to end.

    Row i of *bands* belongs to nodes[i], and *nodes* ascends.
    """
    n = bands.shape[0]
    members = np.empty(max(16, n), np.uint32)
    bounds = np.empty(max(16, n // 2), np.int64)
    bounds[0] = 0
    groups = 0
    filled = 0
    buckets = 1 << _RADIX
    keys = np.empty(n, np.uint32)
    rows = np.empty(n, np.uint32)
    other_keys = np.empty(n, np.uint32)
    other_rows = np.empty(n, np.uint32)
    for band in range(first, end):
        for i in range(n):
            keys[i] = bands[i, band]
            rows[i] = i
        for digit in range(3):
            shift = np.uint32(digit * _RADIX)
            counts = np.zeros(buckets + 1, np.int64)
            for i in range(n):
                counts[((keys[i] >> shift) & np.uint32(buckets - 1)) + 1] += 1
            for x in range(buckets):
                counts[x + 1] += counts[x]
            for i in range(n):
                bucket = np.int64((keys[i] >> shift) & np.uint32(buckets - 1))
                other_keys[counts[bucket]] = keys[i]
                other_rows[counts[bucket]] = rows[i]
                counts[bucket] += 1
            keys, other_keys = other_keys, keys
            rows, other_rows = other_rows, rows
        i = 0
        while i < n:
            j = i + 1
            while j < n and keys[j] == keys[i]:
                j += 1
            if j - i > 1:
                if filled + j - i > members.shape[0]:
                    members = enlarged(members, filled, 2 * (filled + j - i))
                for row in range(i, j):
                    members[filled] = nodes[rows[row]]
                    filled += 1
                groups += 1
                if groups + 1 > bounds.shape[0]:
                    bounds = enlarged(bounds, groups, 2 * groups + 2)
                bounds[groups] = filled
            i = j
    return members[:filled].copy(), bounds[: groups + 1].copy()


@njit(
    types.Tuple((types.uint32[::1], types.int64[::1]))(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def groups_by_node(members, bounds, n):
    """The ascending groups of each of n nodes, and their bounds."""
    places = np.zeros(n + 1, np.int64)
    for i in range(members.shape[0]):
        places[members[i] + 1] += 1
    for x in range(n):
        places[x + 1] += places[x]
    at = places[:n].copy()
    groups = np.empty(members.shape[0], np.uint32)
    for g in range(bounds.shape[0] - 1):
        for i in range(bounds[g], bounds[g + 1]):
            groups[at[members[i]]] = g
            at[members[i]] += 1
    return groups, places


@njit(forceinline=True)
def _count_shared(groups, places, node, other):
    """How many groups two nodes share; those of each ascend."""
    shared = 0
    p = places[node]
    q = places[other]
    while p < places[node + 1] and q < places[other + 1]:
        if groups[p] == groups[q]:
            shared += 1
            p += 1
            q += 1
        elif groups[p] < groups[q]:
            p += 1
        else:
            q += 1
    return shared


@njit(forceinline=True)
def _count_same(bands, row, other):
    same = 0
    for band in range(bands.shape[1]):
        same += bands[row, band] == bands[other, band]
    return same


@njit(
    types.uint8[::1](
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint32, 2, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True),
        types.int64,
        types.float64,
        types.int64,
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def stranger_passages(
    members, bounds, groups, places, passages, bands, rows, headlines, least, related,
    first, end,
):  # fmt: skip
    """Say of the passages first to end whether mostly strangers share them.

    Of a passage's first holders, those that share the headline, a *related* part of the
    shorter one's passages, or KIN_BANDS bands with one before are its relatives, the
    rest strangers. passages[n] is how many passages node n has, bands[rows[n]] are its
    band keys, headlines[n] is the hash of its headline, 0 for none that counts. A
    passage is strangers' with *least* of them or more, and half of the holders asked.
    """
    out = np.zeros(end - first, np.uint8)
    leaders = np.empty(SAMPLE, np.int64)
    memory = forgetful()
    for g in range(first, end):
        size = bounds[g + 1] - bounds[g]
        if size < least:
            continue
        asked = min(size, SAMPLE)
        needed = max(least, (asked + 1) // 2)
        strangers = 0
        for i in range(asked):
            node = np.int64(members[bounds[g] + i])
            kin = False
            for x in range(strangers):
                leader = leaders[x]
                if headlines[node] != 0 and headlines[node] == headlines[leader]:
                    kin = True
                    break
                known = recall(memory, node, leader)
                if known < 0:
                    enough = related * min(passages[node], passages[leader])
                    known = (
                        _count_shared(groups, places, node, leader) >= enough
                        or _count_same(bands, rows[node], rows[leader]) >= KIN_BANDS
                    )
                    remember(memory, node, leader, known)
                if known:
                    kin = True
                    break
            if not kin:
                leaders[strangers] = node
                strangers += 1
                if strangers >= needed:
                    break
        if strangers >= needed:
            out[g - first] = 1
    return out


@njit(
    types.Tuple((types.uint32[::1], types.uint32[::1]))(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.int64,
        types.int64,
        types.int64,
        types.int64,
    ),
    cache=True,
    nogil=True,
)
def propose_pairs(members, bounds, groups, places, cap, hubs, first, end):
    """Pairs (a, b), a < b, each once, of nodes that share a group, sorted by a.

    For a from *first* to *end*. In a group above *cap*, only its *hubs* first nodes
    are paired with the rest.
    """
    size = 1024
    left = np.empty(size, np.uint32)
    right = np.empty(size, np.uint32)
    n = places.shape[0] - 1
    seen = np.zeros(n, np.uint32)
    filled = 0
    for a in range(first, end):
        for at in range(places[a], places[a + 1]):
            low = bounds[groups[at]]
            high = bounds[groups[at] + 1]
            if high - low > cap and members[low + hubs - 1] < a:
                continue
            for x in range(high - 1, low - 1, -1):
                b = members[x]
                if b <= a:
                    break
                if seen[b] == a + 1:
                    continue
                seen[b] = a + 1
                if filled == size:
                    size *= 2
                    left = enlarged(left, filled, size)
                    right = enlarged(right, filled, size)
                left[filled] = a
                right[filled] = b
                filled += 1
    return left[:filled].copy(), right[:filled].copy()
