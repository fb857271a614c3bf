"""Writing articles out: JSON lines, CSV, Parquet, or a database fit to publish."""

from __future__ import annotations

import csv
import io
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from storage.dumps.outputs import Outputs
from storage.errors import DumpError, UnknownFormatError
from storage.inspect.direction import without_formula
from storage.opening import named_errors, open_database
from storage.outlets import UNNAMED_AGENCY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlite_utils import Database

_JSON_COLUMNS = ("authors", "tags", "captions", "field_sources")
_PLAIN = (
    *("id", "url", "canonical_url", "headline", "subheadline", "body", "byline"),
    *("authors", "dateline", "language", "published", "published_precision"),
    *("modified", "fetched", "section", "tags", "image", "captions", "access"),
    *("words", "story", "role", "field_sources", "extractor"),
)
_COLUMNS = {name: f"articles.{name}" for name in _PLAIN} | {
    "outlet": "outlets.name",
    "agency": "agencies.name",
    "canonical": "stories.canonical",
    "copies": "stories.size - 1",
    "printed_by": "stories.outlets",
}
_NUMBERS = ("id", "words", "story", "canonical", "copies", "printed_by")
_SELECT = (
    f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in _COLUMNS.items())}"
    " FROM articles"
    " LEFT JOIN stories ON stories.id = articles.story"
    " LEFT JOIN outlets ON outlets.id = articles.outlet"
    " LEFT JOIN agencies ON agencies.id = articles.agency "
)
_PRIVATE = (
    *("pages", "robots", "run_outlets", "runs", "reviews"),
    *("tombstones", "settle_queue"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """How many articles were written, and where ("-" is standard output)."""

    articles: int
    output: str
    format: str


def export_articles(
    db: Database,
    output: Path | None = None,
    *,
    everything: bool = False,
    format: str | None = None,  # noqa: A002 - the option's own name
) -> ExportReport:
    """Write the clean articles, or with *everything* all of them, to *output*.

    The format is *format*, else the suffix, else jsonl; None writes to standard
    output. A file appears when it is whole. Raises UnknownFormatError, DumpError.
    """
    if output is not None:
        _refuse(db, output)
    kind = format or _format_of(output)
    if kind == "db":
        return _publish(db, output)
    if kind not in _WRITERS:
        raise UnknownFormatError(
            f"{output or kind}: export writes jsonl, csv, parquet and db: give such a"
            " suffix or --format"
        )
    rows = iter_rows(db, everything=everything)
    if output is None:
        count = _WRITERS[kind](rows, sys.stdout.buffer)
        return ExportReport(articles=count, output="-", format=kind)
    with whole_file(output) as file:
        count = _WRITERS[kind](rows, file)
    return ExportReport(articles=count, output=str(output), format=kind)


def iter_rows(db: Database, *, everything: bool = False) -> Iterator[dict[str, Any]]:
    """Yield articles as plain rows, oldest id first, lists parsed and names spelt."""
    where = "" if everything else "WHERE articles.role = 'canonical' "
    cursor = db.conn.execute(f"{_SELECT}{where}ORDER BY articles.id")
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        for name in _JSON_COLUMNS:
            empty = "{}" if name == "field_sources" else "[]"
            row[name] = orjson.loads(row[name] or empty)
        if row["agency"] == UNNAMED_AGENCY:
            row["agency"] = ""
        yield row


def _refuse(db: Database, output: Path) -> None:
    """Raise DumpError where *output* is the database itself, or in no folder."""
    if not output.parent.is_dir():
        raise DumpError(
            f"{output}: the folder {output.parent} does not exist: make it first"
        )
    source = db.conn.execute("SELECT file FROM pragma_database_list").fetchone()[0]
    if output.exists() and output.samefile(source):
        raise DumpError(f"{output} is the database that is read: name another file")


@contextmanager
def whole_file(output: Path) -> Iterator[IO[bytes]]:
    """Give a file to write to that becomes *output* when all went well."""
    try:
        with Outputs() as outputs:
            file = io.BufferedWriter(cast("io.RawIOBase", outputs.open(output)))
            yield file
            file.detach()
            outputs.commit()
    except OSError as error:
        raise DumpError(f"{output}: {error.strerror}") from error


def _format_of(output: Path | None) -> str:
    if output is None:
        return "jsonl"
    suffix = output.suffix.lower().removeprefix(".")
    return {"ndjson": "jsonl", "jsonlines": "jsonl", "sqlite": "db"}.get(suffix, suffix)


def _write_jsonl(rows: Iterable[dict[str, Any]], file: IO[bytes]) -> int:
    count = 0
    for row in rows:
        file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


def _write_csv(rows: Iterable[dict[str, Any]], file: IO[bytes]) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer, count = csv.writer(text), 0
    for row in rows:
        if not count:
            writer.writerow(row)
        writer.writerow([_cell(value) for value in row.values()])
        count += 1
    text.detach()
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = orjson.dumps(value).decode() if value else ""
    return without_formula(value)


def _write_parquet(rows: Iterable[dict[str, Any]], file: IO[bytes]) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DumpError(
            "pyarrow is not installed: run pip install 'wirecopy[parquet]'"
        ) from error
    schema = _parquet_schema(pa)
    count = 0
    with closing(pq.ParquetWriter(file, schema, compression="zstd")) as sink:
        rows = iter(rows)
        while batch := list(islice(rows, 5000)):
            flat = [
                {**row, "field_sources": orjson.dumps(row["field_sources"]).decode()}
                for row in batch
            ]
            sink.write_table(pa.Table.from_pylist(flat, schema=schema))
            count += len(flat)
    return count


def _parquet_schema(pa: Any) -> Any:
    types = {name: pa.int64() for name in _NUMBERS}
    types |= {name: pa.list_(pa.string()) for name in ("authors", "tags", "captions")}
    return pa.schema([(name, types.get(name, pa.string())) for name in _COLUMNS])


_WRITERS: dict[str, Callable[[Iterable[dict[str, Any]], IO[bytes]], int]] = {
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "parquet": _write_parquet,
}


def _publish(db: Database, output: Path | None) -> ExportReport:
    """Copy the database without crawl state, runs, reviews and tombstones."""
    if output is None:
        raise UnknownFormatError("a database cannot go to standard output: give -o")
    with whole_file(output) as file, named_errors(output):
        part = Path(file.name)
        # SQLite takes a copy for a change of what it was copied from.
        db.conn.execute("PRAGMA query_only = off")
        db.conn.execute("VACUUM INTO ?", [str(part)])
        with closing(open_database(part)) as copy:
            copy.conn.execute("BEGIN IMMEDIATE")
            copy.conn.execute("UPDATE pairs SET run = NULL")
            for table in _PRIVATE:
                copy.conn.execute(f"DELETE FROM {table}")
            copy.conn.execute("COMMIT")
            # What was deleted is still in free pages, and a published file must not
            # need its -wal.
            copy.conn.execute("VACUUM")
            copy.conn.execute("PRAGMA journal_mode = delete")
            count = copy.conn.execute("SELECT count(*) FROM articles").fetchone()[0]
    return ExportReport(articles=count, output=str(output), format="db")
