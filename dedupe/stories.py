"""From verified pairs to stories: anchors, joining, keep rules.

Stories are a function of the verified pairs and do not chain: the node with the most
verified pairs is an anchor, what is verified against an anchor is none, and every other
node joins an anchor, never through a member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels import joining, pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedupe.verify import Verified

# How strongly a verdict joins; 0: not at all.
_STRENGTH = np.zeros(8, np.int64)
_STRENGTH[[pairs.EXACT, pairs.NEAR, pairs.CORRECTION, pairs.EXCERPT]] = (4, 3, 2, 1)
# A digest's part is at most this share of it.
_PART = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """For each node its *anchor* and the row of the pair it joined by (-1: none)."""

    anchor: NDArray[np.int64]
    through: NDArray[np.int64]


def joins(found: Verified) -> NDArray[np.bool_]:
    """Which pairs make one story of their two nodes."""
    joining_rows: NDArray[np.bool_] = _STRENGTH[found.verdicts] > 0
    return joining_rows


def join_nodes(
    n: int,
    found: Verified,
    sizes: NDArray[np.int64],
    shingles: NDArray[np.int64],
    ranks: NDArray[np.int64] | None = None,
) -> Joined:
    """Join n nodes by their verified pairs.

    *sizes* says how many articles a node stands for, *shingles* how long it is; *ranks*
    break the last ties (the text's hash, then the id), by default the node's number.
    """
    rows = np.flatnonzero(joins(found))
    left = found.left[rows].astype(np.int64)
    right = found.right[rows].astype(np.int64)
    degree = sizes - 1
    degree += np.bincount(left, sizes[right], n).astype(np.int64)
    degree += np.bincount(right, sizes[left], n).astype(np.int64)
    last = np.arange(n) if ranks is None else ranks
    order = np.empty(n, np.int64)
    order[np.lexsort((last, -shingles, -degree))] = np.arange(n)
    anchor, through = joining.pick_anchors(
        n, left, right, order, _strengths(found.pick(rows))
    )
    return Joined(anchor=anchor, through=_rows(rows, through))


def _rows(rows: NDArray[np.intp], through: NDArray[np.int64]) -> NDArray[np.int64]:
    picked = np.full(len(through), -1, np.int64)
    joined = through >= 0
    picked[joined] = rows[through[joined]]
    return picked


def _strengths(found: Verified) -> NDArray[np.int64]:
    """One integer by which pairs compare: verdict, then Jaccard, then containment."""
    scaled = (found.figures.astype(np.float64) * (1 << 20)).astype(np.int64)
    ranks = _STRENGTH[found.verdicts] << 44
    return ranks + (scaled[:, 0] << 22) + np.maximum(scaled[:, 1], scaled[:, 2])


def mark_digests(
    found: Verified, lengths: NDArray[np.int64], parts: int
) -> NDArray[np.bool_]:
    """Turn the excerpts of a text that holds *parts* strangers or more into digests.

    *lengths* are the nodes' in tokens. Returns which nodes are digests; the verdicts
    are changed in place.
    """
    excerpt = np.flatnonzero(found.verdicts == pairs.EXCERPT)
    part_is_left = found.figures[excerpt, 1] >= found.figures[excerpt, 2]
    part = np.where(part_is_left, found.left[excerpt], found.right[excerpt])
    whole = np.where(part_is_left, found.right[excerpt], found.left[excerpt])
    small = lengths[part] <= _PART * lengths[whole]
    excerpt, part, whole = excerpt[small], part[small], whole[small]
    digests = np.zeros(len(lengths), np.bool_)
    many = np.flatnonzero(np.bincount(whole, minlength=len(lengths)) >= parts)
    if not len(many):
        return digests
    asked = np.zeros(len(lengths), np.bool_)
    asked[part[np.isin(whole, many)]] = True
    related = _related(found, asked)
    by_whole = np.argsort(whole, kind="stable")
    bounds = np.searchsorted(whole[by_whole], [many, many + 1])
    for node, first, end in zip(many, *bounds, strict=True):
        rows = by_whole[first:end]
        if _are_strangers(sorted(part[rows].tolist()), related, parts):
            digests[node] = True
            found.verdicts[excerpt[rows]] = pairs.DIGEST
            found.reasons[excerpt[rows]] = pairs.EXCERPTS_OF_STRANGERS
    return digests


def _related(found: Verified, asked: NDArray[np.bool_]) -> set[tuple[int, int]]:
    """The pairs of nodes that are *asked* about and have to do with each other."""
    rows = joins(found) | (found.verdicts == pairs.FOLLOW_UP)
    rows &= asked[found.left] & asked[found.right]
    return set(zip(found.left[rows].tolist(), found.right[rows].tolist(), strict=True))


def _are_strangers(
    parts: Sequence[int], related: set[tuple[int, int]], least: int
) -> bool:
    """Whether *least* of *parts*, taken in order, are unrelated to those taken before."""
    taken: list[int] = []
    for part in parts:
        if not any((other, part) in related for other in taken):
            taken.append(part)
            if len(taken) == least:
                return True
    return False
