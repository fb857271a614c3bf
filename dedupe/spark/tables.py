"""What a run found, as tables with a row for each article, pair, reject or cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pyarrow as pa

from dedupe.kernels import pairs as codes
from dedupe.spark.layouts import (
    CANONICAL,
    COUNT,
    MATCH,
    NAME,
    NAMED,
    NODES,
    REJECT,
    REMOVED,
    STORY,
)
from dedupe.spark.meeting import gather, meet, meet_as_rows, only, passing
from dedupe.spark.parcels import (
    Inbox,
    Layout,
    Outbox,
    Table,
    bucket_of,
    pick_stretches,
    pieces_of,
    rows_of,
    unpack,
)
from dedupe.spark.telling import REVISED
from dedupe.verify import REASONS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

_VERDICTS = np.array([*VERDICTS, *[""] * (REVISED - len(VERDICTS)), "revision"])
_TOLD = (
    "id string, story long, role string, verdict string, similarity double, "
    "containment double, of string, row long"
)
_MATCHES = (
    "a long, b long, verdict string, jaccard double, containment_a double, "
    "containment_b double, reason string"
)
REMOVED_ROWS = "article long, start long, reason string, repeats long, text string"
_REJECTS = "file long, start long, line long, reason string, detail string"


# Gives articles, of which some have no id, names, and their lines.
Naming = Callable[
    ["NDArray[np.uint64]", "list[str]"], "tuple[list[str], NDArray[np.int64]]"
]


@dataclass(frozen=True)
class _Rows:
    """Turns parcels into typed rows."""

    layout: Layout
    columns: Callable[[Table], dict[str, Any]]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for _, table in unpack(batch, self.layout):
                yield pa.RecordBatch.from_pydict(self.columns(table))


def _typed(
    frame: DataFrame,
    layout: Layout,
    columns: Callable[[Table], dict[str, Any]],
    schema: str,
) -> DataFrame:
    return only(frame, layout).mapInArrow(_Rows(layout, columns), schema)


def told_rows(
    stories: DataFrame, articles: DataFrame, naming: Naming, buckets: int
) -> DataFrame:
    """A row for each article as the table of stories has it, under its name."""
    own = meet([stories, articles], [STORY, NAME], buckets, _NameOwn(buckets))
    telling = _NameOther(naming)
    return meet_as_rows([own, articles], [NAMED, NAME], buckets, telling, _TOLD)


@dataclass(frozen=True)
class _NameOwn:
    """Puts its own name beside each story's row."""

    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        found, names = inbox.take(STORY), inbox.take(NAME)
        at = _rows_named(names, found["article"])
        rows = rows_of(
            NAMED,
            id=names["id"][at],
            **{name: found[name] for name in _CARRIED},
        )
        shown = rows["of"] == np.uint64(CANONICAL)
        where = np.where(shown, rows["article"], rows["of"])
        ids = pick_stretches(names.tails["id"], names["id"], at)
        outbox.add(NAMED, bucket_of(where, self.buckets), rows, ids)


_CARRIED = ("article", "story", "of", "verdict", "similarity", "containment")


@dataclass(frozen=True)
class _NameOther:
    """Puts the name of the article that a copy was verified against beside its row."""

    naming: Naming

    def __call__(self, inbox: Inbox) -> pa.RecordBatch:
        told, names = inbox.take(NAMED), inbox.take(NAME)
        shown = told["of"] == np.uint64(CANONICAL)
        others = np.where(shown, told["article"], told["of"])
        at = _rows_named(names, others)
        ids, lines = self.naming(told["article"], strings_of(told, "id"))
        given = strings_of(names, "id")
        of, _ = self.naming(others, [given[row] for row in at.tolist()])
        unknown = shown | np.isnan(told["similarity"])
        return pa.RecordBatch.from_pydict(
            {
                "id": pa.array(ids, pa.string()),
                "story": told["story"].astype(np.int64),
                "role": pa.array(np.where(shown, "canonical", "copy"), pa.string()),
                "verdict": pa.array(
                    _VERDICTS[told["verdict"]], pa.string(), mask=shown
                ),
                "similarity": pa.array(_rounded(told["similarity"]), mask=unknown),
                "containment": pa.array(_rounded(told["containment"]), mask=unknown),
                "of": pa.array(np.array(of, object), pa.string(), mask=shown),
                "row": pa.array(lines, pa.int64()),
            }
        )


def _rows_named(names: Table, articles: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Where the name of each article stands."""
    order = np.argsort(names["article"])
    found: NDArray[np.intp] = order[
        np.searchsorted(names["article"], articles, sorter=order)
    ]
    return found


def _rounded(figures: NDArray[np.float32]) -> NDArray[np.float64]:
    return figures.astype(np.float64).round(4)


def match_rows(matches: DataFrame) -> DataFrame:
    """A row for each pair of articles that was decided."""
    return _typed(matches, MATCH, _match_columns, _MATCHES)


def _match_columns(table: Table) -> dict[str, Any]:
    return {
        "a": table["a"].astype(np.int64),
        "b": table["b"].astype(np.int64),
        "verdict": pa.array(np.array(VERDICTS)[table["verdict"]], pa.string()),
        "jaccard": _rounded(table["jaccard"]),
        "containment_a": _rounded(table["containment_a"]),
        "containment_b": _rounded(table["containment_b"]),
        "reason": pa.array(np.array(REASONS)[table["reason"]], pa.string()),
    }


def name_rows(articles: DataFrame) -> DataFrame:
    """A row for each article: its id, empty where it has none."""
    return _typed(articles, NAME, _name_columns, "article long, id string")


def _name_columns(table: Table) -> dict[str, Any]:
    return {
        "article": table["article"].astype(np.int64),
        "id": strings_of(table, "id"),
    }


def strings_of(table: Table, name: str) -> list[str]:
    return [one.decode(errors="replace") for one in pieces_of(table, name)]


def reject_rows(articles: DataFrame) -> DataFrame:
    """A row for each row that was left out; its line counts from the split."""
    return _typed(articles, REJECT, _reject_columns, _REJECTS)


def _reject_columns(table: Table) -> dict[str, Any]:
    rows = [orjson.loads(one) for one in pieces_of(table, "json")]
    names = ("file", "start", "line", "reason", "detail")
    return {name: [row[name] for row in rows] for name in names}


def count_pairs(joined: DataFrame, nodes: DataFrame) -> dict[str, int]:
    """How many pairs of articles have each verdict, those of equal texts among them."""
    counts = _by_verdict(gather(joined, COUNT))
    counts[codes.EXACT] += gather(nodes, NODES)["twins"].sum()
    return _named(counts)


def count_copies(stories: DataFrame) -> dict[str, int]:
    """How many copies have each verdict."""
    return _named(_by_verdict(gather(passing(stories, STORY, _count_copies), COUNT)))


def _count_copies(_: int, table: Table, outbox: Outbox) -> None:
    verdicts = table["verdict"][table["of"] != np.uint64(CANONICAL)]
    found, counts = np.unique(verdicts, return_counts=True)
    rows = rows_of(COUNT, reason=found, count=counts)
    outbox.add(COUNT, np.zeros(len(rows), np.int32), rows)


def _by_verdict(counts: Table) -> NDArray[np.int64]:
    total = np.bincount(counts["reason"], counts["count"], len(_VERDICTS))
    return total.astype(np.int64)


def _named(counts: NDArray[np.int64]) -> dict[str, int]:
    return {str(_VERDICTS[v]): int(n) for v, n in enumerate(counts) if n}


def removed_rows(articles: DataFrame) -> DataFrame:
    """A row for each block that was taken out of an article."""
    return _typed(articles, REMOVED, _removed_columns, REMOVED_ROWS)


def _removed_columns(table: Table) -> dict[str, Any]:
    rows = [orjson.loads(one) for one in pieces_of(table, "json")]
    types = {
        "start": pa.int64(), "reason": pa.string(), "repeats": pa.int64(),
        "text": pa.string(),
    }  # fmt: skip
    columns = {
        name: pa.array([row[name] for row in rows], dtype)
        for name, dtype in types.items()
    }
    return {"article": table["article"].astype(np.int64), **columns}
