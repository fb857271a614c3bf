"""Parquet, one file or a folder of them, through Arrow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import orjson

from dedupe.slim_imports import unseen
from dedupe.text_column import TextColumn
from storage.dumps.batch import Batch
from storage.dumps.dates import epochs
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
            return pa.parquet.ParquetFile(
                self.path, pre_buffer=False, buffer_size=_BUFFER
            )
        except OSError as error:
            raise DumpError(f"{self.name} cannot be opened: {error}") from error
        except pa.ArrowInvalid as error:
            raise self._broken(error) from error

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
            yield table.to_pylist()

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
        if "magic bytes" in reason or "Unexpected end" in reason or "footer" in reason:
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
        pa = arrow()
        names = self._fields.names
        texts = self._values(names[TEXT])
        numbers = np.arange(self._first, self._first + self._table.num_rows)
        rejects: list[Reject] = []
        if not _is_text(texts.type):
            rejects = [self._reject(n, NOT_A_STRING, str(texts.type)) for n in numbers]
            keep = np.zeros(len(numbers), bool)
        else:
            keep = texts.is_valid().to_numpy(zero_copy_only=False)
            rejects = [self._reject(n, NO_TEXT) for n in numbers[~keep]]
            keep, invalid = _valid_utf8(texts, keep)
            rejects += [self._reject(numbers[at], NOT_UTF8) for at in invalid]
        mask = None if keep.all() else pa.array(keep)
        columns = [_text_column(self._values(names[f]), mask) for f in range(6)]
        rows = numbers[keep]
        return Batch(
            texts=columns[TEXT],
            headlines=columns[HEADLINE],
            ids=columns[ID],
            urls=columns[URL],
            outlets=columns[OUTLET],
            published=self._published(mask),
            places=np.stack([rows, rows + 1], axis=1),
            lines=rows + 1,
            rejects=tuple(sorted(rejects, key=lambda reject: reject.line)),
            consumed=self._first + self._table.num_rows,
        )

    def _values(self, name: str) -> Any:
        pa = arrow()
        if not name:
            return pa.nulls(self._table.num_rows, pa.string())
        if name in self._table.schema.names:
            values = self._table.column(name)
        else:
            first, *inner = name.split(".")
            values = self._table.column(first)
            for part in inner:
                values = values.field(part)
        if pa.types.is_dictionary(values.type):
            return values.dictionary_decode()
        # Arrow filters no views.
        is_view = pa.types.is_string_view(values.type)
        return values.cast(pa.large_string()) if is_view else values

    def _published(self, mask: Any) -> NDArray[np.float64]:
        from storage.dumps.dates import epochs_of_column

        values = self._values(self._fields.names[DATE])
        if mask is not None:
            values = values.filter(mask)
        if _is_text(values.type):
            return epochs_of_column(_text_column(values, None))
        types = arrow().types
        if types.is_timestamp(values.type) or types.is_date(values.type):
            return _seconds(values)
        return epochs(values.to_pylist())

    def _reject(self, number: int, reason: str, detail: str = "") -> Reject:
        return Reject(
            file=self._file, line=int(number) + 1, reason=reason, detail=detail
        )


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


class ParquetWriter:
    """Writes rows or record batches under one schema, row groups of a few megabytes."""

    def __init__(self, raw: IO[bytes], schema: Any) -> None:
        pa = arrow()
        # A dictionary of long texts is tried, filled and thrown away.
        short = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        self.schema = schema
        self._file = pa.parquet.ParquetWriter(
            raw, schema, compression="snappy", use_dictionary=short or False
        )

    def write(self, rows: list[Row]) -> None:
        pa = arrow()
        try:
            table = pa.RecordBatch.from_pylist(rows, schema=self.schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            texts = [f.name for f in self.schema if pa.types.is_string(f.type)]
            told = [{**row, **_as_texts(row, texts)} for row in rows]
            table = pa.RecordBatch.from_pylist(told, schema=self.schema)
        self.write_table(table)

    def write_table(self, table: Any) -> None:
        self._file.write_batch(table)

    def close(self) -> None:
        self._file.close()

    def discard(self) -> None:
        """Write no footer: the file behind is gone."""
        self._file.is_open = False


def _as_texts(row: Row, names: list[str]) -> Row:
    """Return the values of some fields as text: a string as it is, others as JSON."""
    values = {name: row[name] for name in names if row.get(name) is not None}
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in values.items()
    }


def schema_of(samples: Iterator[list[Row]]) -> Any:
    """Return one schema for all rows; a field of several types becomes text."""
    pa = arrow()
    schema = pa.schema([])
    for rows in samples:
        names: dict[str, None] = {}
        for row in rows:
            names.update(dict.fromkeys(row))
        found = [pa.field(name, _type_of(rows, name)) for name in names]
        schema = _joined(schema, pa.schema(found))
    return pa.schema(
        [
            pa.field(f.name, pa.string()) if pa.types.is_null(f.type) else f
            for f in schema
        ]
    )


def _type_of(rows: list[Row], name: str) -> Any:
    pa = arrow()
    try:
        return pa.array([row.get(name) for row in rows]).type
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.string()


def _joined(schema: Any, found: Any) -> Any:
    pa = arrow()
    fields = {field.name: field for field in schema}
    for field in found:
        known = fields.get(field.name)
        if known is None or pa.types.is_null(known.type):
            fields[field.name] = field
        elif not pa.types.is_null(field.type) and field.type != known.type:
            both = [pa.schema([known]), pa.schema([field])]
            try:
                joined = pa.unify_schemas(both, promote_options="permissive").field(0)
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                joined = pa.field(field.name, pa.string())
            fields[field.name] = joined
    return pa.schema(list(fields.values()))


def read_table(name: str, fields: Fields, table: Any, first: int) -> Batch:
    """Read one record batch, the rows from *first* on of the file called *name*."""
    return _Task(name, fields, table, first).run()
