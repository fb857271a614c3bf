"""The first reading on a cluster: every article analysed where its split is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from dedupe.gathering import Gathered, Gatherer, MemorySpill
from dedupe.kernels.stretches import pick_bytes
from dedupe.nodes import identify
from dedupe.shingles import analyse_texts
from dedupe.signature import permutations
from dedupe.spark.layouts import (
    ARTICLE,
    CANONICAL,
    LINED,
    LINK,
    NAME,
    REJECT,
    REMOVED,
    SPLIT,
    STORY,
    TOKENS,
)
from dedupe.spark.parcels import Outbox, bucket_of, rows_of
from dedupe.spark.workers import spare_imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from dedupe.text_column import TextColumn

_TOP = np.uint64(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Articles of one split, cleaned, in order.

    *articles* (uint64) are their numbers. *published* is epoch seconds or
    UNKNOWN_TIME; *hints* and *outlets* (uint64) are hashes, 0 for none. *rejects* and
    *removed* are rows for the tables of that name; *removed* begins with the place of
    its article here. Article i has line_counts[i] lines, whose keys stand side by side
    in *line_keys*; none where they are not looked at. *file*, *start* name the split,
    of which *rows* were read.
    """

    articles: NDArray[np.uint64]
    texts: TextColumn
    headlines: TextColumn
    ids: TextColumn
    urls: TextColumn
    hints: NDArray[np.uint64]
    outlets: NDArray[np.uint64]
    published: NDArray[np.int64]
    line_keys: NDArray[np.uint64]
    line_counts: NDArray[np.int64]
    removed: Sequence[tuple[int, dict[str, Any]]]
    rejects: Sequence[dict[str, Any]]
    file: int
    start: int
    rows: int


@dataclass(frozen=True)
class Analysing:
    """Turns record batches into parcels; *read* finds the articles in them.

    Without *compare* nothing is signed, and each article is a story of its own.
    """

    read: Callable[[Iterable[pa.RecordBatch]], Iterator[Arrived]]
    buckets: int
    parameters: Parameters
    compare: bool = True

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        spare_imports()
        outbox = Outbox()
        for arrived in self.read(batches):
            self._add(arrived, outbox)
            yield from outbox.full()
        yield from outbox.send()

    def _add(self, arrived: Arrived, outbox: Outbox) -> None:
        here = np.zeros(1, np.int32)
        split = (arrived.file, arrived.start, arrived.rows, len(arrived.articles))
        outbox.add(SPLIT, here, np.array([split], SPLIT.dtype))
        _add_json(outbox, arrived)
        if not len(arrived.articles):
            return
        where = bucket_of(arrived.articles, self.buckets)
        outbox.add(NAME, where, *_name_rows(arrived))
        if len(arrived.line_keys):
            outbox.add(LINED, where, _line_rows(arrived), arrived.line_keys)
        if self.compare:
            self._add_compared(arrived, outbox)
        else:
            outbox.add(STORY, where, _alone_rows(arrived))

    def _add_compared(self, arrived: Arrived, outbox: Outbox) -> None:
        found, tokens = self._analyse(arrived)
        p = self.parameters
        identity = identify(found, found.weights < 2 * p.brief_words)
        home = home_of(identity, self.buckets)
        outbox.add(ARTICLE, home, _article_rows(arrived, found), found.keys)
        rows = rows_of(TOKENS, article=arrived.articles, tokens=found.tokens)
        outbox.add(TOKENS, home, rows, tokens)
        self._add_links(arrived, found, home, outbox)

    def _analyse(self, arrived: Arrived) -> tuple[Gathered, NDArray[np.uint32]]:
        p, spill = self.parameters, MemorySpill()
        gatherer = Gatherer(spill, p.bands)
        analysis = analyse_texts(
            arrived.texts, arrived.headlines, bands=p.bands, rows=p.rows,
            permutations=permutations(p.num_perm, p.seed),
        )  # fmt: skip
        gatherer.add(analysis, arrived.published)
        found = gatherer.finish()
        return found, _bodies(spill.view(), found)

    def _add_links(
        self,
        arrived: Arrived,
        found: Gathered,
        home: NDArray[np.int32],
        outbox: Outbox,
    ) -> None:
        linked = np.flatnonzero(arrived.hints)
        urls, data = _texts(arrived.urls, linked)
        rows = rows_of(
            LINK,
            article=arrived.articles[linked],
            hint=arrived.hints[linked],
            fold=found.folds[linked],
            published=arrived.published[linked],
            home=home[linked],
            url=urls,
        )
        outbox.add(LINK, bucket_of(arrived.hints[linked], self.buckets), rows, data)


def home_of(identities: NDArray[np.uint64], buckets: int) -> NDArray[np.int32]:
    """The bucket of a text: ranges of its hash, so that buckets are in node order."""
    return ((identities >> _TOP) * np.uint64(buckets) >> _TOP).astype(np.int32)


def _article_rows(arrived: Arrived, found: Gathered) -> NDArray[Any]:
    return rows_of(
        ARTICLE,
        article=arrived.articles,
        fold=found.folds,
        headline=found.headlines,
        published=arrived.published,
        outlet=arrived.outlets,
        headline_words=found.headline_words,
        weight=found.weights,
        tokens=found.tokens,
        keys=np.diff(found.key_offsets),
        bands=found.bands,
    )


def _name_rows(arrived: Arrived) -> tuple[NDArray[Any], NDArray[np.uint8]]:
    ids, data = _texts(arrived.ids, np.arange(len(arrived.articles)))
    return rows_of(NAME, article=arrived.articles, id=ids), data


def _line_rows(arrived: Arrived) -> NDArray[Any]:
    return rows_of(
        LINED,
        article=arrived.articles,
        outlet=arrived.outlets,
        published=arrived.published,
        lines=arrived.line_counts,
    )


def _alone_rows(arrived: Arrived) -> NDArray[Any]:
    n = len(arrived.articles)
    return rows_of(
        STORY,
        article=arrived.articles,
        story=arrived.articles,
        of=np.full(n, CANONICAL, np.uint64),
        similarity=np.ones(n),
        containment=np.ones(n),
        outlet=arrived.outlets,
    )


def _bodies(tokens: NDArray[np.uint32], found: Gathered) -> NDArray[np.uint32]:
    """Drop the headlines' tokens: records are verified on the body's."""
    width = tokens.itemsize
    sizes = found.tokens.astype(np.int64) * width
    picked = pick_bytes(tokens.view(np.uint8), found.starts * width, sizes)
    bodies: NDArray[np.uint32] = picked.view(tokens.dtype)
    return bodies


def _texts(
    column: TextColumn, rows: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    sizes = np.diff(column.offsets)[rows]
    if len(rows) == len(column):
        return sizes, column.data[column.offsets[0] : column.offsets[-1]]
    parts = [column.data[column.offsets[r] : column.offsets[r + 1]] for r in rows]
    return sizes, np.concatenate([np.zeros(0, np.uint8), *parts])


def _add_json(outbox: Outbox, arrived: Arrived) -> None:
    if arrived.rejects:
        sizes, data = pack_json(arrived.rejects)
        rows = rows_of(REJECT, json=sizes)
        outbox.add(REJECT, np.zeros(len(rows), np.int32), rows, data)
    if arrived.removed:
        sizes, data = pack_json([row for _, row in arrived.removed])
        places = [place for place, _ in arrived.removed]
        rows = rows_of(REMOVED, article=arrived.articles[places], json=sizes)
        outbox.add(REMOVED, np.zeros(len(rows), np.int32), rows, data)


def pack_json(
    values: Sequence[dict[str, Any]],
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Lengths and bytes of values as JSON."""
    packed = [orjson.dumps(value) for value in values]
    sizes = np.array([len(one) for one in packed], np.int64)
    return sizes, np.frombuffer(b"".join(packed), np.uint8)
