"""The second reading: the rows that stay go from the input to the output.

Rows that did not change keep their bytes (JSON lines) or columns (Parquet). Reading
and writing overlap, and no more than two blocks are held.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from storage.dumps.fields import value_at
from storage.dumps.jsonl import JsonLines
from storage.dumps.writers import LinesWriter, dump_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from storage.dumps.dump import Dump, Row, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What changes in the rows that are written, counted from 0 in their order.

    *touched* (bool[n]) are the rows whose text *clean*(row, text) changes; *field* is
    its name. *notes*(row) are the fields that are added to every row.
    """

    field: str
    touched: NDArray[np.bool_]
    clean: Callable[[int, str], str]
    notes: Callable[[int], Row] | None = None

    def apply(self, index: int, row: Row) -> Row:
        """Return *row* as it is to be written."""
        if self.touched[index]:
            text = value_at(row, self.field)
            row = with_value(row, self.field, self.clean(index, str(text)))
        return row if self.notes is None else {**row, **self.notes(index)}


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
        _behind(writer.write_lines, _edited_lines(dump, places, edits))
    elif _both_parquet(dump, writer):
        _behind(writer.write_table, _edited_tables(dump, places, edits))  # type: ignore[attr-defined]
    else:
        _behind(writer.write, edited_rows(dump, places, edits))


def edited_rows(
    dump: Dump, places: NDArray[np.int64], edits: Edits
) -> Iterator[list[Row]]:
    """Yield the rows at *places* as they are to be written, some at a time."""
    first = 0
    for rows in dump.rows(places):
        yield [edits.apply(at, row) for at, row in enumerate(rows, first)]
        first += len(rows)


def _behind(write: Callable[[Any], None], pieces: Iterable[Any]) -> None:
    """Write each piece while the next one is read."""
    with ThreadPoolExecutor(1) as pool:
        last: Future[None] | None = None
        for piece in pieces:
            if last is not None:
                last.result()
            last = pool.submit(write, piece)
        if last is not None:
            last.result()


def _edited_lines(
    dump: JsonLines, places: NDArray[np.int64], edits: Edits
) -> Iterator[list[memoryview | bytes]]:
    first = 0
    for view, spans in dump.blocks(places):
        last = first + len(spans)
        if edits.notes is not None:
            changed = np.ones(len(spans), np.bool_)
        else:
            changed = edits.touched[first:last]
        yield [
            view[start:end]
            if at < 0
            else _edited_line(view[start:end], first + at, edits)
            for start, end, at in _runs(spans, changed)
        ]
        first = last


def _runs(
    spans: NDArray[np.int64], changed: NDArray[np.bool_]
) -> Iterator[tuple[int, int, int]]:
    """Join unchanged lines that touch; yields (start, end, row or -1 of a run)."""
    if not len(spans):
        return
    opens = np.ones(len(spans), np.bool_)
    opens[1:] = (spans[1:, 0] != spans[:-1, 1]) | changed[1:] | changed[:-1]
    heads = np.flatnonzero(opens)
    tails = np.append(heads[1:], len(spans)) - 1
    rows = np.where(changed[heads], heads, -1)
    starts, ends = spans[heads, 0].tolist(), spans[tails, 1].tolist()
    yield from zip(starts, ends, rows.tolist(), strict=True)


def _edited_line(line: memoryview, index: int, edits: Edits) -> bytes:
    if edits.touched[index] or edits.notes is None:
        return dump_line(edits.apply(index, orjson.loads(line)))
    return _with_notes(line.tobytes(), edits.notes(index))


def _with_notes(line: bytes, notes: Row) -> bytes:
    """Add *notes* before the closing brace, and leave the rest as it stands."""
    body = line.rstrip()[:-1].rstrip()
    if body == b"{" or any(b'"%s"' % name.encode() in line for name in notes):
        return dump_line({**orjson.loads(line), **notes})
    return body + b"," + orjson.dumps(notes)[1:] + b"\n"


def _both_parquet(dump: Dump, writer: Writer) -> bool:
    return hasattr(dump, "tables") and hasattr(writer, "write_table")


def _edited_tables(dump: Any, places: NDArray[np.int64], edits: Edits) -> Iterator[Any]:
    from storage.dumps.parquet import arrow

    pa = arrow()
    first = 0
    for table in dump.tables(places):
        last = first + table.num_rows
        if edits.notes is not None or edits.touched[first:last].any():
            rows = [
                edits.apply(first + at, row) for at, row in enumerate(table.to_pylist())
            ]
            yield (
                rows
                if edits.notes is not None
                else pa.RecordBatch.from_pylist(rows, schema=table.schema)
            )
        else:
            yield table
        first = last
