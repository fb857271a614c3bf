"""Writing rows in any tabular format, and tables of our own."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from storage.dumps.formats import PAGES, Format, format_of
from storage.dumps.json_rows import dump_json
from storage.dumps.streams import PACKED, open_sink
from storage.errors import DumpError, UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from storage.dumps.dump import Row, Writer
    from storage.dumps.outputs import Outputs
    from storage.dumps.sqlite import SqliteWriter

# What one call to the kernel may take (IOV_MAX).
_VECTORS = 1024
_ROWS = 5000
# Bytes that are written before the disk is told to begin.
_BEHIND = 8 << 20


class LinesWriter:
    """JSON lines: rows, or lines as they stood in the input."""

    def __init__(self, raw: IO[bytes], suffix: str = "") -> None:
        self._raw = raw
        self._sink = open_sink(raw, suffix)
        raw.flush()
        self._handle = _handle_of(raw) if self._sink is raw else None
        self._writing = 0 if _is_file(self._handle) else None

    def write(self, rows: list[Row]) -> None:
        self.write_lines([b"".join(dump_line(row) for row in rows)])

    def write_lines(self, lines: Sequence[memoryview | bytes]) -> None:
        """Write whole lines, or runs of them."""
        if self._handle is None:
            self._sink.write(b"".join(lines))
            return
        for start in range(0, len(lines), _VECTORS):
            _write_all(self._handle, lines[start : start + _VECTORS])
        self._start_writing()

    def _start_writing(self) -> None:
        """Let the disk begin with what is there: at the end it is waited for."""
        if self._writing is None or self._handle is None:
            return
        end = os.lseek(self._handle, 0, os.SEEK_CUR)
        if end - self._writing >= _BEHIND:
            size = end - self._writing
            os.posix_fadvise(self._handle, self._writing, size, os.POSIX_FADV_DONTNEED)
            self._writing = end

    def close(self) -> None:
        if self._sink is not self._raw:
            self._sink.close()
        self._raw.flush()


def _handle_of(raw: IO[bytes]) -> int | None:
    try:
        return raw.fileno()
    except OSError:
        return None


def _is_file(handle: int | None) -> bool:
    if handle is None or not hasattr(os, "posix_fadvise"):
        return False
    return stat.S_ISREG(os.fstat(handle).st_mode)


def _write_all(handle: int, pieces: Sequence[memoryview | bytes]) -> None:
    left = [memoryview(piece) for piece in pieces if len(piece)]
    while left:
        written = os.writev(handle, left)
        while left and written >= len(left[0]):
            written -= len(left.pop(0))
        if written:
            left[0] = left[0][written:]


def dump_line(row: Row) -> bytes:
    """Return *row* as one line of JSON; what JSON lacks becomes text."""
    return dump_json(row) + b"\n"


def split_table(path: Path) -> tuple[Path, str | None]:
    """Part "file.db::table"; the table is None where none is named."""
    place, separator, table = str(path).partition("::")
    return Path(place), table if separator else None


def output_format(path: Path, given: Format | None) -> Format:
    """Return what to write to *path*: by suffix, else *given*.

    Raises UnknownFormatError; pages are written as JSON lines, and so is a table that
    goes to standard output.
    """
    place, table = split_table(path)
    if table is not None:
        return "sqlite"
    found = format_of(place, given)
    if found == "sqlite" and str(place) == "-":
        return "jsonl"
    if found in PAGES:
        if place.suffix and str(place) != "-":
            raise UnknownFormatError(
                f"{path}: articles are not written as {found}; name a .jsonl file"
            )
        return "jsonl"
    return found


def refuse_unwritable(path: Path, form: Format | None) -> None:
    """Raise DumpError where *form* cannot be written at *path*, before hours of work."""
    place, _ = split_table(path)
    if place.is_dir():
        raise DumpError(f"{path} is a folder: name a file in it")
    if not place.parent.is_dir():
        raise DumpError(f"{path}: there is no folder {place.parent}: make it first")
    if form in ("csv", "tsv") and place.suffix.lower() in PACKED:
        raise UnknownFormatError(
            f"{path}: only JSON lines are written packed: name a .jsonl{place.suffix}"
        )
    if form == "sqlite" and place.exists():
        from storage.dumps.sqlite import refuse_foreign_file

        refuse_foreign_file(place)


def open_writer(
    outputs: Outputs,
    path: Path,
    form: Format,
    samples: Iterator[list[Row]],
    schema: Any = None,
) -> Writer:
    """Return a writer of *form* at *path*.

    *samples* are read through where the format needs every field's name, or type,
    before its first row; an Arrow *schema* says both for Parquet.
    """
    if form == "jsonl":
        return LinesWriter(outputs.open(path), path.suffix.lower())
    if form == "parquet":
        from storage.dumps.parquet_writing import ParquetWriter, schema_of

        schema = schema_of(samples) if schema is None else schema
        parquet = ParquetWriter(outputs.open(path), schema)
        outputs.finish_with(lambda: None, parquet.discard)
        return parquet
    names: dict[str, None] = {}
    for rows in samples:
        for row in rows:
            names.update(dict.fromkeys(row))
    if form == "sqlite":
        return _sqlite_writer(outputs, path, list(names))
    from storage.dumps.delimited_writing import DelimitedWriter

    delimiter = "\t" if form == "tsv" else ","
    return DelimitedWriter(outputs.open(path), list(names), delimiter)


def _sqlite_writer(outputs: Outputs, path: Path, names: list[str]) -> Writer:
    from storage.dumps.sqlite import SqliteWriter

    place, named = split_table(path)
    table = named or "articles"
    if not place.exists():
        part = Path(outputs.open(place).name)
        return SqliteWriter(part, table, names, name=str(path), new=True)
    return _Deferred(outputs, SqliteWriter(place, table, names, name=str(path)))


class _Deferred:
    """The transaction of a database that was there ends when the other outputs stand."""

    def __init__(self, outputs: Outputs, writer: SqliteWriter) -> None:
        self._writer = writer
        outputs.finish_with(self._writer.close, self._writer.discard)

    def write(self, rows: list[Row]) -> None:
        self._writer.write(rows)

    def close(self) -> None:
        """Nothing yet: the outputs' commit ends the transaction."""


def write_table(
    outputs: Outputs, path: Path, sample: Row, rows: Iterable[Sequence[object]]
) -> None:
    """Write a table of our own; its format is the suffix's, TSV where there is none.

    *sample* is a row that shows the names, and the types.
    """
    writer = open_writer(outputs, path, output_format(path, "tsv"), iter([[sample]]))
    held: list[Row] = []
    for row in rows:
        held.append(dict(zip(sample, row, strict=True)))
        if len(held) == _ROWS:
            writer.write(held)
            held = []
    writer.write(held)
    writer.close()
