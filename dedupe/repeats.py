"""Headlines and paragraphs as units of their own: the same one in other words.

Min-wise hashing over character shingles proposes (Broder 1997), so that the order of
the words and their endings count for little; the words decide, each by how rare it is
among the units (inverse document frequency, Sparck Jones 1972), and the numbers, which
have to be the same. A template filled twice shares its common words only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dedupe.dump_boilerplate import distinct
from dedupe.fold_table import fold_table
from dedupe.kernels.repeats import sign_units, unit_shingles, unit_words, weigh_pairs
from dedupe.signature import permutations
from dedupe.text import fold, words
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Unit = Literal["headline", "paragraph"]
_HALF, _LOW = np.int64(32), np.int64((1 << 32) - 1)
# Pairs of units that are told of two texts, at most.
_EXPAND = 64
_LEAD = re.compile(r"^[^:：|]{1,40}?(?:[:：|]\s|\s[-–—]\s|\b\d-)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatParameters:
    """When two units repeat each other.

    A unit is signed with *bands* of *rows*; a shingle in more than *common* of the units
    (but at least 50) tells nothing. A bucket of more than *cap* units proposes each with
    the *cap* before it only. Two units repeat each other when the words that they share
    carry *least_shared* of the weight of both, and at least that of *least_words*
    words that occur once; where only
    one has a number that the other lacks, *least_with_number* of it.
    A pair that is more than *below_best* under the best of one of its units is a template that both were made from. *lead_words* is how
    many words before a colon are no part of the unit ("Update 1:").
    """

    bands: int
    rows: int
    common: float
    cap: int
    least_shared: float
    least_words: float
    least_with_number: float
    below_best: float
    lead_words: int


HEADLINES = RepeatParameters(
    bands=48,
    rows=2,
    common=0.02,
    cap=60,
    least_shared=0.6,
    least_words=1.4,
    least_with_number=0.85,
    below_best=0.1,
    lead_words=3,
)
PARAGRAPHS = RepeatParameters(
    bands=32,
    rows=4,
    common=0.05,
    cap=60,
    least_shared=0.75,
    least_words=2.0,
    least_with_number=0.85,
    below_best=0.1,
    lead_words=0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatGroup:
    """Units that say the same: the *first* of them, and all, *first* included.

    *similarity* is what each shares with the first.
    """

    first: int
    members: tuple[int, ...]
    similarity: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """What ``find_repeats`` found: pairs (int64[m, 2], the earlier one first) and groups.

    *similarity* (float64[m]) is the share of the pair's weight that is shared. Of
    very many equal units each is paired with the first only.
    """

    pairs: NDArray[np.int64]
    similarity: NDArray[np.float64]
    groups: tuple[RepeatGroup, ...]


def find_repeats(
    units: Sequence[str],
    unit: Unit = "headline",
    *,
    parameters: RepeatParameters | None = None,
) -> Repeats:
    """Find the units that repeat another, in the order in which they are given.

    Every other unit of a group is verified against its first one, so groups do not
    chain. A unit without words is in none.
    """
    how = parameters or (HEADLINES if unit == "headline" else PARAGRAPHS)
    folded = [fold(_without_lead(text, how.lead_words)) for text in units]
    said = _Said.of(folded)
    pairs = _propose(said, how)
    similarity = _verify(said, pairs, how)
    pairs, similarity = pairs[similarity > 0], similarity[similarity > 0]
    groups = _groups(said, *_heads(said, pairs, similarity))
    pairs, similarity = _expanded(said, pairs, similarity)
    return Repeats(pairs=pairs, similarity=similarity, groups=groups)


@dataclass(frozen=True, slots=True)
class _Said:
    """What units say once they are folded: *texts*, each once, in order.

    Unit i says texts[number[i]], which *times* units say; the units that say text t
    are members[bounds[t] : bounds[t + 1]].
    """

    texts: list[str]
    number: NDArray[np.int64]
    times: NDArray[np.int64]
    members: NDArray[np.int64]
    bounds: NDArray[np.int64]

    @classmethod
    def of(cls, folded: Sequence[str]) -> _Said:
        known: dict[str, int] = {}
        number = np.array([known.setdefault(t, len(known)) for t in folded], np.int64)
        times = np.bincount(number, minlength=len(known))
        members = np.argsort(number, kind="stable")
        return cls(list(known), number, times, members, np.append(0, np.cumsum(times)))


def _without_lead(text: str, most: int) -> str:
    lead = _LEAD.match(text) if most else None
    if lead is None or not 0 < len(words(lead[0])) <= most:
        return text
    rest = text[lead.end() :]
    return rest if len(words(rest)) >= most else text


def _propose(said: _Said, how: RepeatParameters) -> NDArray[np.int64]:
    """Return the pairs of texts that share a band, the earlier first: int64[m, 2]."""
    signatures = _sign(said, how)
    found = np.zeros(0, np.int64)
    for band in range(how.bands):
        rows = signatures[:, band * how.rows : (band + 1) * how.rows]
        keys = np.zeros(len(rows), np.uint64)
        for row in rows.T:
            keys = (keys ^ row) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(32)
        found = distinct(np.append(found, _packed(_pair_up(keys, how.cap))))
    pairs = np.stack((found >> _HALF, found & _LOW), axis=1)
    empty = np.array([not text for text in said.texts], np.bool_)
    return pairs[~empty[pairs].any(axis=1)] if len(pairs) else pairs


def _packed(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return pairs as single numbers, which sort alike."""
    packed: NDArray[np.int64] = pairs[:, 0] << _HALF | pairs[:, 1]
    return packed


def _pair_up(keys: NDArray[np.uint64], cap: int) -> NDArray[np.int64]:
    """Pair every unit with those before it that hold the same key, at most *cap*."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    found = []
    for step in range(1, cap + 1):
        same = np.flatnonzero(ordered[step:] == ordered[:-step])
        if not len(same):
            break
        found.append(np.stack((order[same], order[same + step]), axis=1))
    return np.concatenate(found) if found else np.zeros((0, 2), np.int64)


def _sign(said: _Said, how: RepeatParameters) -> NDArray[np.uint32]:
    folded, units = said.texts, len(said.number)
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "replace"), np.uint32)
    offsets = np.zeros(len(folded) + 1, np.int64)
    np.cumsum([len(text) for text in folded], out=offsets[1:])
    shingles = np.empty(2 * len(codes) + 2 * len(folded) + 2, np.uint32)
    firsts = np.empty(len(folded) + 1, np.int64)
    shingles = shingles[: unit_shingles(codes, offsets, shingles, firsts)]
    counts = _times_said(said, shingles, firsts)
    telling = counts <= max(50.0, how.common * units)
    signatures = np.empty((len(folded), how.bands * how.rows), np.uint32)
    factors, addends = permutations(how.bands * how.rows, 1)
    sign_units(shingles, telling, firsts, factors, addends, signatures)
    return signatures


def _times_said(
    said: _Said, hashes: NDArray[np.unsignedinteger[Any]], firsts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how many units hold each of the *hashes* of texts, from *firsts* on."""
    places = np.unique(hashes, return_inverse=True)[1]
    times = np.bincount(places, np.repeat(said.times, np.diff(firsts)))
    return np.asarray(times[places], np.float64)


def _verify(
    said: _Said, pairs: NDArray[np.int64], how: RepeatParameters
) -> NDArray[np.float64]:
    """Return the shared share of each pair's weight, 0 where it is no repeat."""
    column, units = TextColumn.from_strings(said.texts), len(said.number)
    found = np.empty(len(column.data) // 2 + len(column) + 1, np.uint64)
    firsts = np.empty(len(column) + 1, np.int64)
    count = unit_words(column.data, column.offsets, *fold_table(), found, firsts)
    weights = np.log1p(units / _times_said(said, found[:count], firsts))
    compared = np.empty((len(pairs), 5), np.float64)
    weigh_pairs(found, weights, firsts, pairs, compared)
    shared, ours, theirs, our_numbers, their_numbers = compared.T
    share = 2 * shared / np.maximum(2 * shared + ours + theirs, 1e-9)
    least = np.where(
        our_numbers + their_numbers > 0, how.least_with_number, how.least_shared
    )
    whole = (ours == 0) & (theirs == 0)
    repeats = (share >= least) & (shared >= how.least_words * np.log1p(units))
    repeats &= (our_numbers == 0) | (their_numbers == 0)
    share = np.where(repeats | whole, share, 0.0)
    # What is said twice has an equal, which is the best.
    best = (said.times > 1).astype(np.float64)
    for side in (0, 1):
        np.maximum.at(best, pairs[:, side], share)
    least = np.maximum(best[pairs[:, 0]], best[pairs[:, 1]]) - how.below_best
    return np.where(share >= np.maximum(least, 1e-9), share, 0.0)


def _heads(
    said: _Said, pairs: NDArray[np.int64], similarity: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for each text the first of its group, and what it shares with that one.

    It is the most similar text before it that is in no other's group.
    """
    heads, shares = np.arange(len(said.texts)), np.ones(len(said.texts))
    order = np.lexsort((pairs[:, 0], -similarity, pairs[:, 1]))
    found = zip(*pairs[order].T.tolist(), similarity[order].tolist(), strict=True)
    for first, second, share in found:
        if heads[second] == second and heads[first] == first:
            heads[second], shares[second] = first, share
    return heads, shares


def _groups(
    said: _Said, heads: NDArray[np.int64], shares: NDArray[np.float64]
) -> tuple[RepeatGroup, ...]:
    head, share = heads[said.number], shares[said.number]
    order = np.argsort(head, kind="stable")
    bounds = np.searchsorted(head[order], np.arange(len(said.texts) + 1))
    groups = []
    for text in np.flatnonzero(np.diff(bounds) > 1).tolist():
        units = order[bounds[text] : bounds[text + 1]]
        if said.texts[text]:
            members, similarity = tuple(units.tolist()), tuple(share[units].tolist())
            groups.append(
                RepeatGroup(first=members[0], members=members, similarity=similarity)
            )
    return tuple(groups)


def _expanded(
    said: _Said, pairs: NDArray[np.int64], similarity: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return pairs of texts as pairs of units, those that say the same among them."""
    once = (said.times[pairs] == 1).all(axis=1)
    found, shares = [said.members[said.bounds[pairs[once]]]], [similarity[once]]
    some = zip(*pairs[~once].T.tolist(), similarity[~once].tolist(), strict=True)
    whole = ((text, text, 1.0) for text in np.flatnonzero(said.times > 1).tolist())
    for first, second, share in chain(some, whole):
        if said.texts[first]:
            found.append(_pairs_of(said, first, second))
            shares.append(np.full(len(found[-1]), share))
    both = np.sort(np.concatenate(found), axis=1)
    order = np.argsort(_packed(both))
    return both[order], np.concatenate(shares)[order]


def _pairs_of(said: _Said, first: int, second: int) -> NDArray[np.int64]:
    """Pair the units of two texts, or of one: all, or with the first where they are many."""
    ours = said.members[said.bounds[first] : said.bounds[first + 1]]
    theirs = said.members[said.bounds[second] : said.bounds[second + 1]]
    if len(ours) * len(theirs) > _EXPAND:
        ours, theirs = ours[:1], theirs[1:] if first == second else theirs[:1]
    pairs = np.stack(np.meshgrid(ours, theirs, indexing="ij"), axis=-1).reshape(-1, 2)
    return pairs[pairs[:, 0] < pairs[:, 1]] if first == second else pairs
