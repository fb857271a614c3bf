"""A dump on a Spark cluster, from paths to paths."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from crawler.dumps.cluster_reading import ReadSplits
from crawler.dumps.cluster_writing import Flags, WriteSplits
from crawler.dumps.request import DedupeReport, LargeStory, Only
from dedupe.kernels.urls import hash_words
from dedupe.parameters import DEFAULT
from dedupe.spark import tables
from dedupe.spark.engine import ONE_TASK, Cluster, Steps, gather, run
from dedupe.spark.layouts import BITS, COUNT, SPLIT
from dedupe.spark.parcels import SCHEMA
from dedupe.spark.session import open_session
from dedupe.text import TextColumn
from dedupe.verify import REASONS
from storage.dumps.fields import Fields
from storage.dumps.spark import Source, SplitReader, Splits, open_source
from storage.dumps.spark_folder import Folder, FolderCheckpoints
from storage.dumps.url_groups import find_url_groups
from storage.errors import DumpError, RejectedRowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dedupe.deciding import Keep

# Input bytes of a bucket: about 20,000 articles, 200 MB of a task's memory.
_BUCKET = 64 << 20
_PACKED = 3
_LARGEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRequest:
    """One run over *inputs*, any paths that Spark reads; outputs are folders.

    *master* starts Spark there, None joins what runs (spark-submit). Finished steps
    are kept in *steps*, beside the first output where it is None; with *resume* those
    of an earlier run with the same inputs and settings are used again. *buckets* is
    into how many parts everything is cut, None by the size of the inputs.
    """

    inputs: tuple[str, ...]
    output: str | None = None
    stories: str | None = None
    pairs: str | None = None
    removed: str | None = None
    rejects: str | None = None
    format: str | None = None
    fields: Fields = field(default_factory=Fields)
    keep: str = "earliest"
    only: Only | None = None
    strict: bool = False
    master: str | None = None
    settings: tuple[tuple[str, str], ...] = ()
    steps: str | None = None
    resume: bool = False
    buckets: int | None = None
    one_task: int = ONE_TASK


def dedupe_on_cluster(
    request: ClusterRequest, *, clock: Callable[[], float]
) -> DedupeReport:
    """Run *request*; *clock* counts seconds.

    Raises ClusterError where Spark does not start, DumpError or one of its kinds where
    an input cannot be read; no output is written then.
    """
    started = clock()
    session = open_session(request.master, dict(request.settings))
    report = _Run(request, session).run()
    return replace(report, seconds=round(clock() - started, 2))


class _Run:
    def __init__(self, request: ClusterRequest, session: Any) -> None:
        self._request = request
        self._session = session
        self._source = open_source(
            session, request.inputs, request.fields, request.format
        )
        self._buckets = request.buckets or self._count_buckets(self._source)
        base = Folder(session, request.steps or _beside(request))
        if not request.resume:
            base.delete()
        self._base = base
        self._steps = base.at(self._fingerprint())
        clean = request.only != "across"
        self._reading = ReadSplits(SplitReader.of(self._source), clean)

    def run(self) -> DedupeReport:
        rule, ranks = _keep(self._request.keep)
        cluster = Cluster(
            checkpoints=FolderCheckpoints(self._steps, SCHEMA),
            buckets=self._buckets,
            read=self._reading,
            group=find_url_groups,
            keep=rule,
            ranks=ranks,
            one_task=self._request.one_task,
        )
        found = run(self._source.frame, cluster)
        splits = Splits.of(self._source.files, gather(found.articles, SPLIT).rows)
        outcome = _Outcome(found, splits, self._buckets, self._source)
        if self._request.strict:
            outcome.refuse_rejects()
        self._write(outcome)
        report = outcome.report(self._request)
        self._commit()
        self._base.delete()
        return report

    def _count_buckets(self, source: Source) -> int:
        size = source.size * (_PACKED if source.is_parquet else 1)
        cores = self._session.sparkContext.defaultParallelism
        return int(max(cores, math.ceil(size / _BUCKET)))

    def _fingerprint(self) -> str:
        said = asdict(self._request)
        for name in ("master", "settings", "resume", "steps", "strict"):
            del said[name]
        said |= {"files": self._source.files, "size": self._source.size}
        said |= {"buckets": self._buckets, "parameters": asdict(DEFAULT)}
        return hashlib.sha256(orjson.dumps(said)).hexdigest()[:16]

    def _write(self, outcome: _Outcome) -> None:
        for name, _ in self._outputs():
            place = self._steps.at(f"output-{name}")
            if place.exists("_SUCCESS"):
                continue
            if name == "output":
                self._write_articles(outcome, place)
            else:
                _write_table(outcome.table(name), place, getattr(self._request, name))

    def _write_articles(self, outcome: _Outcome, place: Folder) -> None:
        marks = gather(outcome.marks(), BITS)
        kept, cut = (Flags.of(marks, cut, outcome.splits) for cut in (0, 1))
        frame = self._source.frame
        schema = frame.drop(*[n for n in frame.columns if n.startswith("wirecopy_")])
        rows = frame.mapInArrow(WriteSplits(self._reading, kept, cut), schema.schema)
        if self._source.is_parquet:
            rows.write.mode("overwrite").parquet(place.path)
        else:
            packed = "gzip" if str(self._request.output).endswith(".gz") else "none"
            rows.write.mode("overwrite").text(place.path, compression=packed)

    def _commit(self) -> None:
        """Put all outputs in their places, each in one move."""
        for name, path in self._outputs():
            Folder(self._session, path).delete()
            self._steps.at(f"output-{name}").rename(path)

    def _outputs(self) -> Iterator[tuple[str, str]]:
        for name in ("output", "stories", "pairs", "removed", "rejects"):
            path = getattr(self._request, name)
            if path is not None:
                yield name, path


def _beside(request: ClusterRequest) -> str:
    for path in (request.output, request.stories, request.pairs):
        if path is not None:
            return f"{path.rstrip('/')}.steps"
    raise DumpError("name an output, or a folder for the steps (--steps)")


def _keep(keep: str) -> tuple[Keep, tuple[int, ...]]:
    if keep == "longest":
        return "longest", ()
    if keep == "earliest":
        return "earliest", ()
    wanted = TextColumn.from_strings(name.strip() for name in keep.split(","))
    hashes = np.empty(len(wanted), np.uint64)
    hash_words(wanted.data, wanted.offsets, hashes)
    return "earliest", tuple(hashes.tolist())


def _write_table(frame: Any, place: Folder, path: str) -> None:
    if path.rstrip("/").endswith((".parquet", ".pq")):
        frame.write.mode("overwrite").parquet(place.path)
        return
    comma = path.rstrip("/").endswith(".csv")
    frame.write.mode("overwrite").csv(
        place.path, sep="," if comma else "\t", header=True, escape='"',
        nullValue="", emptyValue="",
    )  # fmt: skip


class _Outcome:
    """The tables of a run, with the names of articles, and the report."""

    def __init__(
        self, steps: Steps, splits: Splits, buckets: int, source: Source
    ) -> None:
        self._steps = steps
        self.splits = splits
        self._buckets = buckets
        self._source = source
        self._found = tables.story_rows(steps.stories)
        self._matches = tables.match_rows(steps.matches(buckets))
        self._removed = tables.removed_rows(steps.articles)
        self._rejects = tables.reject_rows(steps.articles)

    def refuse_rejects(self) -> None:
        """Raise RejectedRowError where a row was left out."""
        for row in self._rejects.limit(1).collect():
            line = self.splits.line(row["file"], row["start"], row["line"])
            raise RejectedRowError(
                f"{self._source.files[row['file']]}, line {line}: {row['reason']}; "
                "leave out --strict to go on without it"
            )

    def marks(self) -> Any:
        return tables.mark_splits(
            self._steps.articles, self._steps.stories, self.splits.place, self._buckets
        )

    def table(self, name: str) -> Any:
        """One of the tables that are written."""
        return getattr(self, f"_{name}_table")()

    def _names(self, number: str, name: str) -> Any:
        """Names of articles, as columns *number* and *name*."""
        named = tables.name_rows(self._steps.articles).mapInArrow(
            _Naming(self.splits, self._source.files),
            "article long, name string, line long",
        )
        return named.selectExpr(
            f"article as {number}", f"name as {name}", f"line as {name}_line"
        )

    def _stories_table(self) -> Any:
        named = self._found.join(self._names("article", "id"), "article")
        named = named.join(self._names("of", "of_name"), "of", "left")
        return named.selectExpr(
            "id", "story", "if(of is null, 'canonical', 'copy') as role", "verdict",
            "similarity", "containment", "of_name as of", "id_line as row",
        )  # fmt: skip

    def _pairs_table(self) -> Any:
        named = self._matches.join(self._names("a", "a_name"), "a")
        named = named.join(self._names("b", "b_name"), "b")
        return named.selectExpr(
            "a_name as a", "b_name as b", "verdict", "jaccard", "containment_a",
            "containment_b", "reason",
        )  # fmt: skip

    def _removed_table(self) -> Any:
        named = self._removed.join(self._names("article", "id"), "article")
        return named.selectExpr(
            "id", "id_line as row", "start", "reason", "repeats", "text"
        )

    def _rejects_table(self) -> Any:
        files = self._source.files
        schema = "file string, line long, reason string, detail string"
        return self._rejects.mapInArrow(_Locating(self.splits, files), schema)

    def report(self, request: ClusterRequest) -> DedupeReport:
        """Count everything."""
        copies = self._count(self._found.where("of is not null"), "verdict")
        rejects = self._count(self._rejects, "reason")
        articles = int(gather(self._steps.articles, SPLIT).rows["articles"].sum())
        survivors = articles - sum(copies.values())
        largest = self._largest()
        return DedupeReport(
            inputs=request.inputs,
            output=request.output,
            rows=articles + sum(rejects.values()),
            survivors=survivors,
            copies=copies,
            rejects=rejects,
            stories=survivors,
            seconds=0.0,
            pairs=self._count(self._matches, "verdict"),
            looked_at=self._looked_at(),
            removed=self._count(self._removed, "reason"),
            largest=largest,
            duplicate_ids=self._duplicate_ids(),
            alarms=tuple(_alarms(largest, articles)),
        )

    def _count(self, frame: Any, column: str) -> dict[str, int]:
        rows = frame.groupBy(column).count().collect()
        counts = {row[column]: int(row["count"]) for row in rows}
        return dict(sorted(counts.items(), key=lambda item: -item[1]))

    def _looked_at(self) -> dict[str, int]:
        counts = gather(self._steps.verified, COUNT)
        total = np.bincount(counts["reason"], counts["count"], len(REASONS))
        return {REASONS[r]: int(n) for r, n in enumerate(total) if n}

    def _largest(self) -> tuple[LargeStory, ...]:
        sizes = self._found.groupBy("story").count().where("count > 1")
        top = sizes.orderBy("count", "story", ascending=[False, True]).limit(_LARGEST)
        shown = self._found.where("of is null").join(top, "story")
        named = shown.join(self._names("article", "id"), "article").collect()
        rows = sorted(named, key=lambda row: (-row["count"], row["story"]))
        return tuple(
            LargeStory(id=row["id"], headline="", articles=row["count"]) for row in rows
        )

    def _duplicate_ids(self) -> int:
        given = tables.name_rows(self._steps.articles).where("id != ''")
        return int(given.count() - given.select("id").distinct().count())


def _alarms(largest: tuple[LargeStory, ...], articles: int) -> Iterator[str]:
    for story in largest[:3]:
        if story.articles >= max(1001, articles // 100):
            yield f"the story of {story.id} has {story.articles:,} articles"


@dataclass(frozen=True)
class _Naming:
    """Names articles by their ids, or by where they stand."""

    splits: Splits
    files: tuple[str, ...]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in batches:
            article = batch.column("article").to_numpy().astype(np.uint64)
            lines = self.splits.lines(article)
            ids = batch.column("id").to_pylist()
            for row in [row for row, name in enumerate(ids) if not name]:
                ids[row] = self._place(int(article[row]), int(lines[row]))
            columns = [batch.column("article"), pa.array(ids, pa.string())]
            yield pa.RecordBatch.from_arrays(
                [*columns, pa.array(lines)], ["article", "name", "line"]
            )

    def _place(self, article: int, line: int) -> str:
        return (
            str(line) if len(self.files) == 1 else f"{self.files[article >> 40]}:{line}"
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
