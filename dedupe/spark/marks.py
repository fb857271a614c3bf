"""Which rows of each split stay, and which are cut, as bits for the second reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.dump_boilerplate import distinct
from dedupe.spark.layouts import BITS, CANONICAL, LINE, MARK, REMOVED, STORY
from dedupe.spark.meeting import meet, passing
from dedupe.spark.parcels import Inbox, Outbox, Table, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

Place = Callable[["NDArray[np.uint64]"], "tuple[NDArray[np.intp], NDArray[np.int64]]"]


def mark_splits(
    articles: DataFrame,
    lines: DataFrame,
    stories: DataFrame,
    place: Place,
    buckets: int,
) -> DataFrame:
    """Bits (BITS) that say which rows of each split stay, and which of them are cut:
    they repeat themselves, or hold *lines* that are boilerplate.

    *place* gives the split of an article, and its row there.
    """
    kept = passing(stories, STORY, _MarkKept(place, buckets))
    cut = passing(articles, REMOVED, _MarkCut(place, buckets))
    lined = passing(lines, LINE, _MarkCut(place, buckets))
    return meet([kept, cut, lined], [MARK], buckets, _pack_bits)


@dataclass(frozen=True)
class _MarkKept:
    place: Place
    buckets: int

    def __call__(self, _: int, table: Table, outbox: Outbox) -> None:
        articles = table["article"][table["of"] == np.uint64(CANONICAL)]
        _mark(articles, 0, self.place, self.buckets, outbox)


@dataclass(frozen=True)
class _MarkCut:
    place: Place
    buckets: int

    def __call__(self, _: int, table: Table, outbox: Outbox) -> None:
        _mark(distinct(table["article"]), 1, self.place, self.buckets, outbox)


def _mark(
    articles: NDArray[np.uint64], cut: int, place: Place, buckets: int, outbox: Outbox
) -> None:
    split, row = place(articles)
    rows = rows_of(MARK, split=split, row=row, cut=np.full(len(row), cut))
    outbox.add(MARK, (split % buckets).astype(np.int32), rows)


def _pack_bits(inbox: Inbox, outbox: Outbox) -> None:
    marks = inbox.take(MARK)
    for split in distinct(marks["split"]):
        for cut in (0, 1):
            own = marks["row"][(marks["split"] == split) & (marks["cut"] == cut)]
            flags = np.zeros(int(own.max(initial=0)) + 1, np.bool_)
            flags[own] = True
            bits = np.packbits(flags)
            rows = rows_of(BITS, split=[split], cut=[cut], bits=[len(bits)])
            outbox.add(BITS, np.zeros(1, np.int32), rows, bits)
