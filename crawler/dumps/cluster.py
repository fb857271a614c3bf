"""A dump on a Spark cluster, from paths to paths."""

from __future__ import annotations

import hashlib
import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from crawler.dumps.cluster_outcome import ClusterOutcome
from crawler.dumps.cluster_reading import ReadSplits
from crawler.dumps.cluster_report import render_outcome
from crawler.dumps.cluster_writing import WriteSplits
from dedupe.kernels.urls import hash_words
from dedupe.parameters import DEFAULT
from dedupe.spark.engine import ONE_TASK, Cluster, run
from dedupe.spark.meeting import SCHEMA
from dedupe.spark.session import spark_session
from dedupe.text_column import TextColumn
from storage.dumps.fields import Fields
from storage.dumps.spark import Source, SplitReader, open_source
from storage.dumps.spark_folder import Folder, FolderCheckpoints
from storage.dumps.url_groups import find_url_groups
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.dumps.request import DedupeReport, Only
    from dedupe.deciding import Keep

# Input bytes of a bucket: about 120,000 articles. A task costs Java and Python 0.1 s
# before its first row, so that smaller ones are mostly overhead.
_BUCKET = 512 << 20
# With fewer, the parts of a small run differ much in size.
_LEAST = 8
_PACKED = 3
_WORKERS = {"spark.python.daemon.module": "crawler.dumps.cluster_workers"}


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
    report: str | None = None
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
    settings = {**_WORKERS, **dict(request.settings)}
    with spark_session(request.master, settings) as session:
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
        session.conf.set("spark.sql.shuffle.partitions", str(self._buckets))
        self._refuse_places()
        base = Folder(session, _steps_of(request))
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
            compare=self._request.only != "inside",
            clean=self._reading.clean,
            match=self._request.pairs is not None or self._request.report is not None,
        )
        found = run(self._source.frame, cluster)
        outcome = ClusterOutcome(found, self._source, self._reading, self._buckets)
        if self._request.strict:
            outcome.refuse_rejects()
        self._write(outcome)
        report = outcome.report(self._request.inputs, self._request.output)
        if self._request.report is not None:
            page = render_outcome(outcome, report, self._source, self._reading)
            self._steps.at("output-report").write(page.encode(errors="replace"))
        self._commit()
        self._base.delete()
        return report

    def _refuse_places(self) -> None:
        """Raise DumpError where an output would take the place of what is not ours."""
        taken = set(self._source.files)
        for _, path in self._outputs():
            place = Folder(self._session, path)
            whole = place.absolute()
            if whole in taken or any(file.startswith(f"{whole}/") for file in taken):
                raise DumpError(
                    f"{path} holds an input, or another output: name another"
                )
            if not place.may_be_replaced():
                raise DumpError(
                    f"{path} is a folder that no run wrote: name another, or remove it"
                )
            taken.add(whole)

    def _count_buckets(self, source: Source) -> int:
        size = source.size * (_PACKED if source.is_parquet else 1)
        cores = self._session.sparkContext.defaultParallelism
        return int(max(cores, _LEAST, math.ceil(size / _BUCKET)))

    def _fingerprint(self) -> str:
        said = asdict(self._request)
        for name in ("master", "settings", "resume", "steps", "strict"):
            del said[name]
        said |= {"files": self._source.files, "size": self._source.size}
        said |= {"buckets": self._buckets, "parameters": asdict(DEFAULT)}
        return hashlib.sha256(orjson.dumps(said)).hexdigest()[:16]

    def _write(self, outcome: ClusterOutcome) -> None:
        for name, _ in self._outputs():
            place = self._steps.at(f"output-{name}")
            if name == "report" or place.exists("_SUCCESS"):
                continue
            self._session.sparkContext.setJobDescription(f"write {name}")
            if name == "output":
                self._write_articles(outcome, place)
            else:
                _write_table(outcome.table(name), place, getattr(self._request, name))

    def _write_articles(self, outcome: ClusterOutcome, place: Folder) -> None:
        frame = self._source.frame
        schema = frame.drop(*[n for n in frame.columns if n.startswith("wirecopy_")])
        rows = frame.mapInArrow(WriteSplits(*outcome.writing), schema.schema)
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
        for name in ("output", "stories", "pairs", "removed", "rejects", "report"):
            path = getattr(self._request, name)
            if path is not None:
                yield name, path


def _steps_of(request: ClusterRequest) -> str:
    if request.steps is not None:
        # The folder may hold more than what is ours to remove.
        return f"{request.steps.rstrip('/')}/wirecopy-steps"
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
        # A block goes with its line break, and is put back to the letter.
        ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False,
    )  # fmt: skip
