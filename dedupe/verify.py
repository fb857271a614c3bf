"""The verdict on a pair of texts, from their verification records.

A record holds the text's words as hashes, in order, with what each is (a number, a
name, the start of a passage). Shingles, differences and shared passages all follow
from it, so that no text is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from dedupe.corrections import plain
from dedupe.kernels import keys as key_kernels
from dedupe.kernels import pairs
from dedupe.kernels import records as record_kernels
from dedupe.parameters import DEFAULT, Parameters
from dedupe.shingles import Analysis, analyse_texts
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Verdict = Literal[
    "rejected", "exact", "near", "excerpt", "correction",
    "follow-up", "digest", "headline",
]  # fmt: skip
VERDICTS: tuple[Verdict, ...] = (
    "rejected", "exact", "near", "excerpt", "correction",
    "follow-up", "digest", "headline",
)  # fmt: skip
# The verdicts that make one story of two texts; the others but "rejected" link them.
JOINS = frozenset({"exact", "near", "excerpt", "correction"})
REASONS: tuple[str, ...] = (
    "little shared",
    "equal after folding",
    "most of both shared",
    "one holds the other",
    "one fact differs, close in time, same headline or marked as corrected",
    "much shared, much new",
    "holds excerpts of strangers",
    "same headline, other text",
    "a template: the differences are numbers",
    "a template: numbers differ, far apart in time",
    "too short to be an excerpt",
    "a brief: not equal, or not close in time",
    "words shared, but few runs of them",
)
_UNKNOWN = pairs.UNKNOWN_TIME
_NO_MASK = np.zeros(0, np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a text is verified on.

    *tokens* (uint32) are the body's; *keys* its passage keys in order; *fold* and
    *headline* hashes of the folded body and headline (0: no headline); *words* the
    body's length in folded words; *published* epoch seconds or None, and *latest* where
    the same text was printed again.
    """

    tokens: NDArray[np.uint32]
    keys: NDArray[np.uint64]
    fold: int
    headline: int
    headline_words: int
    words: float
    published: int | None = None
    latest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairVerdict:
    """The decision about two texts, a and b, with its figures.

    *containment_a* is the share of a's shingles found in b, *containment_b* that of
    b's in a. *longest* is the longest shared passage in tokens, *shared* all aligned
    tokens; *differences* the short gaps between them, of which *numbers* are in numbers
    and *names* in names. *hours* is the time apart, None where a time is unknown.
    """

    verdict: Verdict
    reason: str
    jaccard: float
    containment_a: float
    containment_b: float
    longest: int = 0
    shared: int = 0
    differences: int = 0
    numbers: int = 0
    names: int = 0
    same_headline: bool = False
    hours: float | None = None

    @property
    def joins(self) -> bool:
        """Whether the two texts are one story."""
        return self.verdict in JOINS

    @property
    def containment(self) -> float:
        """The higher of the two containments."""
        return max(self.containment_a, self.containment_b)


def record(
    text: str, headline: str | None = None, *, published: int | None = None
) -> Record:
    """Make the verification record of one text."""
    column = TextColumn.from_strings([text])
    return record_of(
        analyse_texts(column, TextColumn.from_strings([headline])), 0, published
    )


def record_of(found: Analysis, i: int, published: int | None = None) -> Record:
    """The record of text *i* of an analysis."""
    start = int(found.token_offsets[i] + found.sizes[i, 0])
    return Record(
        tokens=found.tokens[start : found.token_offsets[i + 1]],
        keys=found.keys[found.key_offsets[i] : found.key_offsets[i + 1]],
        fold=int(found.folds[i]),
        headline=int(found.headlines[i]),
        headline_words=int(found.sizes[i, 0]),
        words=float(found.sizes[i, 2]) / 2,
        published=published,
    )


def thresholds(parameters: Parameters) -> NDArray[np.float64]:
    """Parameters as the kernel takes them."""
    p = parameters
    return np.array(
        [
            p.near_jaccard, p.excerpt_containment, p.excerpt_words, p.slot_numbers,
            p.slot_share, p.far_hours, p.far_slot_share, p.correction_hours,
            p.follow_up_containment, p.follow_up_words, p.slot_words,
            p.run_jaccard, p.run_containment, p.slot_spacing,
            p.fact_share, p.own_share, p.edit_spacing, p.few_fact_share,
            p.few_spacing, p.own_least, p.few_differences,
        ],
        np.float64,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The records of n nodes side by side, as verify_pairs takes them."""

    tokens: NDArray[np.uint32]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    masked: NDArray[np.uint8]
    mask_starts: NDArray[np.int64]
    unmask: NDArray[np.uint8]
    headlines: NDArray[np.uint64]
    times: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        records: Sequence[Record],
        masked: NDArray[np.uint64] = _NO_MASK,
        headline_words: int = 0,
    ) -> Records:
        """Lay out *records*; the passages whose keys are *masked* are no evidence.

        Nor is a headline of fewer than *headline_words*.
        """
        lengths = np.array([len(r.tokens) for r in records], np.int64)
        keys = np.concatenate([r.keys for r in records])
        key_starts = np.concatenate(([0], np.cumsum([len(r.keys) for r in records])))
        hidden = key_kernels.mark_keys(keys, np.ascontiguousarray(masked, np.uint64))
        count = np.concatenate(([0], np.cumsum(hidden, dtype=np.int64)))[key_starts]
        sizes = np.stack([lengths, [int(2 * r.words) for r in records]], axis=1)
        times = [_span(r) for r in records]
        titles = [
            r.headline if r.headline_words >= headline_words else 0 for r in records
        ]
        return cls(
            tokens=np.concatenate([r.tokens for r in records]),
            starts=np.cumsum(lengths) - lengths,
            sizes=sizes,
            masked=hidden,
            mask_starts=key_starts,
            unmask=(
                (np.diff(count) == np.diff(key_starts)) & (np.diff(key_starts) > 0)
            ).astype(np.uint8),
            headlines=np.array(titles, np.uint64),
            times=np.array(times, np.int64),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Verdicts on pairs of nodes, row by row.

    *figures* (float32): jaccard, containment of left, of right.
    """

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    verdicts: NDArray[np.uint8]
    reasons: NDArray[np.uint8]
    figures: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.left)

    def pick(self, wanted: NDArray[np.bool_] | NDArray[np.intp]) -> Verified:
        """Some of the rows, by a mask or by their numbers."""
        return Verified(
            left=self.left[wanted],
            right=self.right[wanted],
            verdicts=self.verdicts[wanted],
            reasons=self.reasons[wanted],
            figures=self.figures[wanted],
        )


def _span(record: Record) -> tuple[int, int]:
    first = _UNKNOWN if record.published is None else record.published
    return first, first if record.latest is None else record.latest


def count_distinct(
    records: Records, nodes: NDArray[np.int64], distinct: NDArray[np.int32]
) -> None:
    """Fill *distinct* (int32[n, 4]) for some nodes of *records*."""
    record_kernels.count_shingles(
        records.tokens, records.starts, records.sizes, records.masked,
        records.mask_starts, nodes, distinct,
    )  # fmt: skip


def may_matter(
    records: Records,
    left: NDArray[np.uint32],
    right: NDArray[np.uint32],
    parameters: Parameters,
    distinct: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Say which pairs may be recorded; the others are surely rejected, and not near.

    It takes a fiftieth of the time of verifying, and half of what is proposed goes.
    """
    nodes, a, b = record_kernels.number_nodes(left, right, len(records.starts))
    p = parameters
    least = min(
        p.near_jaccard, p.excerpt_containment, p.follow_up_containment,
        p.record_jaccard, p.record_containment,
    )  # fmt: skip
    found: NDArray[np.bool_] = record_kernels.may_share(
        records.tokens, records.starts, records.sizes, distinct, nodes, a, b, least
    )
    titles = plain(records.headlines)
    found |= (titles[left] == titles[right]) & (titles[left] != 0)
    return found


def verify_rows(
    records: Records,
    left: NDArray[np.uint32],
    right: NDArray[np.uint32],
    parameters: Parameters,
    distinct: NDArray[np.int32] | None = None,
    counts: NDArray[np.int32] | None = None,
) -> Verified:
    """Verify pairs of *records*, best sorted by *left*; holds no lock in the kernels.

    On the edge a pair's verdict rests on which text is the left one: let it be the one
    of the smaller fold, as in dumps, so that one rule decides everywhere.
    *distinct* comes from count_distinct() for the nodes of these pairs at least; None
    counts them here. *counts* (int32[n, 5]), where given, is filled with what
    PairVerdict calls longest, shared, differences, numbers, names.
    """
    n, size = len(left), len(records.starts)
    nodes, a, b = record_kernels.number_nodes(left, right, size)
    if distinct is None:
        distinct = np.zeros((size, 4), np.int32)
        count_distinct(records, nodes, distinct)
    spans, hashes, hidden = record_kernels.lay_out(
        records.tokens, records.starts, records.sizes,
        records.masked, records.mask_starts, nodes,
    )  # fmt: skip
    decisions = np.zeros((n, 2), np.uint8)
    figures = np.zeros((n, 3), np.float32)
    if counts is None:
        counts = np.zeros((n, 5), np.int32)
    pairs.verify_pairs(
        records.tokens, records.starts[nodes], records.sizes[nodes],
        records.unmask[nodes], records.headlines[nodes], records.times[nodes],
        spans, hashes, hidden, distinct[nodes], a, b,
        thresholds(parameters), decisions, figures, counts,
    )  # fmt: skip
    found = Verified(
        left=left,
        right=right,
        verdicts=decisions[:, 0].copy(),
        reasons=decisions[:, 1].copy(),
        figures=figures,
    )
    _link_headlines(found, records, parameters)
    return found


def _link_headlines(found: Verified, records: Records, parameters: Parameters) -> None:
    """Call pairs of one headline that share little else by their name."""
    a, b = found.left, found.right
    titles = plain(records.headlines)
    same = (titles[a] == titles[b]) & (titles[a] != 0)
    rows = np.flatnonzero(same & (found.reasons == pairs.LITTLE_SHARED))
    apart = hours_apart(records.times[a[rows]], records.times[b[rows]])
    rows = rows[~(apart > parameters.headline_hours)]
    found.verdicts[rows] = pairs.HEADLINE
    found.reasons[rows] = pairs.SAME_HEADLINE


def hours_apart(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    """Hours between the spans of time a[i] and b[i]; NaN where one is unknown."""
    gap = np.maximum(a[..., 0] - b[..., 1], b[..., 0] - a[..., 1])
    hours = np.maximum(gap, 0) / 3600
    unknown = (a[..., 0] == _UNKNOWN) | (b[..., 0] == _UNKNOWN)
    return np.where(unknown, np.nan, hours)


def verify(
    a: Record,
    b: Record,
    parameters: Parameters = DEFAULT,
    *,
    masked: NDArray[np.uint64] = _NO_MASK,
) -> PairVerdict:
    """Decide about two texts; passages whose keys are *masked* are no evidence."""
    if b.fold < a.fold:
        back = verify(b, a, parameters, masked=masked)
        return replace(
            back,
            containment_a=back.containment_b,
            containment_b=back.containment_a,
        )
    records = Records.of([a, b], masked, parameters.headline_words)
    counts = np.zeros((1, 5), np.int32)
    found = verify_rows(
        records, np.zeros(1, np.uint32), np.ones(1, np.uint32), parameters,
        counts=counts,
    )  # fmt: skip
    longest, shared, differences, numbers, names = counts[0].tolist()
    apart = float(hours_apart(records.times[0], records.times[1]))
    verdict, reason = int(found.verdicts[0]), int(found.reasons[0])
    if min(a.words, b.words) < parameters.brief_words:
        verdict, reason = _judge_brief(a, b, apart, parameters, (verdict, reason))
    elif a.fold == b.fold:
        verdict, reason = pairs.EXACT, pairs.EQUAL
    return PairVerdict(
        verdict=VERDICTS[verdict],
        reason=REASONS[reason],
        jaccard=float(found.figures[0, 0]),
        containment_a=float(found.figures[0, 1]),
        containment_b=float(found.figures[0, 2]),
        longest=longest,
        shared=shared,
        differences=differences,
        numbers=numbers,
        names=names,
        same_headline=plain(a.headline) == plain(b.headline) != 0,
        hours=None if np.isnan(apart) else apart,
    )


def _judge_brief(
    a: Record, b: Record, apart: float, p: Parameters, found: tuple[int, int]
) -> tuple[int, int]:
    equal = a.fold == b.fold and plain(a.headline) == plain(b.headline) and a.words > 0
    if equal and not apart > p.brief_hours:
        return pairs.EXACT, pairs.EQUAL
    if found[0] == pairs.HEADLINE:
        return found
    return pairs.REJECTED, pairs.BRIEF
