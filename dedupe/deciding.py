"""From gathered articles to stories: candidates, verdicts, anchors, roles."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from dedupe.candidates import even_spans, find_candidates
from dedupe.corrections import plain
from dedupe.gathering import UNKNOWN_TIME
from dedupe.kernels import pairs as codes
from dedupe.nodes import collapse
from dedupe.outcome import PairTable, Stories
from dedupe.pair_table import count_all, expand_pairs, is_told
from dedupe.sorting import order_keys
from dedupe.spilled_records import SpilledRecords, renumbered
from dedupe.stories import join_nodes, mark_digests
from dedupe.verify import (
    REASONS,
    Verified,
    count_distinct,
    may_matter,
    verify_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from dedupe.gathering import Gathered, Spill
    from dedupe.nodes import Nodes
    from dedupe.parameters import Parameters
    from dedupe.stories import Joined

Keep = Literal["earliest", "longest"]
# Pairs verified, or texts counted, at a time: the more, the fewer records are read again.
# Of long texts it is fewer: a pair of ordinary ones has so many tokens, and what is kept
# of each row takes as much memory as some.
AT_ONCE = 8192
_TOKENS, _ROW = 2400, 1024
_NO_KEYS = np.zeros(0, np.uint64)


def decide(
    found: Gathered,
    spill: Spill,
    parameters: Parameters,
    pool: Executor,
    *,
    boilerplate: NDArray[np.uint64] = _NO_KEYS,
    keep: Keep = "earliest",
    preference: NDArray[np.int64] | None = None,
    ends: NDArray[np.int64] | None = None,
    list_pairs: bool = True,
    at_once: int = AT_ONCE,
) -> Stories:
    """Decide about all gathered articles.

    *boilerplate* are passage keys that are no evidence. *keep* picks the canonical of a
    story, after *preference* (int64[n], the smallest first) where it is given. *ends*
    (int64[n], epoch seconds) are the last moments at which each may have been published.
    Pairs are only counted unless they are to be listed. So many pairs of texts are
    verified *at_once*.
    """
    nodes = collapse(found, parameters)
    records, left, right = _propose(found, nodes, spill, parameters, pool, boilerplate)
    verified, others = _verify_rows(records, left, right, parameters, pool, at_once)
    verified = _concatenate([verified, pair_briefs(found, nodes, parameters)])
    lengths = found.tokens[nodes.articles].astype(np.int64)
    mark_digests(verified, lengths, parameters.digest_parts)
    joined = join_nodes(len(nodes), verified, nodes.sizes, lengths)
    order = keep_order(found, keep, preference, ends)
    order = put_corrected_last(order, found.published, nodes, joined, verified, ends)
    stories = tell_stories(nodes, verified, joined, order, parameters)
    if list_pairs:
        stories = replace(stories, pairs=expand_pairs(nodes, verified))
    return replace(stories, pair_counts=count_all(nodes, verified), others=others)


def _propose(
    found: Gathered,
    nodes: Nodes,
    spill: Spill,
    parameters: Parameters,
    pool: Executor,
    boilerplate: NDArray[np.uint64],
) -> tuple[SpilledRecords, NDArray[np.uint32], NDArray[np.uint32]]:
    """Find the candidate pairs, and the records that they are verified on."""
    proposed = find_candidates(
        keys=found.keys,
        key_offsets=found.key_offsets,
        bands=found.bands,
        articles=nodes.articles,
        headlines=np.where(nodes.signed, plain(nodes.headlines), np.uint64(0)),
        signed=nodes.signed,
        boilerplate=np.ascontiguousarray(boilerplate, np.uint64),
        parameters=parameters,
        pool=pool,
        ease=spill.release,
    )
    spill.release()
    records = SpilledRecords(
        spill=spill,
        starts=found.starts[nodes.articles],
        sizes=np.stack(
            [found.tokens[nodes.articles], found.weights[nodes.articles]], axis=1
        ).astype(np.int64),
        masked=proposed.masked,
        mask_starts=proposed.mask_starts,
        unmask=proposed.unmask,
        headlines=nodes.headlines,
        times=nodes.times,
    )
    return records, proposed.left, proposed.right


def _verify_rows(
    records: SpilledRecords,
    left: NDArray[np.uint32],
    right: NDArray[np.uint32],
    parameters: Parameters,
    pool: Executor,
    at_once: int,
) -> tuple[Verified, Counter[str]]:
    """Verify pairs, with few records in memory at a time; returns those that are told.

    The others, most of them strangers whom a sketch rejects for what they share, are
    counted by reason.
    """
    distinct = np.zeros((len(records), 4), np.int32)
    paired = np.zeros(len(records), np.bool_)
    paired[left] = True
    paired[right] = True
    numbers = np.flatnonzero(paired)
    numbers = numbers[order_keys(records.starts[numbers])]
    order = put_relatives_together(left, right, len(records))

    def count(span: tuple[int, int]) -> None:
        some = numbers[slice(*span)]
        counted = np.zeros((len(some), 4), np.int32)
        count_distinct(records.take(some), np.arange(len(some)), counted)
        distinct[some] = counted

    def work(span: tuple[int, int]) -> tuple[NDArray[np.intp], Verified, Counter[str]]:
        rows = order[slice(*span)]
        nodes, a, b = renumbered(left[rows], right[rows])
        some, counted = records.take(nodes), distinct[nodes]
        near = may_matter(some, a, b, parameters, counted)
        verified = verify_rows(some, a[near], b[near], parameters, counted)
        told = is_told(verified, parameters)
        others = _by_reason(verified.reasons[~told])
        others[REASONS[codes.LITTLE_SHARED]] += int(np.count_nonzero(~near))
        rows, verified = rows[near][told], verified.pick(told)
        return rows, replace(verified, left=left[rows], right=right[rows]), others

    tokens = records.sizes[:, 0]
    texts, pairs = tokens[numbers] + _ROW, (tokens[left] + tokens[right])[order] + _ROW
    most = at_once * _TOKENS
    list(pool.map(count, even_spans(texts, 8, most)))
    parts = list(pool.map(work, even_spans(pairs, 8, most)))
    rows = np.concatenate([np.zeros(0, np.intp), *(part[0] for part in parts)])
    found = _concatenate([part[1] for part in parts]).pick(order_keys(rows))
    return found, sum((part[2] for part in parts), Counter())


def _by_reason(reasons: NDArray[np.uint8]) -> Counter[str]:
    counts = np.bincount(reasons).tolist()
    return Counter({REASONS[reason]: n for reason, n in enumerate(counts) if n})


def put_relatives_together(
    left: NDArray[np.uint32], right: NDArray[np.uint32], n: int
) -> NDArray[np.intp]:
    """Order pairs, which are sorted by *left*, by the first text they have to do with.

    The pairs of one story stand together, so its records are read while they are near.
    """
    first = np.arange(n, dtype=np.uint32)
    first[right[::-1]] = left[::-1]
    return order_keys(first[left])


def _concatenate(parts: Sequence[Verified]) -> Verified:
    return Verified(
        left=_join([p.left for p in parts], np.zeros(0, np.uint32)),
        right=_join([p.right for p in parts], np.zeros(0, np.uint32)),
        verdicts=_join([p.verdicts for p in parts], np.zeros(0, np.uint8)),
        reasons=_join([p.reasons for p in parts], np.zeros(0, np.uint8)),
        figures=_join([p.figures for p in parts], np.zeros((0, 3), np.float32)),
    )


def _join(parts: list[NDArray[np.generic]], empty: NDArray[np.generic]):  # type: ignore[no-untyped-def]
    return np.concatenate([empty, *parts])


def pair_briefs(found: Gathered, nodes: Nodes, parameters: Parameters) -> Verified:
    """Briefs of one text and headline, published close in time."""
    brief = np.flatnonzero(~nodes.signed & (found.weights[nodes.articles] > 0))
    articles, times = nodes.articles[brief], nodes.times[brief, 0]
    said = np.stack([found.folds[articles], plain(found.headlines[articles])], axis=1)
    order = np.lexsort((times, said[:, 1], said[:, 0]))
    first, second = _close_in_time(said[order], times[order], parameters)
    ends = brief[order][np.stack([first, second], axis=1)]
    n = len(ends)
    return Verified(
        left=ends.min(axis=1).astype(np.uint32),
        right=ends.max(axis=1).astype(np.uint32),
        verdicts=np.full(n, codes.EXACT, np.uint8),
        reasons=np.full(n, codes.EQUAL, np.uint8),
        figures=np.ones((n, 3), np.float32),
    )


def _close_in_time(
    said: NDArray[np.uint64], times: NDArray[np.int64], parameters: Parameters
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pair each row with the next ones, up to the cap, that say the same in time.

    Rows that say the same stand together, by their times.
    """
    reach = parameters.brief_hours * 3600
    first, second = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for step in range(1, parameters.bucket_cap):
        near = (said[step:] == said[:-step]).all(axis=1)
        near &= (times[:-step] == UNKNOWN_TIME) | (
            times[step:] - times[:-step] <= reach
        )
        rows = np.flatnonzero(near)
        if not len(rows):
            break
        first.append(rows)
        second.append(rows + step)
    rows, others = np.concatenate(first), np.concatenate(second)
    order = np.lexsort((others, rows))
    return rows[order], others[order]


def keep_order(
    found: Gathered,
    keep: Keep,
    preference: NDArray[np.int64] | None,
    ends: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """For each article its place in the order in which canonicals are picked.

    What is known to have been there first comes first: a mere day does not precede the
    clock times of that day by being written as its midnight.
    """
    n = len(found)
    rows = np.arange(n)
    last = found.published if ends is None else ends
    times = np.where(found.published == UNKNOWN_TIME, -UNKNOWN_TIME, last)
    first = np.zeros(n, np.int64) if preference is None else preference
    longest = -found.weights if keep == "longest" else np.zeros(n, np.int32)
    place = np.empty(n, np.int64)
    place[np.lexsort((rows, times, longest, first))] = rows
    return place


def put_corrected_last(
    place: NDArray[np.int64],
    published: NDArray[np.int64],
    nodes: Nodes,
    joined: Joined,
    verified: Verified,
    ends: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Move the texts that a later one corrects behind all others in *place*.

    A story shows none of them, whatever the keep rule. Where the times of two may be
    the same (up to *ends*), neither is known to correct the other.
    """
    rows = joined.through[joined.through >= 0]
    rows = rows[verified.verdicts[rows] == codes.CORRECTION]
    if not len(rows):
        return place
    earliest = _first_times(published, published, nodes)
    latest = _first_times(published, published if ends is None else ends, nodes)
    old = np.zeros(len(nodes), np.bool_)
    left, right = verified.left[rows], verified.right[rows]
    old[left[latest[left] < earliest[right]]] = True
    old[right[latest[right] < earliest[left]]] = True
    moved = np.empty_like(place)
    moved[np.lexsort((place, old[nodes.node_of]))] = np.arange(len(place))
    return moved


def _first_times(
    published: NDArray[np.int64], times: NDArray[np.int64], nodes: Nodes
) -> NDArray[np.int64]:
    """The first of the known *times* of each node's articles."""
    first = np.full(len(nodes), -UNKNOWN_TIME, np.int64)
    known = np.where(published == UNKNOWN_TIME, -UNKNOWN_TIME, times)
    np.minimum.at(first, nodes.node_of, known)
    return first


def tell_stories(
    nodes: Nodes,
    verified: Verified,
    joined: Joined,
    place: NDArray[np.int64],
    parameters: Parameters,
) -> Stories:
    """Say what became of every article, once each node has its anchor.

    *place* orders the articles by the keep rule; *verified* are the pairs that are told,
    which are neither listed nor counted here.
    """
    n = len(nodes.node_of)
    anchor = joined.anchor[nodes.node_of]
    canonical_of = _firsts(anchor, place, len(nodes))
    # The article that stands for a node in the table: the first by the keep rule.
    face = _firsts(nodes.node_of, place, len(nodes))
    canonical = canonical_of[anchor]
    order = np.full(len(nodes), n, np.int64)
    np.minimum.at(order, anchor, np.arange(n))
    numbers = np.searchsorted(np.sort(order[order < n]), order[anchor])
    through = _through(nodes, joined, canonical)
    twin = (through < 0) | (nodes.node_of == nodes.node_of[canonical])
    row = np.where(twin, 0, through)
    figures = verified.figures[row] if len(verified) else np.ones((n, 3), np.float32)
    verdicts = verified.verdicts[row] if len(verified) else np.zeros(n, np.uint8)
    at_anchor = nodes.node_of == anchor
    shows_anchor = nodes.node_of[canonical] == anchor
    of = np.where(twin | at_anchor | shows_anchor, canonical, face[anchor])
    alone = canonical == np.arange(n)
    of[alone] = -1
    similarity = np.where(twin, np.float32(1), figures[:, 0])
    containment = np.where(twin, np.float32(1), figures[:, 1:].max(axis=1))
    verdict = np.where(twin, np.uint8(codes.EXACT), verdicts)
    verdict[alone] = codes.REJECTED
    story_canonical = np.empty(int(numbers.max(initial=-1)) + 1, np.int64)
    story_canonical[numbers] = canonical
    return Stories(
        story=numbers,
        canonical=story_canonical,
        verdicts=verdict,
        similarity=similarity,
        containment=containment,
        of=of,
        pairs=PairTable.none(),
        pair_counts={},
        others={},
        parameters=parameters,
    )


def _firsts(
    groups: NDArray[np.int64], place: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    """The article of each group that comes first by *place*."""
    best = np.full(n, len(place), np.int64)
    np.minimum.at(best, groups, place)
    by_place = np.empty(len(place) + 1, np.int64)
    by_place[place] = np.arange(len(place))
    by_place[-1] = -1
    return by_place[best]


def _through(
    nodes: Nodes, joined: Joined, canonical: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The pair by which each article is in its story.

    An article of the anchor's node, when another shows the story, is there by the pair
    that holds the other.
    """
    mine = joined.through[nodes.node_of]
    theirs = joined.through[nodes.node_of[canonical]]
    return np.where(mine < 0, theirs, mine)
