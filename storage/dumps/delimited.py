"""CSV and TSV: quotes, newlines in fields, and rows that do not fit their header."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, TYPE_CHECKING

from storage.dumps.batch import Batch, batch_of_rows, text_of
from storage.dumps.json_rows import dump_json
from storage.dumps.places import pick_rows
from storage.dumps.reject import NOT_UTF8, TOO_LONG, Reject
from storage.dumps.streams import Source
from storage.errors import DumpError, TruncatedDumpError

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
# What parts a CSV whose header has no comma; spreadsheets write semicolons where the
# comma is the decimal point.
_OTHERS = ";\t|"
# What the csv module says, in words that tell what to look for.
_DETAILS = {
    "new-line": "a carriage return outside of quotes",
    "unexpected end": "a quote that is never closed",
}


@dataclass(frozen=True, slots=True)
class Delimited:
    """A file with a header and one row an article; the *delimiter* is "," or a tab.

    A header without commas parts what follows by its semicolons, tabs or bars; UTF-16
    is known by its byte order mark. A second field of one name is "name_2".
    """

    path: Path
    name: str
    delimiter: str = ","

    def field_names(self) -> list[str]:
        with Source(self.path, self.name) as source:
            return self._header(self._table(source))

    def read(self, fields: Fields) -> Iterator[Callable[[], Batch]]:
        with Source(self.path, self.name) as source:
            first = 0
            numbered = self._rows(self._table(source))
            while found := list(islice(numbered, _ROWS)):
                yield _task(self.name, fields, found, first, source.consumed)
                first += len(found)

    def rows(
        self, places: NDArray[np.int64], wanted: Sequence[str] | None = None
    ) -> Iterator[list[Row]]:
        with Source(self.path, self.name) as source:
            found = (row for _, row in self._rows(self._table(source)))
            yield from pick_rows(found, places, _ROWS)

    def _table(self, source: Source) -> _Table:
        # A NUL or a field of 10 MB is data here.
        csv.field_size_limit(_LONGEST)
        lines = _lines(_decoded(source))
        first = next(lines, "")
        delimiter = self.delimiter
        if delimiter == "," and "," not in first:
            delimiter = next((other for other in _OTHERS if other in first), ",")
        return _Table(chain([first] if first else [], lines), delimiter)

    def _header(self, table: _Table) -> list[str]:
        """Return the names of the fields: the first line that is not blank."""
        wrong = ""
        try:
            names = next(filter(None, table.reader), [])
        except csv.Error as error:
            names, wrong = table.held, _told(error)
        if any("\0" in name or _has_surrogate(name) for name in names):
            raise DumpError(
                f"{self.name} has a header that is not UTF-8: convert the file first"
            )
        if wrong:
            raise DumpError(f"{self.name} has no header: {wrong}")
        return _unlike(names)

    def _rows(self, table: _Table) -> Iterator[tuple[int, Row | Reject]]:
        """Yield every row's line with its fields, or what is wrong with it."""
        header = self._header(table)
        while True:
            table.held.clear()
            line = table.reader.line_num + 1
            try:
                cells = next(table.reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield from self._odd_rows(table, line, header, error)
                continue
            if cells:
                yield line, self._row(line, header, cells)

    def _odd_rows(
        self, table: _Table, line: int, header: list[str], error: csv.Error
    ) -> Iterator[tuple[int, Row | Reject]]:
        """Take the lines of a row that is no CSV as they stand, where tabs part them.

        There a quote is most often a quote, and holds nothing together.
        """
        if self.delimiter == ",":
            reason = TOO_LONG if "field larger" in str(error) else "not CSV"
            yield line, self._reject(line, reason, _told(error))
            return
        for number, held in enumerate(table.held, line):
            if len(held) > _LONGEST:
                yield number, self._reject(number, TOO_LONG)
            elif text := held.rstrip("\r\n"):
                yield number, self._row(number, header, text.split(self.delimiter))

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


class _Table:
    """The rows of a file, and the lines *held* of the one that is being read."""

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self.held: list[str] = []
        self._lines = lines
        self.reader = csv.reader(self._holding(), delimiter=delimiter, strict=True)

    def _holding(self) -> Iterator[str]:
        for line in self._lines:
            self.held.append(line)
            yield line


def _decoded(source: Source) -> Iterator[str]:
    chunk = source.read(1 << 20)
    is_wide = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # What is invalid passes the csv module as surrogates, and is found again in the row.
    encoding, errors = (
        ("utf-16", "surrogatepass") if is_wide else ("utf-8-sig", "surrogateescape")
    )
    decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
    while chunk:
        yield decoder.decode(chunk)
        chunk = source.read(1 << 20)
    try:
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise TruncatedDumpError(
            f"{source.name} is truncated: it ends inside a character; fetch it again"
        ) from error


def _lines(text: Iterator[str]) -> Iterator[str]:
    """Yield lines parted by line feeds alone: a field may hold any other break.

    Where the beginning has none, the file's lines end as they once did on a Mac. Of a
    line that is longer than any field may be, what follows is passed over.
    """
    feed = ""
    held: list[str] | None = []
    for chunk in text:
        feed = feed or ("\r" if "\r" in chunk[:-1] and "\n" not in chunk else "\n")
        first, *others = chunk.split(feed)
        if held is not None:
            held.append(first)
            if others or sum(map(len, held)) > _LONGEST:
                yield "".join(held) + feed
                held = None
        if others:
            held = [others.pop()]
            yield from (piece + feed for piece in others)
    if held and any(held):
        yield "".join(held)


def _told(error: csv.Error) -> str:
    """Return what is wrong in words of our own, where there are any."""
    found = (words for said, words in _DETAILS.items() if str(error).startswith(said))
    return next(found, str(error))


def _unlike(names: list[str]) -> list[str]:
    """Return *names* with a number after each that was there before."""
    found: dict[str, None] = {}
    for name in names:
        unlike, number = name, 2
        while unlike in found:
            unlike, number = f"{name}_{number}", number + 1
        found[unlike] = None
    return list(found)


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
        self._names = names
        # With this ending the csv module quotes carriage returns, which readers need.
        self._rows = csv.writer(
            _LineFeeds(self._text), delimiter=delimiter, lineterminator="\r\n"
        )
        if names:
            self._rows.writerow(names)

    def write(self, rows: list[Row]) -> None:
        self._rows.writerows(
            [cell_text(row.get(name)) for name in self._names] for row in rows
        )

    def close(self) -> None:
        self._text.flush()
        self._text.detach()


class _LineFeeds:
    """Ends rows with a line feed alone."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def write(self, row: str) -> int:
        return self._text.write(row.removesuffix("\r\n") + "\n")


def cell_text(value: object) -> object:
    """Return *value* as one cell: nested values as JSON, None as empty."""
    if isinstance(value, list | dict):
        return dump_json(value).decode()
    if isinstance(value, bytes):
        return text_of(value)
    return "" if value is None else value
