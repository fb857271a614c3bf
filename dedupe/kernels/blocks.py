"""Which articles of a column may repeat themselves.

The kernels read the ends of each line only, and a line as a whole where its ends are
those of another. What they flag is decided by ``dedupe.blocks.clean``; what they leave
out, it would leave as it is.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import borrowing, njit
from dedupe.kernels.line_words import line_words, line_words_backwards

_ZERO64 = np.uint64(0)
_K1 = np.uint64(0x9E3779B97F4A7C15)
_K2 = np.uint64(0xFF51AFD7ED558CCD)
_S32 = np.uint64(32)
_START = np.uint64(0x243F6A8885A308D3)
_EDGE_WORDS = 3
_ANCHORS = 6
_OPENING_WORDS = 7
_BYTES_AROUND = 60
_MOST_CHECKS = 64
_SLOTS = 8192
_SLOT_SHIFT = np.uint64(51)
_STAMP = np.uint64(0xFFFF)
_MOST_LINES = 600


@njit(inline="always")
def _pair(first, second, side):
    h = (first ^ side) * _K2
    h ^= h >> _S32
    return (h ^ second) * _K1


@borrowing(cache=True, nogil=True)
def edge_anchors(data, start, end, table, expansions, opening, closing, out, at):
    """Write what a near-equal line shares one of: six hashes of words at both ends.

    They are the first three words, the last three, and each pair of neighbours among
    the first with each among the last; all 0 where a line is shorter than three words.
    *opening* is filled with the line's first words; returns how many they are.
    """
    count = line_words(data, start, end, table, expansions, opening)
    if count < _EDGE_WORDS:
        out[at : at + _ANCHORS] = _ZERO64
        return count
    line_words_backwards(data, start, end, table, expansions, closing)
    first = _pair(opening[0], opening[1], _K1)
    second = _pair(opening[1], opening[2], _K1)
    last = _pair(closing[0], closing[1], _K2)
    other = _pair(closing[1], closing[2], _K2)
    out[at] = _pair(first, second, _K1)
    out[at + 1] = _pair(last, other, _K2)
    out[at + 2] = _pair(first, last, _START)
    out[at + 3] = _pair(first, other, _START)
    out[at + 4] = _pair(second, last, _START)
    out[at + 5] = _pair(second, other, _START)
    return count


@borrowing(cache=True, nogil=True)
def _shared(a, b):
    """Size of the intersection of two multisets, sorted."""
    i = j = both = 0
    while i < a.shape[0] and j < b.shape[0]:
        if a[i] == b[j]:
            both += 1
            i += 1
            j += 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return both


@borrowing(cache=True, nogil=True)
def _cut_off(data, start, end):
    """Whether a line ends as one that was cut: an ellipsis or a bracket."""
    for i in range(max(start, end - 8), end):
        if data[i] == 46 and i + 1 < end and data[i + 1] == 46:
            return True
        if data[i] == 93 or (data[i] == 0xE2 and i + 2 < end and data[i + 2] == 0xA6):
            return True
    return False


@njit(cache=True, nogil=True)
def _alike(data, s0, e0, s1, e1, table, expansions, share):
    """Whether two lines share enough words to be near-equal, in whatever order."""
    if _cut_off(data, s0, e0) or _cut_off(data, s1, e1):
        return True
    ours = np.empty((e0 - s0) // 2 + 2, np.uint64)
    theirs = np.empty((e1 - s1) // 2 + 2, np.uint64)
    n = line_words(data, s0, e0, table, expansions, ours)
    m = line_words(data, s1, e1, table, expansions, theirs)
    if min(n, m) < share / (2.0 - share) * max(n, m):
        return False
    both = _shared(np.sort(ours[:n]), np.sort(theirs[:m]))
    return 2 * both >= share * (n + m)


@borrowing(cache=True, nogil=True)
def _shares_pair(line, pairs):
    for i in range(line.shape[0] - 1):
        pair = _pair(line[i], line[i + 1], _K1)
        for k in range(pairs.shape[0]):
            if pairs[k] == pair:
                return True
    return False


@njit(cache=True, nogil=True)
def _echo(data, start, end, table, expansions, headline):
    """Whether a short line that opens like the headline has enough words of it."""
    words = np.empty((end - start) // 2 + 2, np.uint64)
    n = line_words(data, start, end, table, expansions, words)
    h = headline.shape[0]
    both = _shared(np.sort(words[:n]), np.sort(headline))
    return (n == h == both) or (both >= 3 and both >= 0.2 * (n + h))


@njit(cache=True, nogil=True)
def _headline_words(top, low, high, table, expansions):
    """Return a headline's word hashes, and the pairs of neighbours among them."""
    words = np.empty((high - low) // 2 + 2, np.uint64)
    headline = words[: line_words(top, low, high, table, expansions, words)]
    pairs = np.empty(max(headline.shape[0] - 1, 0), np.uint64)
    for i in range(pairs.shape[0]):
        pairs[i] = _pair(headline[i], headline[i + 1], _K1)
    return headline, pairs


@borrowing(cache=True, nogil=True)
def _share_anchor(anchors, i, j):
    for k in range(_ANCHORS * i, _ANCHORS * (i + 1)):
        for m in range(_ANCHORS * j, _ANCHORS * (j + 1)):
            if anchors[k] == anchors[m] and anchors[k] != _ZERO64:
                return True
    return False


@njit(cache=True, nogil=True)
def _any_twin(data, starts, ends, anchors, table, expansions, share):
    """Whether two lines that share an anchor may be near-equal."""
    checks = 0
    for i in range(starts.shape[0]):
        for j in range(i):
            if _share_anchor(anchors, i, j):
                checks += 1
                if checks > _MOST_CHECKS or _alike(
                    data,
                    starts[i],
                    ends[i],
                    starts[j],
                    ends[j],
                    table,
                    expansions,
                    share,
                ):
                    return True
    return False


@njit(inline="always")
def _meet(seen, tag):
    """Add an anchor to the article's set; say whether it was there."""
    slot = np.int64(tag >> _SLOT_SHIFT)
    while (seen[slot] ^ tag) & _STAMP == _ZERO64 and seen[slot] != tag:
        slot = (slot + 1) & (_SLOTS - 1)
    known = seen[slot] == tag
    seen[slot] = tag
    return known


@borrowing(cache=True, nogil=True)
def _closes(data, start, end):
    """Whether a bracket may close the line, full stops and spaces aside."""
    i = end - 1
    while i > start and (data[i] == 46 or data[i] <= 32):
        i -= 1
    for k in range(max(start, i - 7), i + 1):
        if data[k] == 41 or data[k] == 93 or data[k] == 0x89:
            return True
    return False


@borrowing(cache=True, nogil=True)
def _may_be_source(data, start, end, first, sources):
    """Whether a last line opens as a source line does, or stands in brackets."""
    at = np.searchsorted(sources, first)
    if at < sources.shape[0] and sources[at] == first:
        return True
    opens = data[start] == 40 or data[start] == 91 or data[start] == 0xEF
    return opens and _closes(data, start, end)


@njit(cache=True, nogil=True)
def flag_articles(
    data, starts, ends, firsts, top, top_offsets, table, expansions, sources, share
):
    """Say of each article whether ``clean`` may find a repeat or a source line in it.

    *top* and *top_offsets* are the column of headlines, or an empty one; *sources* the
    sorted hashes of the words that open a source line; *share* the least share of words
    that near-equal lines have in common.
    """
    n = firsts.shape[0] - 1
    flags = np.zeros(n, np.bool_)
    heads = top_offsets.shape[0] - 1
    seen = np.full(_SLOTS, _STAMP, np.uint64)
    anchors = np.empty(_ANCHORS * _MOST_LINES, np.uint64)
    opening = np.empty(_OPENING_WORDS, np.uint64)
    brief = opening[:_EDGE_WORDS]
    closing = np.empty(_EDGE_WORDS, np.uint64)
    for a in range(n):
        stamp = np.uint64(a % 0xFFFF)
        if stamp == _ZERO64:
            seen[:] = _STAMP
        low, high = firsts[a], firsts[a + 1]
        if high - low < 2:
            continue
        if high - low > _MOST_LINES:
            flags[a] = True
            continue
        longest = np.int64(-1)
        if a < heads and top_offsets[a + 1] > top_offsets[a]:
            longest = 2 * (top_offsets[a + 1] - top_offsets[a]) + _BYTES_AROUND
            headline, pairs = _headline_words(
                top, top_offsets[a], top_offsets[a + 1], table, expansions
            )
        ending = low
        first = _ZERO64
        met = False
        for line in range(low, high):
            at = _ANCHORS * (line - low)
            start, end = starts[line], ends[line]
            short = end - start <= longest
            count = edge_anchors(
                data,
                start,
                end,
                table,
                expansions,
                opening if short else brief,
                closing,
                anchors,
                at,
            )
            if count > 0:
                ending, first = line, opening[0]
            if (
                short
                and not flags[a]
                and (
                    _shares_pair(opening[:count], pairs)
                    or (count == 1 and headline.shape[0] == 1)
                )
            ):
                flags[a] = _echo(data, start, end, table, expansions, headline)
            for k in range(at, at + _ANCHORS):
                if anchors[k] != _ZERO64:
                    met |= _meet(seen, (anchors[k] & ~_STAMP) | stamp)
        flags[a] = (
            flags[a]
            or _may_be_source(data, starts[ending], ends[ending], first, sources)
            or (
                met
                and _any_twin(
                    data,
                    starts[low:high],
                    ends[low:high],
                    anchors,
                    table,
                    expansions,
                    share,
                )
            )
        )
    return flags
