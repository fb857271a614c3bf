"""What a run on a cluster found, with the names of articles: tables, counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from crawler.dumps.cluster_writing import Flags, ListLines
from crawler.dumps.request import DedupeReport, LargeStory
from dedupe.spark import counting, marks, tables
from dedupe.spark.layouts import BITS, BOILER, COUNT, LINE, SPLIT
from dedupe.spark.lines import Boilerplate
from dedupe.spark.meeting import count, gather
from dedupe.verify import REASONS
from storage.dumps.spark import Splits
from storage.errors import RejectedRowError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from crawler.dumps.cluster_reading import ReadSplits
    from dedupe.spark.engine import Steps
    from storage.dumps.spark import Source

_LARGEST = 10


class ClusterOutcome:
    """The tables of a run, with the names of articles, and the report."""

    def __init__(
        self, steps: Steps, source: Source, reading: ReadSplits, buckets: int
    ) -> None:
        self._steps = steps
        self._source = source
        self._reading = reading
        self._buckets = buckets
        self.splits = Splits.of(source.files, gather(steps.articles, SPLIT).rows)
        self.matches = tables.match_rows(steps.matches)
        self._removed = tables.removed_rows(steps.articles)
        self._boilerplate = count(steps.lines, LINE)
        self._rejects = tables.reject_rows(steps.articles)

    def refuse_rejects(self) -> None:
        """Raise RejectedRowError where a row was left out."""
        for row in self._rejects.limit(1).collect():
            line = self.splits.line(row["file"], row["start"], row["line"])
            raise RejectedRowError(
                f"{self._source.files[row['file']]}, line {line}: {row['reason']}; "
                "leave out --strict to go on without it"
            )

    @cached_property
    def writing(self) -> tuple[ReadSplits, Flags, Flags, Boilerplate]:
        """What the second reading goes by: which rows stay, which lines go."""
        steps, place = self._steps, self.splits.place
        marked = marks.mark_splits(
            steps.articles, steps.lines, steps.stories, place, self._buckets
        )
        bits = gather(marked, BITS)
        kept, cut = (Flags.of(bits, cut, self.splits) for cut in (0, 1))
        boilerplate = Boilerplate.of(gather(steps.lines, BOILER))
        return self._reading, kept, cut, boilerplate

    def table(self, name: str) -> Any:
        """One of the tables that are written."""
        return getattr(self, f"_{name}_table")()

    def names(self, number: str, name: str) -> Any:
        """Names of articles, as columns *number* and *name*."""
        named = tables.name_rows(self._steps.articles).mapInArrow(
            _Named(_Naming(self.splits, self._source.files)),
            "article long, name string, line long",
        )
        return named.selectExpr(
            f"article as {number}", f"name as {name}", f"line as {name}_line"
        )

    def _stories_table(self) -> Any:
        steps = self._steps
        naming = _Naming(self.splits, self._source.files)
        return tables.told_rows(steps.stories, steps.articles, naming, self._buckets)

    def _pairs_table(self) -> Any:
        named = self.matches.join(self.names("a", "a_name"), "a")
        named = named.join(self.names("b", "b_name"), "b")
        return named.selectExpr(
            "a_name as a", "b_name as b", "verdict", "jaccard", "containment_a",
            "containment_b", "reason",
        )  # fmt: skip

    def _removed_table(self) -> Any:
        removed = self._removed
        if self._boilerplate:
            lines = self._source.frame.mapInArrow(
                ListLines(*self.writing), tables.REMOVED_ROWS
            )
            removed = removed.unionByName(lines)
        named = removed.join(self.names("article", "id"), "article")
        return named.selectExpr(
            "id", "id_line as row", "start", "reason", "repeats", "text"
        )

    def _rejects_table(self) -> Any:
        files = self._source.files
        schema = "file string, line long, reason string, detail string"
        return self._rejects.mapInArrow(_Locating(self.splits, files), schema)

    def report(self, inputs: tuple[str, ...], output: str | None) -> DedupeReport:
        """Count everything; the seconds are another's to say."""
        steps = self._steps
        copies = _largest_first(tables.count_copies(steps.stories))
        rejects = self._count(self._rejects, "reason")
        articles = int(gather(self._steps.articles, SPLIT).rows["articles"].sum())
        survivors = articles - sum(copies.values())
        largest = tuple(
            LargeStory(id=name, headline="", articles=size)
            for _, name, size in self.largest
        )
        return DedupeReport(
            inputs=inputs,
            output=output,
            rows=articles + sum(rejects.values()),
            survivors=survivors,
            copies=copies,
            rejects=rejects,
            stories=survivors,
            seconds=0.0,
            pairs=_largest_first(tables.count_pairs(steps.joined, steps.nodes)),
            looked_at=self._looked_at(),
            removed=self._count_removed(),
            largest=largest,
            duplicate_ids=counting.count_ids_given_twice(
                self._steps.articles, self._buckets
            ),
            alarms=tuple(_alarms(largest, articles)),
        )

    def _count_removed(self) -> dict[str, int]:
        counts = self._count(self._removed, "reason")
        if self._boilerplate:
            counts["boilerplate"] = self._boilerplate
        return _largest_first(counts)

    def _count(self, frame: Any, column: str) -> dict[str, int]:
        rows = frame.groupBy(column).count().collect()
        return _largest_first({row[column]: int(row["count"]) for row in rows})

    def _looked_at(self) -> dict[str, int]:
        counts = gather(self._steps.verified, COUNT)
        total = np.bincount(counts["reason"], counts["count"], len(REASONS))
        return {REASONS[r]: int(n) for r, n in enumerate(total) if n}

    @cached_property
    def largest(self) -> list[tuple[int, str, int]]:
        """The largest stories: number and name of the canonical, and the size."""
        rows = self.sizes.largest
        found = counting.gather_names(self._steps.articles, rows["canonical"])
        naming = _Naming(self.splits, self._source.files)
        names, _ = naming(found["article"], tables.strings_of(found, "id"))
        ids = dict(zip(found["article"].tolist(), names, strict=True))
        return [
            (number, ids[number], size)
            for number, size in rows[["canonical", "articles"]].tolist()
        ]

    @cached_property
    def sizes(self) -> counting.StorySizes:
        """How many articles the stories have."""
        return counting.size_stories(self._steps.stories, self._buckets, _LARGEST)


def _largest_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _alarms(largest: tuple[LargeStory, ...], articles: int) -> Iterator[str]:
    for story in largest[:3]:
        if story.articles >= max(1001, articles // 100):
            yield f"the story of {story.id} has {story.articles:,} articles"


@dataclass(frozen=True)
class _Naming:
    """Names articles by their ids, or by where they stand; tells their lines."""

    splits: Splits
    files: tuple[str, ...]

    def __call__(
        self, articles: NDArray[np.uint64], ids: list[str]
    ) -> tuple[list[str], NDArray[np.int64]]:
        lines = self.splits.lines(articles)
        for row in [row for row, name in enumerate(ids) if not name]:
            ids[row] = self._place(int(articles[row]), int(lines[row]))
        return ids, lines

    def _place(self, article: int, line: int) -> str:
        return (
            str(line) if len(self.files) == 1 else f"{self.files[article >> 40]}:{line}"
        )


@dataclass(frozen=True)
class _Named:
    """Names the articles of a frame."""

    naming: _Naming

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            article = batch.column("article").to_numpy().astype(np.uint64)
            names, lines = self.naming(article, batch.column("id").to_pylist())
            columns = [batch.column("article"), pa.array(names, pa.string())]
            yield pa.RecordBatch.from_arrays(
                [*columns, pa.array(lines)], ["article", "name", "line"]
            )


@dataclass(frozen=True)
class _Locating:
    """Says where in its file a reject stood."""

    splits: Splits
    files: tuple[str, ...]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            rows = batch.to_pylist()
            found = [
                {
                    "file": self.files[row["file"]],
                    "line": self.splits.line(row["file"], row["start"], row["line"]),
                    "reason": row["reason"],
                    "detail": row["detail"],
                }
                for row in rows
            ]
            if found:
                yield pa.RecordBatch.from_pylist(found)
