"""Verify pairs of verification records."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.analyse import (
    BOUNDARY,
    IDENTITY_SHIFT,
    KEYED,
    NAME,
    NUMBER,
    shingle_count,
    shingle_hash,
)
from dedupe.kernels.compiler import njit, types

REJECTED, EXACT, NEAR, EXCERPT, CORRECTION, FOLLOW_UP, DIGEST, HEADLINE = range(8)
(
    LITTLE_SHARED,
    EQUAL,
    SHARED,
    CONTAINED,
    ONE_NUMBER,
    SHARED_AND_NEW,
    EXCERPTS_OF_STRANGERS,
    SAME_HEADLINE,
    TEMPLATE,
    TEMPLATE_APART,
    TOO_SHORT,
    BRIEF,
    BROKEN,
) = range(13)

UNKNOWN_TIME = -(1 << 62)
_UNKNOWN = np.int64(UNKNOWN_TIME)
_ZERO = np.uint32(0)
# A difference is a gap of at most this many tokens on either side.
_GAP = 8
# A run of equal tokens counts as found, away from the last one, from this length.
_RUN = 4
# Runs of five words are what copying leaves behind and a common subject does not.
_LONG_RUN = 5
_MULTIPLIER = np.uint32(0x9E3779B1)


@njit(forceinline=True)
def _slot(shingle, shift):
    return np.int64(np.uint32(shingle * _MULTIPLIER) >> shift)


@njit(forceinline=True)
def decide(
    jaccard,
    containment,
    run_jaccard,
    run_containment,
    short,
    longest,
    shared,
    differences,
    numbers,
    facts,
    same_headline,
    hours,
    p,
):
    """Verdict and reason from the figures; *hours* below 0 where a time is unknown.

    *p* is Parameters as thresholds() lays them out, *short* the shorter text's words;
    *longest* and *shared* are in tokens.
    """
    near = jaccard >= p[0]
    excerpt = containment >= p[1]
    if near or excerpt:
        if not near and short < p[2] and not same_headline:
            return REJECTED, TOO_SHORT
        if run_jaccard < p[11] and run_containment < p[12]:
            return REJECTED, BROKEN
        share = numbers / differences if differences > 0 else 0.0
        if numbers * p[13] < shared:
            share = 0.0
        spread = facts * p[13] >= shared and facts >= p[14] * differences
        if spread and numbers >= 1 and facts >= 2:
            return REJECTED, TEMPLATE
        if numbers >= p[3] and share >= p[4]:
            return REJECTED, TEMPLATE
        if numbers >= 1 and hours > p[5] and share >= p[6]:
            return REJECTED, TEMPLATE_APART
        if numbers == 1 and share >= 0.5:
            if same_headline and hours >= 0 and hours <= p[7]:
                return CORRECTION, ONE_NUMBER
            if short < p[10]:
                return REJECTED, TEMPLATE
        if near:
            return NEAR, SHARED
        return EXCERPT, CONTAINED
    if containment >= p[8] and longest >= p[9]:
        return FOLLOW_UP, SHARED_AND_NEW
    return REJECTED, LITTLE_SHARED


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
    largest = 16
    for i in range(nodes.shape[0]):
        largest = max(largest, sizes[nodes[i], 0])
    bits = 5
    while (1 << bits) < 2 * largest:
        bits += 1
    keys = np.empty(1 << bits, np.uint32)
    built = np.zeros(1 << bits, np.int32)
    shown = np.zeros(1 << bits, np.int32)
    for i in range(nodes.shape[0]):
        node = nodes[i]
        stamp = i + 1
        start = starts[node]
        n = sizes[node, 0]
        table_bits = 5
        while (1 << table_bits) < 2 * n:
            table_bits += 1
        shift = np.uint32(32 - table_bits)
        mask = (1 << table_bits) - 1
        m = mask_starts[node]
        hide = np.uint8(0)
        count = shingle_count(tokens, start, start + n)
        visible = 0
        kinds = 0
        shown_kinds = 0
        for s in range(count):
            token = tokens[start + s]
            if token & BOUNDARY != _ZERO:
                hide = np.uint8(0)
                if token & KEYED != _ZERO:
                    hide = masked[m]
                    m += 1
            second = tokens[start + s + 1] if s + 1 < n else _ZERO
            third = tokens[start + s + 2] if s + 2 < n else _ZERO
            h = shingle_hash(token, second, third)
            slot = _slot(h, shift)
            while built[slot] == stamp and keys[slot] != h:
                slot = (slot + 1) & mask
            if built[slot] != stamp:
                built[slot] = stamp
                keys[slot] = h
                kinds += 1
            if hide == 0:
                visible += 1
                if shown[slot] != stamp:
                    shown[slot] = stamp
                    shown_kinds += 1
        distinct[node, 0] = shown_kinds
        distinct[node, 1] = visible
        distinct[node, 2] = kinds
        distinct[node, 3] = count


@njit(
    types.void(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.int32, 2, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.float64, 1, "C", readonly=True),
        types.uint8[:, ::1],
        types.float32[:, ::1],
        types.int32[:, ::1],
    ),
    cache=True,
    nogil=True,
)
def verify_pairs(
    tokens, starts, sizes, masked, mask_starts, unmask, headlines, times, distinct,
    left, right, p, decisions, figures, counts,
):  # fmt: skip
    """Verify the pairs (left[i], right[i]), which should be sorted by *left*.

    Node n's body is tokens[starts[n] : starts[n] + sizes[n, 0]], of weight sizes[n, 1];
    masked[mask_starts[n]:] says of each of its keyed passages whether it is no evidence
    (unmask[n]: it has nothing else, so all of it counts). headlines[n] is a hash or 0,
    times[n] the earliest and latest publication; distinct[n] comes from
    count_shingles(). Fills decisions
    (verdict, reason), figures (jaccard, containment of left in right, of right in
    left) and counts (longest shared passage in tokens, tokens shared, differences,
    those of numbers, of names).
    """
    largest = 16
    for i in range(left.shape[0]):
        largest = max(largest, sizes[left[i], 0], sizes[right[i], 0])
    bits = 5
    while (1 << bits) < 2 * largest:
        bits += 1
    keys = np.empty(1 << bits, np.uint32)
    places = np.empty(1 << bits, np.int32)
    built = np.zeros(1 << bits, np.int32)
    seen = np.full(1 << bits, -1, np.int32)
    veiled = np.full(1 << bits, -1, np.int32)
    shown = np.zeros(1 << bits, np.uint8)
    hidden = np.zeros(largest + 1, np.uint8)
    current = np.int64(-1)
    current_masks = False
    shift = np.uint32(0)
    mask = 0
    distinct_a = 0
    visible_a = 0
    generation = 0
    for pair in range(left.shape[0]):
        a = np.int64(left[pair])
        b = np.int64(right[pair])
        masks = unmask[a] == 0 and unmask[b] == 0
        a0 = starts[a]
        na = sizes[a, 0]
        a_end = a0 + na
        if a != current or masks != current_masks:
            current = a
            current_masks = masks
            generation += 1
            table_bits = 5
            while (1 << table_bits) < 2 * na:
                table_bits += 1
            shift = np.uint32(32 - table_bits)
            mask = (1 << table_bits) - 1
            distinct_a = 0
            visible_a = 0
            m = mask_starts[a]
            hide = np.uint8(0)
            count = shingle_count(tokens, a0, a_end)
            for s in range(na):
                token = tokens[a0 + s]
                if token & BOUNDARY != _ZERO:
                    hide = np.uint8(0)
                    if token & KEYED != _ZERO:
                        if masks:
                            hide = masked[m]
                        m += 1
                hidden[s] = hide
                if s >= count:
                    continue
                second = tokens[a0 + s + 1] if s + 1 < na else _ZERO
                third = tokens[a0 + s + 2] if s + 2 < na else _ZERO
                h = shingle_hash(token, second, third)
                slot = _slot(h, shift)
                while built[slot] == generation and keys[slot] != h:
                    slot = (slot + 1) & mask
                if built[slot] != generation:
                    built[slot] = generation
                    keys[slot] = h
                    places[slot] = s
                    shown[slot] = 0
                if hide == 0:
                    visible_a += 1
                    if shown[slot] == 0:
                        shown[slot] = 1
                        distinct_a += 1
        b0 = starts[b]
        nb = sizes[b, 0]
        b_end = b0 + nb
        m = mask_starts[b]
        hide = np.uint8(0)
        shared = 0
        neutral_a = 0
        distinct_b = np.int64(distinct[b, 0] if masks else distinct[b, 2])
        visible_b = np.int64(distinct[b, 1] if masks else distinct[b, 3])
        count = shingle_count(tokens, b0, b_end)
        for s in range(count):
            token = tokens[b0 + s]
            if token & BOUNDARY != _ZERO:
                hide = np.uint8(0)
                if token & KEYED != _ZERO:
                    if masks:
                        hide = masked[m]
                    m += 1
            second = tokens[b0 + s + 1] if s + 1 < nb else _ZERO
            third = tokens[b0 + s + 2] if s + 2 < nb else _ZERO
            h = shingle_hash(token, second, third)
            slot = _slot(h, shift)
            while built[slot] == generation and keys[slot] != h:
                slot = (slot + 1) & mask
            if built[slot] != generation:
                continue
            # What one text shows and the other only has masked counts for neither: an
            # edited sentence is no difference because the original is no evidence.
            if hide == 0:
                if shown[slot] == 0:
                    visible_b -= 1
                if seen[slot] != pair:
                    seen[slot] = pair
                    if shown[slot] == 0:
                        distinct_b -= 1
                    else:
                        shared += 1
                        if veiled[slot] == pair:
                            neutral_a -= 1
            elif shown[slot] != 0 and seen[slot] != pair and veiled[slot] != pair:
                veiled[slot] = pair
                neutral_a += 1
        own_a = distinct_a - neutral_a
        either = own_a + distinct_b - shared
        jaccard = shared / either if either > 0 else 0.0
        in_b = shared / own_a if own_a > 0 else 0.0
        in_a = shared / distinct_b if distinct_b > 0 else 0.0
        figures[pair, 0] = jaccard
        figures[pair, 1] = in_b
        figures[pair, 2] = in_a
        longest = 0
        matched = 0
        runs = 0
        differences = 0
        numbers = 0
        names = 0
        if max(in_a, in_b) >= 0.2:
            last_a = np.int64(-1)
            last_b = np.int64(0)
            j = np.int64(0)
            while j < nb:
                token = tokens[b0 + j]
                second = tokens[b0 + j + 1] if j + 1 < nb else _ZERO
                found = np.int64(-1)
                if last_a >= 0 and j - last_b <= _GAP and j + 1 < nb:
                    identity = token >> IDENTITY_SHIFT
                    following = second >> IDENTITY_SHIFT
                    for gap in range(_GAP + 1):
                        x = last_a + gap
                        if x + 1 >= na:
                            break
                        if (
                            tokens[a0 + x] >> IDENTITY_SHIFT == identity
                            and tokens[a0 + x + 1] >> IDENTITY_SHIFT == following
                        ):
                            found = x
                            break
                if found < 0:
                    third = tokens[b0 + j + 2] if j + 2 < nb else _ZERO
                    h = shingle_hash(token, second, third)
                    slot = _slot(h, shift)
                    while built[slot] == generation and keys[slot] != h:
                        slot = (slot + 1) & mask
                    if built[slot] == generation:
                        x = np.int64(places[slot])
                        length = 0
                        while (
                            length < _RUN
                            and x + length < na
                            and j + length < nb
                            and tokens[a0 + x + length] >> IDENTITY_SHIFT
                            == tokens[b0 + j + length] >> IDENTITY_SHIFT
                        ):
                            length += 1
                        if length == _RUN:
                            found = x
                if found < 0:
                    j += 1
                    continue
                gap_a = found - last_a
                gap_b = j - last_b
                if (
                    last_a >= 0
                    and gap_a >= 0
                    and gap_a <= _GAP
                    and gap_b <= _GAP
                    and gap_a + gap_b > 0
                    and hidden[last_a] == 0
                ):
                    differences += 1
                    number = False
                    name = False
                    for side in range(2):
                        first = a0 + last_a if side == 0 else b0 + last_b
                        size = gap_a if side == 0 else gap_b
                        other = b0 + last_b if side == 0 else a0 + last_a
                        other_size = gap_b if side == 0 else gap_a
                        for x in range(size):
                            t = tokens[first + x]
                            if t & (NUMBER | NAME) == _ZERO:
                                continue
                            there = False
                            for y in range(other_size):
                                if (
                                    tokens[other + y] >> IDENTITY_SHIFT
                                    == t >> IDENTITY_SHIFT
                                ):
                                    there = True
                                    break
                            if not there:
                                if t & NUMBER != _ZERO:
                                    number = True
                                else:
                                    name = True
                    if number:
                        numbers += 1
                    elif name:
                        names += 1
                length = np.int64(0)
                streak = 0
                while (
                    found + length < na
                    and j + length < nb
                    and tokens[a0 + found + length] >> IDENTITY_SHIFT
                    == tokens[b0 + j + length] >> IDENTITY_SHIFT
                ):
                    streak = streak + 1 if hidden[found + length] == 0 else 0
                    runs += streak >= _LONG_RUN
                    length += 1
                longest = max(longest, length)
                matched += length
                last_a = found + length
                last_b = j + length
                j = last_b
        counts[pair, 0] = longest
        counts[pair, 1] = matched
        counts[pair, 2] = differences
        counts[pair, 3] = numbers
        counts[pair, 4] = names
        hours = -1.0
        if times[a, 0] != _UNKNOWN and times[b, 0] != _UNKNOWN:
            apart = max(times[a, 0] - times[b, 1], times[b, 0] - times[a, 1])
            hours = max(0.0, apart / 3600.0)
        runs_a = max(1, visible_a - neutral_a - _LONG_RUN + 1)
        runs_b = max(1, visible_b - _LONG_RUN + 1)
        verdict, reason = decide(
            jaccard, max(in_b, in_a), min(1.0, runs / max(1, runs_a + runs_b - runs)),
            min(1.0, runs / min(runs_a, runs_b)), min(sizes[a, 1], sizes[b, 1]) / 2.0, longest,
            matched, differences, numbers, numbers + names,
            headlines[a] == headlines[b] and headlines[a] != np.uint64(0), hours, p,
        )  # fmt: skip
        decisions[pair, 0] = verdict
        decisions[pair, 1] = reason
