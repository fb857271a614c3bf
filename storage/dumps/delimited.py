"""CSV and TSV: quotes, newlines in fields, and rows that do not fit their header."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from storage.dumps.batch import Batch, batch_of_rows
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
_CHUNK = 1 << 18
# What is searched for the end of a row.
_HELD = 8 << 20
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
        text = _Decoding(source)
        pieces = _pieces(text)
        first = next(pieces, "")
        delimiter = self.delimiter
        if delimiter == "," and "," not in first:
            delimiter = next((other for other in _OTHERS if other in first), ",")
        return _Table(text, chain([first] if first else [], pieces), delimiter)

    def _header(self, table: _Table) -> list[str]:
        """Return the names of the fields: the first line that is not blank."""
        wrong = ""
        try:
            names = next((cells for _, cells in table if cells), [])
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
        if len(header) > 1:
            table.expect(len(header))
        while True:
            try:
                for line, cells in table:
                    if cells:
                        yield line, self._row(line, header, cells, table.is_odd)
            except csv.Error as error:
                yield from self._odd_rows(table, header, error)
            else:
                return

    def _odd_rows(
        self, table: _Table, header: list[str], error: csv.Error
    ) -> Iterator[tuple[int, Row | Reject]]:
        """Take the lines of a row that is no CSV as they stand, where tabs part them.

        There a quote is most often a quote, and holds nothing together.
        """
        line = table.line
        if self.delimiter == ",":
            reason = TOO_LONG if "field larger" in str(error) else "not CSV"
            yield line, self._reject(line, reason, _told(error))
            return
        for number, held in enumerate(table.held, line):
            if len(held) > _LONGEST:
                yield number, self._reject(number, TOO_LONG)
            elif text := held.rstrip("\r\n"):
                cells = text.split(self.delimiter)
                yield number, self._row(number, header, cells, table.is_odd)

    def _row(
        self, line: int, header: list[str], cells: list[str], is_odd: bool
    ) -> Row | Reject:
        if len(cells) != len(header):
            detail = f"{len(cells)} instead of {len(header)}"
            return self._reject(line, WRONG_WIDTH, detail)
        if is_odd and any(map(_has_surrogate, cells)):
            return self._reject(line, NOT_UTF8)
        return dict(zip(header, cells, strict=True))

    def _reject(self, line: int, reason: str, detail: str = "") -> Reject:
        return Reject(file=self.name, line=line, reason=reason, detail=detail)


class _Table:
    """The rows of a file, each with its *line*, and what is *held* of the last one.

    A row that is quoted by the book is taken apart by one pattern, and any other by the
    csv module: whole, or line by line where a quote meant nothing.
    """

    def __init__(self, text: _Decoding, pieces: Iterator[str], delimiter: str) -> None:
        self.held: list[str] = []
        self.line = 1
        self._text = text
        self._pieces = pieces
        self._again: deque[str] = deque()
        self._delimiter = delimiter
        self._plain: re.Pattern[str] | None = None
        self._reader = self._new_reader()

    @property
    def is_odd(self) -> bool:
        """Whether what was read so far may hold surrogates."""
        return self._text.is_odd

    def expect(self, width: int) -> None:
        """Read rows of so many fields faster."""
        end = re.escape(self._delimiter)
        cell = rf'("[^"]*+(?:""[^"]*+)*+"|[^"\r\n{end}]*+)'
        self._plain = re.compile(end.join([cell] * width) + r"(?:\n|\r\n?)?")

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows from here on; after csv.Error, those behind the faulty one."""
        while True:
            self.line += sum(piece.count(self._text.feed) for piece in self.held)
            self.held.clear()
            piece = self._next_piece()
            if not piece:
                return
            if self._plain and (match := self._plain.fullmatch(piece)):
                self.held.append(piece)
                yield self.line, list(map(_unquoted, match.groups()))
                continue
            self._again.appendleft(piece)
            try:
                cells = next(self._reader)
            except csv.Error:
                if not self._part_held():
                    raise
                continue
            yield self.line, cells

    def _part_held(self) -> bool:
        """Put what is held back as lines; False where it was lines already."""
        lines = list(_lines(self._text.feed, "".join(self.held)))
        if len(lines) == len(self.held):
            return False
        self._again.extendleft(reversed(lines))
        self.held.clear()
        self._reader = self._new_reader()
        return True

    def _new_reader(self) -> Iterator[list[str]]:
        return csv.reader(self._holding(), delimiter=self._delimiter, strict=True)

    def _holding(self) -> Iterator[str]:
        while piece := self._next_piece():
            self.held.append(piece)
            yield piece

    def _next_piece(self) -> str:
        return self._again.popleft() if self._again else next(self._pieces, "")


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


class _Decoding:
    """The text of a file; what is invalid passes the csv module as surrogates.

    *is_odd* once there may be any. *feed* ends lines, alone: a field may hold any other
    break. Where the beginning has none, they end as they once did on a Mac.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.is_odd = False
        self.feed = "\n"

    def __iter__(self) -> Iterator[str]:
        chunk = self._source.read(_CHUNK)
        self.is_odd = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding, errors = (
            ("utf-16", "surrogatepass") if self.is_odd else ("utf-8-sig", "strict")
        )
        decoder = codecs.getincrementaldecoder(encoding)(errors=errors)
        is_first = True
        while chunk:
            text = self._decoded(decoder, chunk)
            if is_first and "\r" in text[:-1] and "\n" not in text:
                self.feed = "\r"
            is_first = False
            yield text
            chunk = self._source.read(_CHUNK)
        yield self._decoded(decoder, b"")

    def _decoded(self, decoder: codecs.IncrementalDecoder, chunk: bytes) -> str:
        state = decoder.getstate()
        try:
            return decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            if self.is_odd:
                raise TruncatedDumpError(
                    f"{self._source.name} is truncated: it ends inside a character; "
                    "fetch it again"
                ) from error
        self.is_odd = True
        decoder.setstate(state)
        decoder.errors = "surrogateescape"
        return decoder.decode(chunk, final=not chunk)


def _pieces(text: _Decoding) -> Iterator[str]:
    """Yield runs of lines that quotes hold together, most often the rows.

    Of a line that is longer than any field may be, what follows is passed over.
    """
    held, is_passing = "", False
    for chunk in text:
        feed, more = text.feed, chunk
        if is_passing:
            _, found, more = chunk.partition(feed)
            is_passing = not found
        held += more
        if feed not in more and len(held) <= _LONGEST:
            continue
        at = 0
        while match := _row_pattern(feed).match(held, at):
            at = match.end()
            yield match[0]
        held = held[at:]
        if len(held) > min(_HELD, _LONGEST):
            *lines, held = held.split(feed)
            yield from (line + feed for line in lines)
        if len(held) > _LONGEST:
            yield held + feed
            held, is_passing = "", True
    yield from _lines(text.feed, held)


@cache
def _row_pattern(feed: str) -> re.Pattern[str]:
    return re.compile(f'[^"{feed}]*+(?:"[^"]*+"[^"{feed}]*+)*+{feed}')


def _lines(feed: str, text: str) -> Iterator[str]:
    *lines, last = text.split(feed)
    yield from (line + feed for line in lines)
    if last:
        yield last


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
