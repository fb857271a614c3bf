"""Verify pairs of verification records."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.aligning import LONG_RUN, align
from dedupe.kernels.compiler import njit, types
from dedupe.kernels.matching import (
    BITMAP,
    compare_shingles,
    number_shingles,
    table_bits,
)
from dedupe.kernels.records import LAST_NUMBER

REJECTED, EXACT, NEAR, EXCERPT, CORRECTION, FOLLOW_UP, DIGEST, HEADLINE = range(8)
(
    LITTLE_SHARED,
    EQUAL,
    SHARED,
    CONTAINED,
    ONE_FACT,
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
_NONE, _UNMARKED = np.uint64(0), np.uint64(1)
# Texts are laid side by side when one holds this part of the other.
_ALIGNED = 0.2


@njit(forceinline=True)
def _corrects(headline):
    """Whether a headline is marked as a correction: see dedupe.corrections."""
    return headline & _UNMARKED == _NONE and headline != _NONE


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
    own_a,
    own_b,
    unmasked_own,
    same_headline,
    other_headline,
    corrects,
    hours,
    p,
):
    """Verdict and reason from the figures; *hours* below 0 where a time is unknown.

    *corrects* says that one of the headlines is marked so.

    *p* is Parameters as thresholds() lays them out, *short* the shorter text's words;
    *longest* and *shared* are in tokens, *own_a* and *own_b* the part of each text that
    is its own, differences aside, *unmasked_own* the larger such part without what
    is masked: two outlets' lines around one text make no other text.
    """
    near = jaccard >= p[0]
    excerpt = containment >= p[1]
    if near or excerpt:
        if not near and short < p[2] and not same_headline:
            return REJECTED, TOO_SHORT
        if run_jaccard < p[11] and run_containment < p[12]:
            return REJECTED, BROKEN
        close = hours >= 0 and hours <= p[7]
        if corrects and close and (facts == 1 or (same_headline and facts > 1)):
            return CORRECTION, ONE_FACT
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
            if same_headline and close:
                return CORRECTION, ONE_FACT
            if short < p[10]:
                return REJECTED, TEMPLATE
        apart = not same_headline if hours > p[5] else other_headline and hours < 0
        if apart:
            own = min(own_a, own_b, 2 * unmasked_own)
            if own >= p[15] and differences * p[16] < shared:
                return FOLLOW_UP, SHARED_AND_NEW
            few = max(own_a, own_b) <= p[19] and differences <= p[20]
            if few and facts >= max(1, p[17] * differences) and facts * p[18] >= shared:
                return REJECTED, TEMPLATE_APART
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
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.Array(types.int64, 2, "C", readonly=True),
        types.uint32[::1],
        types.uint8[::1],
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
    tokens, starts, sizes, unmask, headlines, times, spans, hashes, hidden, distinct,
    left, right, p, decisions, figures, counts,
):  # fmt: skip
    """Verify the pairs (left[i], right[i]), which should be sorted by *left*.

    Node n's body is tokens[starts[n] : starts[n] + sizes[n, 0]], of weight sizes[n, 1];
    unmask[n] says that all its keyed passages are masked, so all of it counts.
    headlines[n] is a hash or 0, times[n] the earliest and latest publication; *spans*,
    *hashes* and *hidden* come from lay_out(), *distinct* from count_shingles(). Fills
    decisions (verdict, reason), figures (jaccard, containment of left in right, of
    right in left) and counts (longest shared passage in tokens, tokens shared,
    differences, those of numbers, of names).
    """
    largest = np.int64(16)
    for node in range(starts.shape[0]):
        largest = max(largest, sizes[node, 0])
    table = np.full(1 << table_bits(largest), -1, np.int32)
    firsts = np.empty(largest, np.int32)
    shown = np.empty(largest, np.uint8)
    bare = np.zeros(largest, np.uint8)
    rare = np.empty(BITMAP, np.uint64)
    met = np.empty(largest, np.uint8)
    matches = np.empty(largest, np.int32)
    current = np.int64(-1)
    current_masks = False
    base = np.int32(0)
    bits = 0
    shown_a = visible_a = 0
    ours = hashes[:0]
    hidden_a = bare
    hides = False
    for pair in range(left.shape[0]):
        a = np.int64(left[pair])
        b = np.int64(right[pair])
        a0 = starts[a]
        na = sizes[a, 0]
        b0 = starts[b]
        nb = sizes[b, 0]
        masks = unmask[a] == 0 and unmask[b] == 0
        if a != current or masks != current_masks:
            current = a
            current_masks = masks
            base = np.int32(base + ours.shape[0])
            if base > LAST_NUMBER:
                table[:] = -1
                base = np.int32(0)
            bits = table_bits(na)
            ours = hashes[spans[a, 0] : spans[a, 2]]
            hides = masks and distinct[a, 1] != distinct[a, 3]
            hidden_a = hidden[spans[a, 0] : spans[a, 1]] if hides else bare
            _, shown_a, visible_a = number_shingles(
                ours, hidden_a, table, bits, base, shown, rare, firsts
            )
        theirs = hashes[spans[b, 0] : spans[b, 2]]
        hidden_b = hidden[spans[b, 0] : spans[b, 1]] if masks else bare
        shared, neutral_a, kinds_b, neutral_b = compare_shingles(
            ours, theirs, hidden_b, table, bits, base, shown, rare, firsts, met, matches
        )
        own_a = shown_a - neutral_a
        own_b = np.int64(distinct[b, 0] if masks else distinct[b, 2]) - kinds_b
        visible_b = np.int64(distinct[b, 1] if masks else distinct[b, 3]) - neutral_b
        either = own_a + own_b - shared
        jaccard = shared / either if either > 0 else 0.0
        in_b = shared / own_a if own_a > 0 else 0.0
        in_a = shared / own_b if own_b > 0 else 0.0
        figures[pair, 0] = jaccard
        figures[pair, 1] = in_b
        figures[pair, 2] = in_a
        longest = matched = unmasked = runs = np.int64(0)
        differences = numbers = names = 0
        if max(in_a, in_b) >= _ALIGNED:
            longest, matched, unmasked, runs, differences, numbers, names = align(
                tokens, a0, na, b0, nb, matches, theirs.shape[0], hides, hidden_a
            )
        counts[pair, 0] = longest
        counts[pair, 1] = matched
        counts[pair, 2] = differences
        counts[pair, 3] = numbers
        counts[pair, 4] = names
        hours = -1.0
        if times[a, 0] != _UNKNOWN and times[b, 0] != _UNKNOWN:
            apart = max(times[a, 0] - times[b, 1], times[b, 0] - times[a, 1])
            hours = max(0.0, apart / 3600.0)
        runs_a = max(1, visible_a - neutral_a - LONG_RUN + 1)
        runs_b = max(1, visible_b - LONG_RUN + 1)
        known = matched + 2 * differences
        words_a, words_b = na, nb
        if masks:
            words_a -= distinct[a, 3] - distinct[a, 1]
            words_b -= distinct[b, 3] - distinct[b, 1]
        unmasked_own = 1.0 - (unmasked + 2 * differences) / max(1, words_a, words_b)
        verdict, reason = decide(
            jaccard, max(in_b, in_a), min(1.0, runs / max(1, runs_a + runs_b - runs)),
            min(1.0, runs / min(runs_a, runs_b)), min(sizes[a, 1], sizes[b, 1]) / 2.0, longest,
            matched, differences, numbers, numbers + names,
            1.0 - known / max(1, na), 1.0 - known / max(1, nb), unmasked_own,
            headlines[a] | _UNMARKED == headlines[b] | _UNMARKED
            and headlines[a] != _NONE,
            headlines[a] | _UNMARKED != headlines[b] | _UNMARKED,
            _corrects(headlines[a]) or _corrects(headlines[b]),
            hours, p,
        )  # fmt: skip
        decisions[pair, 0] = verdict
        decisions[pair, 1] = reason
