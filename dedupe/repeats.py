"""Headlines and paragraphs as units of their own: the same one in other words.

Min-wise hashing over character shingles proposes (Broder 1997), so that the order of
the words and their endings count for little; the words decide, each by how rare it is
among the units (inverse document frequency, Sparck Jones 1972), and the numbers, which
have to be the same. A template filled twice shares its common words only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dedupe.fold_table import fold_table
from dedupe.kernels.repeats import sign_units, unit_shingles, unit_words, weigh_pairs
from dedupe.signature import permutations
from dedupe.text import fold, words
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Unit = Literal["headline", "paragraph"]
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
    """Units that say the same: the *first* of them, and all, *first* included."""

    first: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """What ``find_repeats`` found: pairs (int64[m, 2], the earlier one first) and groups.

    *similarity* (float64[m]) is the share of the pair's weight that is shared.
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
    pairs = _propose(folded, how)
    similarity = _verify(folded, pairs, how)
    pairs, similarity = pairs[similarity > 0], similarity[similarity > 0]
    return Repeats(
        pairs=pairs, similarity=similarity, groups=_groups(pairs, similarity)
    )


def _without_lead(text: str, most: int) -> str:
    lead = _LEAD.match(text) if most else None
    if lead is None or not 0 < len(words(lead[0])) <= most:
        return text
    rest = text[lead.end() :]
    return rest if len(words(rest)) >= most else text


def _propose(folded: Sequence[str], how: RepeatParameters) -> NDArray[np.int64]:
    """Return the pairs that share a band, earlier unit first: int64[m, 2]."""
    signatures = _sign(folded, how)
    found = [np.zeros((0, 2), np.int64)]
    for band in range(how.bands):
        rows = signatures[:, band * how.rows : (band + 1) * how.rows]
        keys = np.zeros(len(rows), np.uint64)
        for row in rows.T:
            keys = (keys ^ row) * np.uint64(0x9E3779B97F4A7C15)
            keys ^= keys >> np.uint64(32)
        found.append(_pair_up(keys, how.cap))
    packed = np.unique(np.concatenate(found).view("i8,i8"))
    pairs = packed.view(np.int64).reshape(-1, 2)
    empty = np.array([not text for text in folded], np.bool_)
    return pairs[~empty[pairs[:, 0]]] if len(pairs) else pairs


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


def _sign(folded: Sequence[str], how: RepeatParameters) -> NDArray[np.uint32]:
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "replace"), np.uint32)
    offsets = np.zeros(len(folded) + 1, np.int64)
    np.cumsum([len(text) for text in folded], out=offsets[1:])
    shingles = np.empty(2 * len(codes) + 2 * len(folded) + 2, np.uint32)
    firsts = np.empty(len(folded) + 1, np.int64)
    shingles = shingles[: unit_shingles(codes, offsets, shingles, firsts)]
    _, places, counts = np.unique(shingles, return_inverse=True, return_counts=True)
    telling = (counts <= max(50.0, how.common * len(folded)))[places]
    signatures = np.empty((len(folded), how.bands * how.rows), np.uint32)
    factors, addends = permutations(how.bands * how.rows, 1)
    sign_units(shingles, telling, firsts, factors, addends, signatures)
    return signatures


def _verify(
    folded: Sequence[str], pairs: NDArray[np.int64], how: RepeatParameters
) -> NDArray[np.float64]:
    """Return the shared share of each pair's weight, 0 where it is no repeat."""
    column = TextColumn.from_strings(folded)
    found = np.empty(len(column.data) // 2 + len(column) + 1, np.uint64)
    firsts = np.empty(len(column) + 1, np.int64)
    count = unit_words(column.data, column.offsets, *fold_table(), found, firsts)
    _, places, counts = np.unique(
        found[:count], return_inverse=True, return_counts=True
    )
    weights = np.log1p(len(column) / counts)[places]
    compared = np.empty((len(pairs), 5), np.float64)
    weigh_pairs(found, weights, firsts, pairs, compared)
    shared, ours, theirs, our_numbers, their_numbers = compared.T
    share = 2 * shared / np.maximum(2 * shared + ours + theirs, 1e-9)
    least = np.where(
        our_numbers + their_numbers > 0, how.least_with_number, how.least_shared
    )
    whole = (ours == 0) & (theirs == 0)
    repeats = (share >= least) & (shared >= how.least_words * np.log1p(len(column)))
    repeats &= (our_numbers == 0) | (their_numbers == 0)
    share = np.where(repeats | whole, share, 0.0)
    return np.where(share >= _near_best(pairs, share, how), share, 0.0)


def _near_best(
    pairs: NDArray[np.int64], share: NDArray[np.float64], how: RepeatParameters
) -> NDArray[np.float64]:
    """Return what each pair has to reach to be near the best of both its units."""
    best = np.zeros(int(pairs.max(initial=-1)) + 1, np.float64)
    for side in (0, 1):
        np.maximum.at(best, pairs[:, side], share)
    least = np.maximum(best[pairs[:, 0]], best[pairs[:, 1]]) - how.below_best
    return np.maximum(least, 1e-9)


def _groups(
    pairs: NDArray[np.int64], similarity: NDArray[np.float64]
) -> tuple[RepeatGroup, ...]:
    earlier: dict[int, list[tuple[float, int]]] = {}
    for (first, second), share in zip(pairs.tolist(), similarity.tolist(), strict=True):
        earlier.setdefault(max(first, second), []).append((-share, min(first, second)))
    members: dict[int, list[int]] = {}
    joined: set[int] = set()
    for place in sorted(earlier):
        free = [pair for pair in sorted(earlier[place]) if pair[1] not in joined]
        if free:
            members.setdefault(free[0][1], []).append(place)
            joined.add(place)
    return tuple(
        RepeatGroup(first=first, members=(first, *others))
        for first, others in sorted(members.items())
    )
