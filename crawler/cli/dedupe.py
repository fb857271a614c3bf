"""wirecopy dedupe: find the stories in dumps of articles."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.output import EXIT_LOOK, json_option, print_json, print_table
from dedupe.slim_imports import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.dumps.request import DedupeReport, DedupeRequest

    Clock = Callable[[], float]

_FORMATS = ("jsonl", "csv", "tsv", "parquet", "sqlite", "warc", "html", "txt")
_FILE = click.Path(path_type=Path)
# A cluster's paths have schemes (s3a://...), which Path would change.
_PLACE = click.Path()
_PLACES = ("output", "stories", "pairs", "removed", "rejects", "report")
_CLUSTER = ("master", "steps", "buckets")
# What a cluster is not asked for, and its value then.
_LOCAL_ONLY = {
    "annotate": False, "against": None, "into": None,
    "memory": None, "spill": None, "unit": "article",
}  # fmt: skip
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
# Bytes that a disk reads while all that is needed is loaded.
_BEGINNING = 128 << 20
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class _Bytes(click.ParamType):  # type: ignore[type-arg]
    """A size such as 500M or 2G."""

    name = "SIZE"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?", str(value).upper())
        if not found:
            self.fail(f"{value!r} is no size: say 500M or 2G", param, ctx)
        return int(float(found[1]) * _UNITS[found[2]])


@click.command()
@click.argument("dumps", nargs=-1, required=True, metavar="DUMP...")
@click.option(
    "-o", "--output", type=_PLACE, help="Where the survivors go; - is stdout."
)
@click.option(
    "--format", type=click.Choice(_FORMATS), help="For names without a known suffix."
)
@click.option("--id", "id_", metavar="FIELD", help="The field of the id.")
@click.option("--text", metavar="FIELD", help="The field of the text.")
@click.option(
    "--headline",
    metavar="FIELD",
    help="The field of the headline; none if a txt's first line is not it.",
)
@click.option("--url", metavar="FIELD", help="The field of the URL.")
@click.option("--date", metavar="FIELD", help="The field of the date of publication.")
@click.option("--outlet", metavar="FIELD", help="The field of the outlet.")
@click.option(
    "--keep",
    default="earliest",
    show_default=True,
    metavar="RULE",
    help="The article that a story shows: earliest, longest, or OUTLET,OUTLET,...",
)
@click.option(
    "--unit",
    type=click.Choice(["article", "paragraph", "headline"]),
    default="article",
    show_default=True,
    help="What is compared.",
)
@click.option(
    "--only",
    type=click.Choice(["inside", "across"]),
    help="Clean articles and compare none, or compare them as they are.",
)
@click.option("--annotate", is_flag=True, help="Write all articles, with their story.")
@click.option(
    "--stories", type=_PLACE, help="Write a table: the story of each article."
)
@click.option(
    "--pairs", type=_PLACE, help="Write a table: the pairs that were decided."
)
@click.option("--removed", type=_PLACE, help="Write a table: the blocks taken out.")
@click.option(
    "--rejects", type=_PLACE, help="Write a table: the rows left out, and why."
)
@click.option("--report", type=_PLACE, help="Write a page (HTML) to read.")
@click.option("--strict", is_flag=True, help="Stop at the first row that is left out.")
@click.option("--against", type=_FILE, metavar="DB", help="Keep only what DB lacks.")
@click.option("--into", type=_FILE, metavar="DB", help="Load the articles into DB.")
@click.option("--memory", type=_Bytes(), help="Use about so much memory, as 2G.")
@click.option("--spill", type=_FOLDER, metavar="FOLDER", help="Where to spill to.")
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Where it runs.",
)
@click.option("--master", metavar="URL", help="The Spark master; spark-submit's else.")
@click.option("--resume", is_flag=True, help="Use a cluster run's finished steps.")
@click.option(
    "--steps", type=_PLACE, metavar="FOLDER", help="Where a cluster keeps them."
)
@click.option(
    "--buckets",
    type=click.IntRange(min=1),
    help="Into how many parts a cluster cuts it all.",
)
@json_option
def command(
    dumps: tuple[str, ...], id_: str | None, as_json: bool, **options: Any
) -> None:
    """Find the stories in dumps of articles, and write one article of each.

    A DUMP is a file (jsonl, csv, tsv, parquet, warc, html, txt; jsonl, csv, tsv and
    warc also as .gz, .zst, .bz2 or .xz), a folder, a glob, "file.db::table", or - for
    standard input. Exit 3 means that a person should look: rows were left out, or an
    alarm.
    """
    import time

    from storage.dumps.fields import Fields

    named = {
        name: options.pop(name)
        for name in ("text", "headline", "url", "date", "outlet")
    }
    first_line = named["headline"] != "none"
    if not first_line:
        named["headline"] = None
    options |= {"inputs": dumps, "fields": Fields(id=id_, **named)}
    if options.pop("engine") == "spark":
        run = _on_cluster(options)
    else:
        run = _on_this_machine(options, first_line)
    report = run(time.monotonic)
    _print(report, as_json, to_stderr="-" in (str(options[name]) for name in _PLACES))
    if report.alarms or report.rejects:
        sys.exit(EXIT_LOOK)


def _on_cluster(options: dict[str, Any]) -> Callable[[Clock], DedupeReport]:
    for name, default in _LOCAL_ONLY.items():
        if options.pop(name) != default:
            raise click.UsageError(f"--{name} is not for --engine spark")
    if "-" in (options[name] for name in _PLACES):
        raise click.UsageError("a cluster writes folders, not standard output")
    if "-" in options["inputs"]:
        raise click.UsageError("a cluster reads paths, not standard input")

    def run(clock: Clock) -> DedupeReport:
        from dedupe.spark.session import require_spark

        require_spark()
        from crawler.dumps.cluster import ClusterRequest, dedupe_on_cluster

        try:
            return dedupe_on_cluster(ClusterRequest(**options), clock=clock)
        except SystemExit:
            click.echo("wirecopy: stopped; run again with --resume to go on", err=True)
            raise

    return run


def _on_this_machine(
    options: dict[str, Any], first_line: bool
) -> Callable[[Clock], DedupeReport]:
    from crawler.dumps.request import DedupeRequest

    for name in ("resume", *_CLUSTER):
        if options.pop(name):
            raise click.UsageError(f"--{name} is for --engine spark")
    for name in _PLACES:
        options[name] = None if options[name] is None else Path(options[name])
    request = DedupeRequest(first_line_is_headline=first_line, **options)
    _refuse_contradictions(request)

    def run(clock: Clock) -> DedupeReport:
        let_disk_begin(request.inputs)
        with kept():
            from crawler.deduping import dedupe_dump
        # A thread that comes back from the kernels or the disk waits so long at most.
        sys.setswitchinterval(0.0005)
        with _progress() as watch:
            return dedupe_dump(request, clock=clock, watch=watch)

    return run


def let_disk_begin(dumps: Sequence[str]) -> None:
    """Have the beginning of the first dump read meanwhile, if it is a file."""
    first = Path(dumps[0])
    # A name too long, say, is told about later. To open a pipe would wait for its writer.
    with suppress(OSError):
        if hasattr(os, "posix_fadvise") and first.is_file():
            with first.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, _BEGINNING, os.POSIX_FADV_WILLNEED)


def _refuse_contradictions(request: DedupeRequest) -> None:
    if request.into is not None and any(
        (
            request.against,
            request.only,
            request.unit != "article",
            request.keep != "earliest",
        )
    ):
        raise click.UsageError(
            "--into decides as a crawl does: leave out --against, --only, --unit and"
            " --keep"
        )
    if request.annotate and request.output is None:
        raise click.UsageError("--annotate writes to --output: name a file")
    if request.into is not None and any(
        (
            request.output,
            request.stories,
            request.pairs,
            request.removed,
            request.report,
        )
    ):
        raise click.UsageError("--into writes the database and --rejects, nothing else")
    if request.unit != "article" and request.against is not None:
        raise click.UsageError("--against compares articles: leave out --unit")
    if request.only == "inside" and request.against is not None:
        raise click.UsageError("--only inside compares nothing: leave out --against")


class _progress:
    """A bar with rate and time left, where standard error is a terminal."""

    def __enter__(self) -> Any:
        if not sys.stderr.isatty():
            self._bar = None
            return None
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[articles]:,} articles, {task.fields[rate]:,}/s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("reading", total=1.0, articles=0, rate=0)
        return self._show

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _show(self, what: str, part: float | None, articles: int) -> None:
        assert self._bar is not None
        elapsed = self._bar.tasks[self._task].elapsed or 1.0
        self._bar.update(
            self._task,
            description=what,
            completed=part or 0.0,
            total=None if part is None else 1.0,
            articles=articles,
            rate=round(articles / elapsed),
        )


def _print(report: DedupeReport, as_json: bool, *, to_stderr: bool) -> None:
    if as_json:
        print_json(report, to_stderr=to_stderr)
        return
    for line in _lines(report):
        click.echo(line, err=True)
    if not to_stderr:
        rows = [[story.id, story.headline, story.articles] for story in report.largest]
        print_table("", ["what", "articles"], _counts(report))
        if rows:
            print_table("Largest stories", ["id", "headline", "articles"], rows)


def _counts(report: DedupeReport) -> list[list[Any]]:
    rows: list[list[Any]] = [["read", report.rows], ["survivors", report.survivors]]
    rows += [[f"copies: {name}", n] for name, n in report.copies.items()]
    rows += [[f"rejects: {name}", n] for name, n in report.rejects.items()]
    rows += [[f"blocks removed: {name}", n] for name, n in report.removed.items()]
    if report.known is not None:
        rows.append(["articles whose story the database has", report.known])
    return rows


def _lines(report: DedupeReport) -> list[str]:
    rate = round(report.rows / report.seconds) if report.seconds else report.rows
    rows = "1 row" if report.rows == 1 else f"{report.rows:,} rows"
    lines = [f"{rows} in {report.seconds} s ({rate:,} a second)"]
    if report.duplicate_ids:
        lines.append(f"rows with an id that a row before has: {report.duplicate_ids:,}")
    if report.rejects:
        lines.append(
            f"rows left out: {sum(report.rejects.values()):,}; --rejects FILE names each"
        )
    return lines + [f"alarm: {alarm}" for alarm in report.alarms]
