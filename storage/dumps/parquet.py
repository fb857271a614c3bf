"""Parquet, one file or a folder of them, through Arrow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.slim_imports import unseen
from dedupe.text_column import TextColumn
from storage.dumps.batch import Batch
from storage.dumps.dates import epochs, epochs_of_column
from storage.dumps.fields import DATE, HEADLINE, ID, OUTLET, TEXT, URL
from storage.dumps.reject import NO_TEXT, NOT_A_STRING, NOT_UTF8, Reject
from storage.errors import DumpError, MissingLibraryError, TruncatedDumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from storage.dumps.dump import Row
    from storage.dumps.fields import Fields

# Rows that are compared at a time, and rows of a group that is written.
_ROWS, _GROUP = 1024, 4096
_BUFFER = 1 << 20
# What Arrow says of a file that ends too early.
_CUT = ("magic bytes", "Unexpected end", "footer", "size is 0 bytes")
_PER_SECOND = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}


@cache
def arrow() -> Any:
    """Return the pyarrow package, or say how to install it."""
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError as error:
        raise MissingLibraryError("pyarrow", "parquet") from error
    # With its first array it loads pandas, where that is installed, to know its types:
    # that takes longer than all else, and no value here is one of them.
    with unseen("pandas"):
        pyarrow.array(())
    return pyarrow


@dataclass(frozen=True, slots=True)
class Parquet:
    """A Parquet file; a folder is one of these for each file in it."""

    path: Path
    name: str

    def open(self) -> Any:
        """Return the open file; raises DumpError where it is none, or cut."""
        pa = arrow()
        try:
            # Without a buffer Arrow holds a row group's whole column, packed.
            file = pa.parquet.ParquetFile(
                self.path, pre_buffer=False, buffer_size=_BUFFER
            )
        except OSError as error:
            raise DumpError(f"{self.name} cannot be opened: {error}") from error
        except pa.ArrowInvalid as error:
            raise self._broken(error) from error
        names = file.schema_arrow.names
        twin = next((name for name in names if names.count(name) > 1), None)
        if twin is not None:
            file.close()
            raise DumpError(f'{self.name} has two columns called "{twin}": rename one')
        return file

    def schema(self) -> Any:
        """Return the Arrow schema of the rows."""
        with self.open() as file:
            return file.schema_arrow.remove_metadata()

    def field_names(self) -> list[str]:
        return list(self.schema().names)

    def read(self, fields: Fields) -> Iterator[Callable[[], Batch]]:
        first = 0
        with self.open() as file:
            for table in self._batches(file, _ROWS, columns=_columns_of(fields.names)):
                yield _Task(self.name, fields, table, first).run
                first += table.num_rows

    def rows(
        self, places: NDArray[np.int64], wanted: Sequence[str] | None = None
    ) -> Iterator[list[Row]]:
        for table in self.tables(places, wanted):
            try:
                yield rows_of(table)
            except (ValueError, OverflowError, NotImplementedError) as error:
                raise DumpError(
                    f"{self.name} has nested values with invalid UTF-8, or times that"
                    " only Parquet holds: name a .parquet file as the output"
                ) from error

    def tables(
        self, places: NDArray[np.int64], wanted: Sequence[str] | None = None
    ) -> Iterator[Any]:
        """Yield record batches of the rows at *places*, all columns or those *wanted*.

        Row groups without any of them are not read.
        """
        columns = None if wanted is None else _columns_of(wanted)
        rows, first = np.ascontiguousarray(places[:, 0]), 0
        with self.open() as file:
            for group in range(file.num_row_groups):
                last = first + file.metadata.row_group(group).num_rows
                if np.searchsorted(rows, first) < np.searchsorted(rows, last):
                    for table in self._batches(
                        file, _GROUP, row_groups=[group], columns=columns
                    ):
                        after = first + table.num_rows
                        low, high = np.searchsorted(rows, [first, after])
                        whole = high - low == table.num_rows
                        yield table if whole else _some(table, rows[low:high] - first)
                        first = after
                first = last

    def _batches(self, file: Any, rows: int, **wanted: Any) -> Iterator[Any]:
        pa = arrow()
        try:
            yield from file.iter_batches(rows, **wanted)
        except (OSError, pa.ArrowInvalid) as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> DumpError:
        reason = str(error).splitlines()[0]
        if any(sign in reason for sign in _CUT):
            return TruncatedDumpError(
                f"{self.name} is truncated or no Parquet file: {reason}"
            )
        return DumpError(f"{self.name} cannot be read: {reason}")


def _columns_of(names: Iterable[str]) -> list[str]:
    """Return the columns that hold these fields, "" is none."""
    return sorted({name.split(".")[0] for name in names if name})


class _Task:
    """One record batch on its way to our columns."""

    def __init__(self, file: str, fields: Fields, table: Any, first: int) -> None:
        self._file, self._fields = file, fields
        self._table, self._first = table, first

    def run(self) -> Batch:
        values = [self._values(name) for name in self._fields.names]
        numbers = np.arange(self._first, self._first + self._table.num_rows)
        keep, rejects = self._refused(values, numbers)
        mask = None if keep.all() else arrow().array(keep)
        columns = [_text_column(column, mask) for column in values]
        rows = numbers[keep]
        return Batch(
            texts=columns[TEXT],
            headlines=columns[HEADLINE],
            ids=columns[ID],
            urls=columns[URL],
            outlets=columns[OUTLET],
            published=_published(values[DATE], mask),
            places=np.stack([rows, rows + 1], axis=1),
            lines=rows + 1,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
            consumed=self._first + self._table.num_rows,
        )

    def _refused(
        self, values: Sequence[Any], numbers: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], list[Reject]]:
        """Say which rows are articles, and what is wrong with the others."""
        texts = values[TEXT]
        if not _is_text(texts.type):
            kind = str(texts.type)
            rejects = [self._reject(n, NOT_A_STRING, kind) for n in numbers]
            return np.zeros(len(numbers), bool), rejects
        keep = texts.is_valid().to_numpy(zero_copy_only=False)
        rejects = [self._reject(n, NO_TEXT) for n in numbers[~keep]]
        for column in values:
            keep, invalid = _valid_utf8(column, keep)
            rejects += [self._reject(numbers[at], NOT_UTF8) for at in invalid]
        return keep, rejects

    def _values(self, name: str) -> Any:
        pa = arrow()
        values = _column_at(self._table, name) if name else None
        if values is None or pa.types.is_null(values.type):
            return pa.nulls(self._table.num_rows, pa.string())
        if pa.types.is_dictionary(values.type):
            return values.dictionary_decode()
        # Arrow filters no views.
        is_view = pa.types.is_string_view(values.type)
        return values.cast(pa.large_string()) if is_view else values

    def _reject(self, number: int, reason: str, detail: str = "") -> Reject:
        return Reject(
            file=self._file, line=int(number) + 1, reason=reason, detail=detail
        )


def _column_at(table: Any, name: str) -> Any:
    """Return the values of a field, through structs by dots; None where it is absent."""
    if name in table.schema.names:
        return table.column(name)
    first, *inner = name.split(".")
    values = table.column(first)
    for part in inner:
        is_struct = arrow().types.is_struct(values.type)
        if not is_struct or values.type.get_field_index(part) < 0:
            return None
        # Unlike field(), this knows that a missing struct has no fields.
        values = arrow().compute.struct_field(values, part)
    return values


def rows_of(table: Any) -> list[Row]:
    """Return a record batch as rows.

    In fields that nobody compares, what is no UTF-8 becomes replacement characters,
    and a moment that Python has none for becomes text.
    """
    try:
        rows: list[Row] = table.to_pylist()
    except (ValueError, OverflowError):
        columns = map(_readable, table.columns)
        names = table.schema.names
        rows = [
            dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)
        ]
    return rows


def _readable(values: Any) -> list[object]:
    if arrow().types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if not _is_text(values.type):
        return _values_of(values)
    raws = values.cast(arrow().large_binary()).to_pylist()
    return [None if raw is None else raw.decode(errors="replace") for raw in raws]


def _values_of(values: Any) -> list[object]:
    try:
        found: list[object] = values.to_pylist()
    except (ValueError, OverflowError):
        # Between two microseconds, or past the calendar.
        pa = arrow()
        if pa.types.is_duration(values.type):
            values = values.cast(pa.int64())
        found = values.cast(pa.string()).to_pylist()
    return found


def _some(table: Any, rows: NDArray[np.int64]) -> Any:
    """Return some *rows* of a record batch."""
    pa = arrow()
    try:
        return table.take(pa.array(rows))
    except pa.ArrowNotImplementedError:
        # Of views, also inside of other values, Arrow picks none, but it joins them.
        none = [table.slice(0, 0)]
        return pa.concat_batches(none + [table.slice(row, 1) for row in rows.tolist()])


def _is_text(kind: Any) -> bool:
    types = arrow().types
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
    )


def _published(values: Any, mask: Any) -> NDArray[np.float64]:
    if mask is not None:
        values = values.filter(mask)
    if _is_text(values.type):
        return epochs_of_column(_text_column(values, None))
    types = arrow().types
    if types.is_timestamp(values.type) or types.is_date(values.type):
        return _seconds(values)
    return epochs(values.to_pylist())


def _seconds(moments: Any) -> NDArray[np.float64]:
    """Seconds since 1970 of Arrow's moments and days; NaN where there is none."""
    pa = arrow()
    if pa.types.is_date(moments.type):
        moments = moments.cast(pa.timestamp("ms"))
    whole = moments.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return np.asarray(whole / _PER_SECOND[moments.type.unit], np.float64)


def _valid_utf8(
    texts: Any, keep: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], list[int]]:
    """Arrow trusts the file about UTF-8; find the rows where it must not."""
    if not _is_text(texts.type):
        return keep, []
    try:
        texts.validate(full=True)
    except arrow().ArrowInvalid:
        pass
    else:
        return keep, []
    invalid = []
    for at in np.flatnonzero(keep).tolist():
        try:
            texts[at].as_buffer().to_pybytes().decode()
        except UnicodeDecodeError:
            invalid.append(at)
    kept = keep.copy()
    kept[invalid] = False
    return kept, invalid


def _text_column(values: Any, mask: Any) -> TextColumn:
    """Point at Arrow's own UTF-8; numbers become text, nested values are empty."""
    pa = arrow()
    if mask is not None:
        values = values.filter(mask)
    if not _is_text(values.type):
        if pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
            values = pa.nulls(len(values), pa.string())
        values = values.cast(pa.string())
    if values.null_count:
        values = values.fill_null("")
    values = values.cast(pa.large_string())
    _, offsets, data = values.buffers()
    if len(values) == 0 or data is None:
        return TextColumn(np.zeros(0, np.uint8), np.zeros(len(values) + 1, np.int64))
    ends = np.frombuffer(offsets, np.int64)
    return TextColumn(
        np.frombuffer(data, np.uint8),
        ends[values.offset : values.offset + len(values) + 1],
    )


def read_table(name: str, fields: Fields, table: Any, first: int) -> Batch:
    """Read one record batch, the rows from *first* on of the file called *name*."""
    return _Task(name, fields, table, first).run()
