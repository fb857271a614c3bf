"""Units of a few words: their words, their character shingles, and pairs of them."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit
from dedupe.kernels.line_words import line_words
from dedupe.kernels.tokens import sign_one

_K1 = np.uint64(0x9E3779B97F4A7C15)
_K2 = np.uint64(0xFF51AFD7ED558CCD)
_S32 = np.uint64(32)
_NUMBER = np.uint64(1)
_EDGE = np.uint64(1)
_START = np.uint64(0)


@njit(cache=True, nogil=True)
def unit_words(data, offsets, table, expansions, words, firsts):
    """Write the distinct word hashes of each unit, sorted; unit i's begin at firsts[i].

    *words* needs half as many places as *data* has bytes, and one more a unit.
    """
    count = 0
    for i in range(offsets.shape[0] - 1):
        firsts[i] = count
        n = line_words(
            data, offsets[i], offsets[i + 1], table, expansions, words[count:]
        )
        ordered = np.sort(words[count : count + n])
        for k in range(n):
            if k == 0 or ordered[k] != ordered[k - 1]:
                words[count] = ordered[k]
                count += 1
    firsts[offsets.shape[0] - 1] = count
    return count


@njit(cache=True, nogil=True)
def unit_shingles(codes, offsets, shingles, firsts):
    """Write the distinct hashes of three characters of each unit, sorted.

    *codes* are the code points of the folded units, words parted by spaces; a space at
    either end of a word belongs to its shingles, and none reaches over one, so that the
    order of the words does not count.
    """
    count = 0
    for i in range(offsets.shape[0] - 1):
        firsts[i] = count
        begin = count
        before, last = _START, _EDGE
        for k in range(offsets[i], offsets[i + 1] + 1):
            space = k == offsets[i + 1] or codes[k] == 32
            code = _EDGE if space else np.uint64(codes[k])
            if not (space and last == _EDGE):
                h = ((before * _K1) ^ last) * _K2
                h = (h ^ (h >> _S32) ^ code) * _K1
                shingles[count] = np.uint32(h >> _S32)
                count += 1
            before, last = (_START, _EDGE) if space else (last, code)
        ordered = np.sort(shingles[begin:count])
        count = begin
        for k in range(ordered.shape[0]):
            if k == 0 or ordered[k] != ordered[k - 1]:
                shingles[count] = ordered[k]
                count += 1
    firsts[offsets.shape[0] - 1] = count
    return count


@njit(cache=True, nogil=True)
def sign_units(shingles, telling, firsts, factors, addends, out):
    """Sign each unit's shingles that are *telling*, or all where hardly any is."""
    for i in range(firsts.shape[0] - 1):
        own = shingles[firsts[i] : firsts[i + 1]]
        some = own[telling[firsts[i] : firsts[i + 1]]]
        sign_one(some if some.shape[0] >= 4 else own, factors, addends, out[i])


@njit(cache=True, nogil=True)
def weigh_pairs(words, weights, firsts, pairs, out):
    """Compare the words of each pair of units.

    out[p] becomes the weight that both share, what only the first has, only the second,
    and how many numbers only the first and only the second has.
    """
    for p in range(pairs.shape[0]):
        i, end_i = firsts[pairs[p, 0]], firsts[pairs[p, 0] + 1]
        j, end_j = firsts[pairs[p, 1]], firsts[pairs[p, 1] + 1]
        out[p, :] = 0.0
        while i < end_i or j < end_j:
            if j == end_j or (i < end_i and words[i] < words[j]):
                out[p, 1] += weights[i]
                out[p, 3] += words[i] & _NUMBER
                i += 1
            elif i == end_i or words[j] < words[i]:
                out[p, 2] += weights[j]
                out[p, 4] += words[j] & _NUMBER
                j += 1
            else:
                out[p, 0] += weights[i]
                i += 1
                j += 1
