"""What the report counts: the articles of stories, and ids that are given twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels.urls import hash_words
from dedupe.spark.layouts import CANONICAL, COUNT, NAME, SIZED, SPREAD, STORY
from dedupe.spark.meeting import gather, gather_several, meet, passing
from dedupe.spark.parcels import (
    Inbox,
    Layout,
    Outbox,
    Table,
    bucket_of,
    pieces_of,
    rows_of,
)
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True)
class StorySizes:
    """The *largest* stories (SIZED), and how many have each size (*spread*, SPREAD)."""

    largest: NDArray[np.void]
    spread: NDArray[np.void]


def size_stories(stories: DataFrame, buckets: int, most: int) -> StorySizes:
    """Count the articles of all stories; the largest are *most* of two or more."""
    sized = passing(stories, STORY, _Sizing(buckets))
    found = gather_several(
        meet([sized], [SIZED], buckets, _Adding(most)), SIZED, SPREAD
    )
    return StorySizes(_largest(found.take(SIZED).rows, most), found.take(SPREAD).rows)


def _largest(sized: NDArray[np.void], most: int) -> NDArray[np.void]:
    many = sized[sized["articles"] > 1]
    largest: NDArray[np.void] = many[np.lexsort((many["story"], -many["articles"]))]
    return largest[:most]


@dataclass(frozen=True)
class _Sizing:
    """Counts what stands in a parcel, for the bucket of each story."""

    buckets: int

    def __call__(self, _: int, table: Table, outbox: Outbox) -> None:
        stories, back, counts = np.unique(
            table["story"], return_inverse=True, return_counts=True
        )
        shown = table["of"] == np.uint64(CANONICAL)
        canonical = np.full(len(stories), CANONICAL, np.uint64)
        canonical[back[shown]] = table["article"][shown]
        rows = rows_of(SIZED, story=stories, canonical=canonical, articles=counts)
        outbox.add(SIZED, bucket_of(stories, self.buckets), rows)


@dataclass(frozen=True)
class _Adding:
    """Adds up the stories of a bucket; tells the largest, and how many of each size."""

    most: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        parts = inbox.take(SIZED)
        stories, back = np.unique(parts["story"], return_inverse=True)
        articles = np.bincount(back, parts["articles"]).astype(np.int64)
        canonical = np.full(len(stories), CANONICAL, np.uint64)
        np.minimum.at(canonical, back, parts["canonical"])
        rows = rows_of(SIZED, story=stories, canonical=canonical, articles=articles)
        _send(SIZED, _largest(rows, self.most), outbox)
        sizes, counts = np.unique(articles, return_counts=True)
        _send(SPREAD, rows_of(SPREAD, articles=sizes, stories=counts), outbox)


def count_ids_given_twice(articles: DataFrame, buckets: int) -> int:
    """Count the articles whose id an article before them has."""
    met = meet([passing(articles, NAME, _ToId(buckets))], [NAME], buckets, _count_twice)
    return int(gather(met, COUNT)["count"].sum())


@dataclass(frozen=True)
class _ToId:
    """Sends each article that has an id to the bucket of that id."""

    buckets: int

    def __call__(self, _: int, names: Table, outbox: Outbox) -> None:
        named = names.pick(names["id"] > 0)
        ids = TextColumn(named.tails["id"], named.offsets("id"))
        hashes = np.empty(len(named), np.uint64)
        hash_words(ids.data, ids.offsets, hashes)
        outbox.add(NAME, bucket_of(hashes, self.buckets), named.rows, ids.data)


def _count_twice(inbox: Inbox, outbox: Outbox) -> None:
    ids = pieces_of(inbox.take(NAME), "id")
    twice = len(ids) - len(set(ids))
    _send(COUNT, rows_of(COUNT, reason=[0], count=[twice]), outbox)


def gather_names(articles: DataFrame, wanted: NDArray[np.uint64]) -> Table:
    """Bring the names of a few articles to the driver."""
    return gather(passing(articles, NAME, _PickNames(wanted)), NAME)


@dataclass(frozen=True)
class _PickNames:
    wanted: NDArray[np.uint64]

    def __call__(self, _: int, names: Table, outbox: Outbox) -> None:
        picked = names.pick(np.isin(names["article"], self.wanted))
        _send(NAME, picked.rows, outbox, picked.tails["id"])


def _send(
    layout: Layout, rows: NDArray[np.void], outbox: Outbox, *tails: NDArray[np.uint8]
) -> None:
    outbox.add(layout, np.zeros(len(rows), np.int32), rows, *tails)
