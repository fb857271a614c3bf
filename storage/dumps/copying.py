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
from storage.dumps.json_rows import load_row
from storage.dumps.jsonl import JsonLines
from storage.dumps.overlapping import ahead, write_behind
from storage.dumps.splicing import find_cuts
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
    """Yield what to write of each block."""
    first = 0
    for view, spans in ahead(dump.blocks(places)):
        numbers = np.arange(first, first + len(spans))
        yield edited_block(view, spans, numbers, edits)
        first += len(spans)


def edited_block(
    view: memoryview, spans: NDArray[np.int64], numbers: NDArray[np.int64], edits: Edits
) -> list[memoryview | bytes]:
    """Return what to write of JSON lines that stand at *spans*, with these *numbers*.

    It is what stays of their bytes, and between it the lines that are made anew.
    """
    changed = edits.changes(numbers)
    is_cut, cuts = _cuts(view, spans, numbers, edits)
    kept = spans[~changed | is_cut]
    stretches = _without(kept, cuts)
    stay: list[memoryview | bytes] = [*_slices(view, stretches)]
    anew = np.flatnonzero(changed & ~is_cut)
    if not len(anew):
        return stay
    lines = _made_anew(_slices(view, spans[anew]), numbers[anew], edits)
    starts = np.concatenate((stretches[:, 0], spans[anew, 0]))
    pieces = [*stay, *lines]
    return [pieces[at] for at in np.argsort(starts, kind="stable").tolist()]


def _slices(view: memoryview, spans: NDArray[np.int64]) -> list[memoryview]:
    return [view[start:end] for start, end in spans.tolist()]


def _cuts(
    view: memoryview, spans: NDArray[np.int64], numbers: NDArray[np.int64], edits: Edits
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Say which lines only lose bytes, and which bytes of the block those are."""
    is_cut = np.zeros(len(spans), np.bool_)
    rows = np.flatnonzero(edits.by_lines[numbers])
    if edits.notes is not None or "." in edits.field or not len(rows):
        return is_cut, np.zeros((0, 2), np.int64)
    read, gone = find_cuts(
        _slices(view, spans[rows]),
        edits.field,
        lambda some, texts: edits.find(numbers[rows[some]], texts),
    )
    is_cut[rows[read]] = True
    return is_cut, gone.spans + spans[rows[gone.owners], :1]


def _without(kept: NDArray[np.int64], cuts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the stretches that are left of *kept* without *cuts*, which lie in them.

    Both ascend. Stretches that touch are one.
    """
    starts = np.sort(np.concatenate((kept[:, 0], cuts[:, 1])))
    ends = np.sort(np.concatenate((kept[:, 1], cuts[:, 0])))
    apart = starts[1:] != ends[:-1]
    first = np.append(True, apart)[: len(starts)]
    last = np.append(apart, True)[: len(starts)]
    return np.stack((starts[first], ends[last]), axis=1)


def _made_anew(
    lines: Sequence[memoryview], numbers: NDArray[np.int64], edits: Edits
) -> list[bytes]:
    """Return JSON *lines*, which have these *numbers*, as they are to be written."""
    parsed = np.flatnonzero(edits.touched[numbers])
    rows = [cast("Row", load_row(lines[at])) for at in parsed.tolist()]
    rows = edits.apply(numbers[parsed], rows)
    written = dict(zip(parsed.tolist(), map(dump_line, rows), strict=True))
    return [
        written[at] if at in written else _with_notes(bytes(line), edits, number)
        for at, (line, number) in enumerate(zip(lines, numbers.tolist(), strict=True))
    ]


def _with_notes(line: bytes, edits: Edits, number: int) -> bytes:
    """Add the notes before the closing brace, and leave the rest as it stands."""
    assert edits.notes is not None
    notes = edits.notes(number)
    body = line.rstrip()[:-1].rstrip()
    if body == b"{" or any(b'"%s"' % name.encode() in line for name in notes):
        return dump_line({**cast("Row", load_row(line)), **notes})
    return body + b"," + orjson.dumps(notes)[1:] + b"\n"


def _table_writer(dump: Dump, writer: Writer) -> Callable[[Any], None] | None:
    """Return what takes the record batches of *dump*; None where either has none."""
    if not hasattr(dump, "tables") or not hasattr(writer, "write_table"):
        return None
    from storage.dumps.arrow_tables import write_fitted

    parquet = cast("ParquetWriter", writer)
    return lambda table: write_fitted(table, parquet)
