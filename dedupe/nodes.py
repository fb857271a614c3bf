"""Articles whose folded texts are identical become one node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.corrections import plain
from dedupe.gathering import UNKNOWN_TIME
from dedupe.sorting import order_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.gathering import Gathered
    from dedupe.parameters import Parameters

_K1, _K2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(29)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """n nodes, numbered by the hash of their text, not by the order of their articles.

    The articles of node i are members[bounds[i] : bounds[i + 1]]; *articles* holds the
    one whose record stands for all. *headlines* is the smallest hash of its articles'
    headlines that are long enough to say something (0: none), *times* (int64[n, 2]) their earliest and latest publication.
    *signed* nodes are no briefs.
    """

    node_of: NDArray[np.int64]
    members: NDArray[np.int64]
    bounds: NDArray[np.int64]
    articles: NDArray[np.int64]
    headlines: NDArray[np.uint64]
    times: NDArray[np.int64]
    signed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.articles)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many articles each node stands for."""
        return np.diff(self.bounds)


def collapse(found: Gathered, parameters: Parameters) -> Nodes:
    """Make nodes of articles.

    A brief is a node with the briefs of the same text, headline and time; an empty
    article is always alone.
    """
    brief = found.weights < 2 * parameters.brief_words
    identity = identify(found, brief)
    said = found.headline_words >= parameters.headline_words
    titles = np.where(said, found.headlines, np.uint64(0))
    # Of equal texts the one cut into passages in the same way stands for all.
    order = order_keys(_key_sums(found))
    order = order[order_keys(identity[order])]
    ordered = identity[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    node_of = np.empty(len(order), np.int64)
    node_of[order] = np.cumsum(first) - 1
    articles = order[starts]
    return Nodes(
        node_of=node_of,
        members=order,
        bounds=np.append(starts, len(order)),
        articles=articles,
        headlines=_headlines(titles[order], starts),
        times=_times(found.published[order], starts),
        signed=~brief[articles],
    )


def identify(found: Gathered, brief: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """What is equal of articles that are one node; *brief* articles must share more."""
    identity = found.folds.copy()
    rows = np.flatnonzero(brief)
    mixed = identify_briefs(
        identity[rows], found.headlines[rows], found.published[rows]
    )
    empty = found.weights[rows] == 0
    mixed[empty] = _mix(mixed[empty], rows[empty] + 1)
    identity[rows] = mixed
    return identity


def identify_briefs(
    folds: NDArray[np.uint64],
    headlines: NDArray[np.uint64],
    published: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """What is equal of briefs of one text, headline and time; it orders them too."""
    return _mix(_mix(folds, plain(headlines)), published)


def _mix(a: NDArray[np.uint64], b: NDArray[np.generic]) -> NDArray[np.uint64]:
    mixed = (a ^ b.astype(np.uint64) * _K1) * _K2
    return mixed ^ (mixed >> _SHIFT)


def _key_sums(found: Gathered) -> NDArray[np.uint64]:
    sums = np.zeros(len(found), np.uint64)
    starts = found.key_offsets[:-1]
    keyed = np.flatnonzero(found.key_offsets[1:] > starts)
    if len(keyed):
        sums[keyed] = np.add.reduceat(found.keys, starts[keyed])
    return sums


def _headlines(
    hashes: NDArray[np.uint64], starts: NDArray[np.intp]
) -> NDArray[np.uint64]:
    if not len(starts):
        return hashes
    # 0 stands for no headline and must not be the smallest: it becomes the largest.
    smallest = np.minimum.reduceat(hashes - np.uint64(1), starts)
    return smallest + np.uint64(1)


def _times(published: NDArray[np.int64], starts: NDArray[np.intp]) -> NDArray[np.int64]:
    if not len(starts):
        return np.zeros((0, 2), np.int64)
    latest = np.maximum.reduceat(published, starts)
    known = np.where(published == UNKNOWN_TIME, -UNKNOWN_TIME, published)
    earliest = np.minimum.reduceat(known, starts)
    earliest[latest == UNKNOWN_TIME] = UNKNOWN_TIME
    return np.stack([earliest, latest], axis=1)
