"""JSON lines: columns by kernel, odd lines by orjson, survivors as the bytes they were.

A line that the kernel is not sure of is read by orjson, and what orjson refuses is a
reject with orjson's own reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, cast

import numpy as np
import orjson

from dedupe.kernels import json_lines as kernel
from storage.dumps.batch import Batch, kind_of
from storage.dumps.dates import epochs_of_column
from storage.dumps.fields import DATE, HEADLINE, ID, OUTLET, TEXT, URL, Fields, value_at
from storage.dumps.json_rows import DEEPEST, TooDeepError, load_row
from storage.dumps.lines import LineBlock, iter_blocks
from storage.dumps.reject import (
    NO_TEXT,
    NOT_A_STRING,
    NOT_UTF8,
    TOO_DEEP,
    TOO_LONG,
    Reject,
)
from storage.dumps.scanning import Scan, gather_field, scan_lines
from storage.dumps.streams import Source, packing_of
from storage.dumps.windows import iter_windows
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from storage.dumps.dump import Row

_SAMPLE = 200
_HEAD = 256
# How a file begins that is something else, and what is said of it.
_OTHER_SHAPES = {
    # An array of rows: a line may be a list of its own, which is a reject.
    re.compile(rb"\xef?\xbb?\xbf?\s*\[\s*\{"): "is one JSON array, not a row a line: "
    "jq -c '.[]' makes lines of it",
    re.compile(rb"\xef?\xbb?\xbf?\s*\{\s*\n\s*\""): "spreads a row over several "
    "lines: jq -c . makes one line of each",
    re.compile(rb"\{\0|\0+\{"): "is UTF-16 or UTF-32: convert it to UTF-8 first",
    re.compile(rb"PAR1"): "is Parquet: say --format parquet, or name it .parquet",
    re.compile(rb"SQLite format 3\0"): "is an SQLite database: name it FILE.db::TABLE",
    re.compile(rb"WARC/\d"): "is WARC: say --format warc, or name it .warc",
}
# What a value is that is no string, by its first byte.
_KINDS = {ord("{"): {}, ord("["): [], ord("t"): True, ord("f"): False}
# What the plain copies of odd lines call their fields: any name of the user's own may
# need escapes, which the kernel leaves alone.
_ROLES = Fields(text="0", headline="1", id="2", url="3", date="4", outlet="5")


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A file of JSON objects, one a line, packed or not."""

    path: Path
    name: str

    @property
    def is_plain(self) -> bool:
        """Whether places are bytes of the file itself."""
        return not packing_of(self.path)

    def field_names(self) -> list[str]:
        """Return the keys of the first lines, in order of appearance.

        Raises DumpError where the file is a single JSON array of rows, or a row goes
        over several lines.
        """
        found: dict[str, None] = {}
        self._refuse_other_json()
        with Source(self.path, self.name) as source:
            block = next(iter_blocks(source, block=1 << 18), None)
        if block is None:
            return []
        for line in islice(_lines_of(block), _SAMPLE):
            try:
                row = load_row(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                found.update(dict.fromkeys(row))
        return list(found)

    def _refuse_other_json(self) -> None:
        with Source(self.path, self.name) as source:
            head = source.read(_HEAD)
        for shape, told in _OTHER_SHAPES.items():
            if shape.match(head):
                raise DumpError(f"{self.name} {told}")

    def read(self, fields: Fields) -> Iterator[Callable[[], Batch]]:
        """Yield one task for each few megabytes; tasks may run in any thread."""
        with Source(self.path, self.name) as source:
            for block in iter_blocks(source):
                yield _Reading(self.name, fields, block, source.consumed).run

    def rows(
        self, places: NDArray[np.int64], wanted: Sequence[str] | None = None
    ) -> Iterator[list[Row]]:
        """Yield the rows that stand at *places*, in order, some at a time."""
        for view, spans in self.blocks(places):
            yield [
                cast("Row", load_row(view[start:end])) for start, end in spans.tolist()
            ]

    def blocks(
        self, places: NDArray[np.int64]
    ) -> Iterator[tuple[memoryview, NDArray[np.int64]]]:
        """Yield bytes, and the spans in them of the lines that stand at *places*."""
        if self.is_plain:
            yield from iter_windows(self.path, places)
            return
        at = 0
        starts = np.ascontiguousarray(places[:, 0])
        with Source(self.path, self.name) as source:
            for block in iter_blocks(source):
                end = int(np.searchsorted(starts, block.start + block.size))
                yield block.data.data, places[at:end] - block.start
                at = end


def _lines_of(block: LineBlock) -> Iterator[bytes]:
    return iter(block.data[: block.size].tobytes().splitlines())


class _Reading:
    """One block on its way to a batch."""

    def __init__(
        self, file: str, fields: Fields, block: LineBlock, consumed: int
    ) -> None:
        self._file = file
        self._fields = fields
        self._block = block
        self._consumed = consumed
        self._rejects = [self._reject(n - block.line, TOO_LONG) for n in block.too_long]

    def run(self) -> Batch:
        scan = scan_lines(self._block.data, self._block.size, self._fields)
        if any("." in name for name in self._fields.names):
            scan.status[scan.status == kernel.ACCEPTED] = kernel.UNSURE
        odd = np.flatnonzero(scan.status == kernel.UNSURE)
        if len(odd):
            scan = self._reread(scan, odd)
        self._refuse_without_text(scan)
        rows = np.flatnonzero(scan.status == kernel.ACCEPTED)
        columns = [gather_field(scan, rows, field) for field in range(6)]
        # The newline belongs to the line.
        places = scan.lines[rows] + np.array([0, 1]) + self._block.start
        self._rejects.sort(key=lambda reject: reject.line)
        self._block.done()
        return Batch(
            texts=columns[TEXT],
            headlines=columns[HEADLINE],
            ids=columns[ID],
            urls=columns[URL],
            outlets=columns[OUTLET],
            published=epochs_of_column(columns[DATE]),
            places=places,
            lines=rows + self._block.line,
            rejects=tuple(self._rejects),
            consumed=self._consumed,
        )

    def _reread(self, scan: Scan, odd: NDArray[np.int64]) -> Scan:
        """Read *odd* lines with orjson; point at a plain copy of those it takes.

        The copies stand behind the block's own bytes, where the kernel reads them.
        """
        copies: list[bytes] = []
        taken: list[int] = []
        for row in odd.tolist():
            start, end = scan.lines[row].tolist()
            copy = self._plain_copy(row, scan.data[start:end].tobytes())
            if copy is not None:
                taken.append(row)
                copies.append(copy)
        if not copies:
            return scan
        behind = b"\n".join([*copies, b""])
        base = -(-self._block.size // 8) * 8
        data = np.zeros(base + -(-(len(behind) + 64) // 8) * 8, np.uint8)
        data[: self._block.size] = scan.data[: self._block.size]
        data[base : base + len(behind)] = np.frombuffer(behind, np.uint8)
        again = scan_lines(data[base:], len(behind), _ROLES)
        scan.status[taken] = again.status
        scan.kinds[taken] = again.kinds
        scan.spans[taken] = again.spans + base
        return Scan(
            data=data,
            status=scan.status,
            lines=scan.lines,
            kinds=scan.kinds,
            spans=scan.spans,
        )

    def _plain_copy(self, row: int, line: bytes) -> bytes | None:
        try:
            found = load_row(line)
        except TooDeepError:
            self._rejects.append(self._reject(row, TOO_DEEP, f"past {DEEPEST} levels"))
            return None
        except orjson.JSONDecodeError as error:
            self._rejects.append(self._reject(row, *_what_is_wrong(line, error)))
            return None
        if not isinstance(found, dict):
            refused = self._reject(row, "not a JSON object", kind_of(found))
            self._rejects.append(refused)
            return None
        return orjson.dumps(
            {
                role: _plain(value_at(found, name), is_text=place == TEXT)
                for place, (role, name) in enumerate(
                    zip(_ROLES.names, self._fields.names, strict=True)
                )
                if name
            }
        )

    def _refuse_without_text(self, scan: Scan) -> None:
        kinds = scan.kinds[:, TEXT]
        is_text = (kinds == kernel.STRING) | (kinds == kernel.ESCAPED)
        for row in np.flatnonzero((scan.status == kernel.ACCEPTED) & ~is_text).tolist():
            scan.status[row] = kernel.UNSURE
            if kinds[row] not in (kernel.NUMBER, kernel.OTHER):
                self._rejects.append(self._reject(row, NO_TEXT))
                continue
            first = int(scan.data[scan.spans[row, TEXT, 0]])
            kind = kind_of(_KINDS.get(first, 0))
            self._rejects.append(self._reject(row, NOT_A_STRING, kind))

    def _reject(self, row: int, reason: str, detail: str = "") -> Reject:
        return Reject(
            file=self._file, line=self._block.line + row, reason=reason, detail=detail
        )


def _what_is_wrong(line: bytes, error: orjson.JSONDecodeError) -> tuple[str, str]:
    """Return reason and detail for a line that is no JSON."""
    try:
        line.decode()
    except UnicodeDecodeError as undecoded:
        return NOT_UTF8, f"byte {undecoded.start + 1} of the line"
    return "not JSON", f"{error.msg}, character {error.pos + 1}"


def _plain(value: object, *, is_text: bool) -> object:
    """Return what the kernel is sure to read: a short value of the same kind."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return 0 if is_text else str(value)
    return [] if isinstance(value, list) else {}


def read_block(name: str, fields: Fields, block: LineBlock) -> Batch:
    """Read one block of lines of the file called *name*."""
    return _Reading(name, fields, block, block.start + block.size).run()
