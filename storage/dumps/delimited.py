"""CSV and TSV: quotes, newlines in fields, and rows that do not fit their header."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, TYPE_CHECKING

import orjson

from storage.dumps.batch import Batch, batch_of_rows
from storage.dumps.places import pick_rows
from storage.dumps.reject import NOT_UTF8, TOO_LONG, Reject
from storage.dumps.streams import Source
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from storage.dumps.dump import Row
    from storage.dumps.fields import Fields

_ROWS = 2000
_LONGEST = 64 << 20
WRONG_WIDTH = "wrong number of fields"
# Invalid bytes pass the csv module as these, and are found again in the row.
_ESCAPED = "surrogateescape"


@dataclass(frozen=True, slots=True)
class Delimited:
    """A file with a header and one row an article; the *delimiter* is "," or a tab.

    A header without commas parts what follows by its semicolons; UTF-16 is known by its
    byte order mark.
    """

    path: Path
    name: str
    delimiter: str = ","

    def field_names(self) -> list[str]:
        with Source(self.path) as source:
            return self._header(self._reader(source))

    def read(self, fields: Fields) -> Iterator[Callable[[], Batch]]:
        with Source(self.path) as source:
            reader = self._reader(source)
            header = self._header(reader)
            first = 0
            numbered = self._rows(reader, header)
            while found := list(islice(numbered, _ROWS)):
                yield _task(self.name, fields, found, first, source.consumed)
                first += len(found)

    def rows(
        self, places: NDArray[np.int64], wanted: Sequence[str] | None = None
    ) -> Iterator[list[Row]]:
        with Source(self.path) as source:
            reader = self._reader(source)
            header = self._header(reader)
            found = (row for _, row in self._rows(reader, header))
            yield from pick_rows(found, places, _ROWS)

    def _reader(self, source: Source) -> Iterator[list[str]]:
        # A NUL or a field of 10 MB is data here.
        csv.field_size_limit(_LONGEST)
        lines = _lines(_decoded(source))
        first = next(lines, "")
        strict, delimiter = self.delimiter == ",", self.delimiter
        # So spreadsheets write where the comma is the decimal point.
        if strict and ";" in first and "," not in first:
            delimiter = ";"
        held = [first] if first else []
        return csv.reader(chain(held, lines), delimiter=delimiter, strict=strict)

    def _header(self, reader: Iterator[list[str]]) -> list[str]:
        try:
            return next(reader, [])
        except csv.Error as error:
            raise DumpError(f"{self.path} has no header: {error}") from error

    def _rows(
        self, reader: Iterator[list[str]], header: list[str]
    ) -> Iterator[tuple[int, Row | Reject]]:
        """Yield every row's line with its fields, or what is wrong with it."""
        while True:
            line = getattr(reader, "line_num", 0) + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                reason = TOO_LONG if "field larger" in str(error) else "not CSV"
                yield line, self._reject(line, reason, str(error))
                continue
            if cells:
                yield line, self._row(line, header, cells)

    def _row(self, line: int, header: list[str], cells: list[str]) -> Row | Reject:
        if len(cells) != len(header):
            detail = f"{len(cells)} instead of {len(header)}"
            return self._reject(line, WRONG_WIDTH, detail)
        for cell in cells:
            if not cell.isascii() and _has_surrogate(cell):
                return self._reject(line, NOT_UTF8)
        return dict(zip(header, cells, strict=True))

    def _reject(self, line: int, reason: str, detail: str = "") -> Reject:
        return Reject(file=self.name, line=line, reason=reason, detail=detail)


def _decoded(source: Source) -> Iterator[str]:
    chunk = source.read(1 << 20)
    is_wide = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if is_wide else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)(errors=_ESCAPED)
    while chunk:
        yield decoder.decode(chunk)
        chunk = source.read(1 << 20)
    yield decoder.decode(b"", final=True)


def _lines(text: Iterator[str]) -> Iterator[str]:
    """Yield lines parted by line feeds alone: a field may hold any other break."""
    rest = ""
    for chunk in text:
        pieces = (rest + chunk).split("\n")
        rest = pieces.pop()
        yield from (piece + "\n" for piece in pieces)
    if rest:
        yield rest


def _has_surrogate(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False


def _task(
    file: str,
    fields: Fields,
    found: list[tuple[int, Row | Reject]],
    first: int,
    consumed: int,
) -> Callable[[], Batch]:
    rejects = [row for _, row in found if isinstance(row, Reject)]
    rows = [row for _, row in found if not isinstance(row, Reject)]
    numbers = [
        first + at for at, (_, row) in enumerate(found) if not isinstance(row, Reject)
    ]
    lines = [line for line, row in found if not isinstance(row, Reject)]

    def run() -> Batch:
        return batch_of_rows(
            rows,
            fields,
            file,
            numbers=numbers,
            lines=lines,
            rejects=rejects,
            consumed=consumed,
        )

    return run


class DelimitedWriter:
    """Writes rows under the given field names; nested values become JSON."""

    def __init__(self, raw: IO[bytes], names: list[str], delimiter: str = ",") -> None:
        self._text = io.TextIOWrapper(raw, "utf-8", errors="replace", newline="")
        self._rows = csv.DictWriter(
            self._text, names, delimiter=delimiter, lineterminator="\n"
        )
        if names:
            self._rows.writeheader()

    def write(self, rows: list[Row]) -> None:
        self._rows.writerows(
            {name: cell_text(value) for name, value in row.items()} for row in rows
        )

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


def cell_text(value: object) -> object:
    """Return *value* as one cell: nested values as JSON, None as empty."""
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=str).decode()
    return "" if value is None else value
