"""Keys of all lines of a column, and how many strangers hold each."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit
from dedupe.kernels.machine import load64
from dedupe.kernels.remembering import forgetful, recall, remember

_K1 = np.uint64(0x9E3779B97F4A7C15)
_K2 = np.uint64(0xFF51AFD7ED558CCD)
_S29 = np.uint64(29)
_S32 = np.uint64(32)
_ZERO64, _ONE, _EIGHT = np.uint64(0), np.uint64(1), np.uint64(8)
_MOST_GROUPS = 32


@njit(cache=True, nogil=True)
def hash_lines(data, starts, ends, out):
    """Hash each line, eight bytes at a time."""
    for line in range(starts.shape[0]):
        at, end = np.uint64(starts[line]), np.uint64(ends[line])
        h = (end - at) * _K2
        while at + _EIGHT <= end:
            h = (h ^ load64(data, at)) * _K1
            h ^= h >> _S29
            at += _EIGHT
        rest = _ZERO64
        while at < end:
            rest = (rest << _EIGHT) | np.uint64(data[at])
            at += _ONE
        h = (h ^ rest) * _K1
        out[line] = h ^ (h >> _S32)


@njit(cache=True, nogil=True)
def _related(a, b, fewer):
    """Whether two articles' line keys, sorted, are one text but for the line at hand.

    *fewer* is how many other lines the shorter one has.
    """
    both = -1
    i = j = 0
    while i < a.shape[0] and j < b.shape[0]:
        if a[i] == b[j]:
            both += 1
            i += 1
            j += 1
        elif a[i] < b[j]:
            i += 1
        else:
            j += 1
    return fewer == 0 or 2 * both > fewer


@njit(cache=True, nogil=True)
def count_strangers(articles, bounds, keys, firsts, sizes, least, out):
    """Count the groups of related articles that hold each line, and who was looked at.

    The holders of line k are articles[bounds[k] : bounds[k + 1]]; the line keys of an
    article, distinct and sorted, are keys[firsts[a] : firsts[a + 1]], of sizes[a] in
    all: those that no other article has may be left out. A line with fewer than *least*
    holders is left at 0; past some dozen groups nobody is looked at.
    """
    first_of = np.empty(_MOST_GROUPS, np.int64)
    memory = forgetful()
    for k in range(bounds.shape[0] - 1):
        if bounds[k + 1] - bounds[k] < least:
            continue
        groups = 0
        for i in range(bounds[k], bounds[k + 1]):
            holder = articles[i]
            own = keys[firsts[holder] : firsts[holder + 1]]
            known = False
            for g in range(groups):
                other = first_of[g]
                related = recall(memory, holder, other)
                if related < 0:
                    fewer = min(sizes[holder], sizes[other]) - 1
                    theirs = keys[firsts[other] : firsts[other + 1]]
                    related = np.int64(_related(own, theirs, fewer))
                    remember(memory, holder, other, related)
                if related:
                    known = True
                    break
            out[k, 1] += 1
            if not known:
                first_of[groups] = holder
                groups += 1
                if groups == _MOST_GROUPS:
                    break
        out[k, 0] = groups
