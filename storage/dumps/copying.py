"""The second reading: the rows that stay go from the input to the output.

Rows that did not change keep their bytes (JSON lines) or columns (Parquet). Reading and
writing overlap, and no more than three blocks are held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import orjson

from storage.dumps.fields import value_at
from storage.dumps.jsonl import JsonLines
from storage.dumps.overlapping import ahead, write_behind
from storage.dumps.splicing import splice
from storage.dumps.writers import LinesWriter, dump_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedupe.text_column import TextColumn
    from storage.dumps.dump import Dump, Row, Writer
    from storage.dumps.parquet import Parquet
    from storage.dumps.parquet_writing import ParquetWriter
    from storage.dumps.splicing import Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What changes in the rows that are written, counted from 0 in their order.

    *touched* (bool[n]) are the rows whose text *clean*(numbers, texts) changes; *field*
    is its name. *notes*(number) are the fields that are added to every row. From the
    texts of *by_lines* (bool[n]) nothing goes but what *find*(numbers, texts) says.
    """

    field: str
    touched: NDArray[np.bool_]
    clean: Callable[[NDArray[np.int64], list[str]], list[str]]
    by_lines: NDArray[np.bool_]
    find: Callable[[NDArray[np.int64], TextColumn], Spans]
    notes: Callable[[int], Row] | None = None

    def apply(self, numbers: NDArray[np.int64], rows: list[Row]) -> list[Row]:
        """Return *rows*, which have these *numbers*, as they are to be written."""
        found = self.clean_rows(numbers, rows)
        if self.notes is None:
            return found
        notes = map(self.notes, numbers.tolist())
        return [{**row, **note} for row, note in zip(found, notes, strict=True)]

    def clean_rows(self, numbers: NDArray[np.int64], rows: list[Row]) -> list[Row]:
        """Return *rows* with their texts cleaned."""
        found = list(rows)
        changed = np.flatnonzero(self.touched[numbers])
        texts = [str(value_at(rows[at], self.field)) for at in changed]
        cleaned = self.clean(numbers[changed], texts)
        for at, text in zip(changed.tolist(), cleaned, strict=True):
            found[at] = with_value(rows[at], self.field, text)
        return found

    def changes(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which of the rows with these *numbers* change at all."""
        if self.notes is None:
            return self.touched[numbers]
        return np.ones(len(numbers), np.bool_)


def with_value(row: Row, name: str, value: object) -> Row:
    """Return *row* with another value of one field, through nested values by dots."""
    if name in row or "." not in name:
        return {**row, name: value}
    first, rest = name.split(".", 1)
    inner = row.get(first)
    assert isinstance(inner, dict)
    return {**row, first: with_value(inner, rest, value)}


def copy_rows(
    dump: Dump, places: NDArray[np.int64], edits: Edits, writer: Writer
) -> None:
    """Write the rows of *dump* that stand at *places* to *writer*, with *edits*."""
    if isinstance(dump, JsonLines) and isinstance(writer, LinesWriter):
        write_behind(writer.write_lines, _pieces(dump, places, edits))
    elif (write := _table_writer(dump, writer)) is not None:
        from storage.dumps.arrow_tables import edited_tables

        write_behind(write, edited_tables(cast("Parquet", dump), places, edits))
    else:
        write_behind(writer.write, edited_rows(dump, places, edits))


def edited_rows(
    dump: Dump, places: NDArray[np.int64], edits: Edits
) -> Iterator[list[Row]]:
    """Yield the rows at *places* as they are to be written, some at a time."""
    first = 0
    for rows in dump.rows(places):
        yield edits.apply(np.arange(first, first + len(rows)), rows)
        first += len(rows)


def _pieces(
    dump: JsonLines, places: NDArray[np.int64], edits: Edits
) -> Iterator[list[memoryview | bytes]]:
    """Yield what to write: runs of lines as they stand, and lines that changed."""
    first = 0
    for view, spans in ahead(dump.blocks(places)):
        numbers = np.arange(first, first + len(spans))
        changed = edits.changes(numbers)
        lines = [view[start:end] for start, end in spans[changed].tolist()]
        edited = iter(edited_lines(lines, numbers[changed], edits))
        yield [
            next(edited) if is_line else view[start:end]
            for start, end, is_line in _runs(spans, changed)
        ]
        first += len(spans)


def _runs(
    spans: NDArray[np.int64], changed: NDArray[np.bool_]
) -> Iterator[tuple[int, int, bool]]:
    """Join unchanged lines that touch; yields (start, end, whether it is changed)."""
    opens = np.ones(len(spans), np.bool_)
    opens[1:] = (spans[1:, 0] != spans[:-1, 1]) | changed[1:] | changed[:-1]
    heads = np.flatnonzero(opens)
    tails = np.append(heads[1:], len(spans))[: len(heads)] - 1
    starts, ends = spans[heads, 0].tolist(), spans[tails, 1].tolist()
    yield from zip(starts, ends, changed[heads].tolist(), strict=True)


def edited_lines(
    lines: Sequence[memoryview | bytes], numbers: NDArray[np.int64], edits: Edits
) -> list[bytes]:
    """Return JSON *lines*, which have these *numbers*, as they are to be written."""
    written = _spliced(lines, numbers, edits)
    others = np.flatnonzero([line is None for line in written])
    parsed = others[edits.touched[numbers[others]]].tolist()
    rows = edits.apply(numbers[parsed], [orjson.loads(lines[at]) for at in parsed])
    for at, row in zip(parsed, rows, strict=True):
        written[at] = dump_line(row)
    return [
        _with_notes(bytes(line), edits, number) if new is None else new
        for new, line, number in zip(written, lines, numbers.tolist(), strict=True)
    ]


def _spliced(
    lines: Sequence[memoryview | bytes], numbers: NDArray[np.int64], edits: Edits
) -> list[bytes | None]:
    """Return those lines from which only lines of their text go; None for others."""
    written: list[bytes | None] = [None] * len(lines)
    places = np.flatnonzero(edits.by_lines[numbers])
    if edits.notes is not None or "." in edits.field or not len(places):
        return written
    some = numbers[places]
    found = splice(
        [lines[at] for at in places.tolist()],
        edits.field,
        lambda rows, texts: edits.find(some[rows], texts),
    )
    for at, line in zip(places.tolist(), found, strict=True):
        written[at] = line
    return written


def _with_notes(line: bytes, edits: Edits, number: int) -> bytes:
    """Add the notes before the closing brace, and leave the rest as it stands."""
    assert edits.notes is not None
    notes = edits.notes(number)
    body = line.rstrip()[:-1].rstrip()
    if body == b"{" or any(b'"%s"' % name.encode() in line for name in notes):
        return dump_line({**orjson.loads(line), **notes})
    return body + b"," + orjson.dumps(notes)[1:] + b"\n"


def _table_writer(dump: Dump, writer: Writer) -> Callable[[Any], None] | None:
    """Return what takes the record batches of *dump*; None where either has none."""
    if not hasattr(dump, "tables") or not hasattr(writer, "write_table"):
        return None
    from storage.dumps.arrow_tables import write_fitted

    parquet = cast("ParquetWriter", writer)
    return lambda table: write_fitted(table, parquet)
