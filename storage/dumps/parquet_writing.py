"""Rows of any kind as Parquet: one schema, and text where there is no type for both."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from storage.dumps.json_rows import dump_json
from storage.dumps.parquet import arrow
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.dumps.dump import Row

# Whole numbers up to it are fractions of the same value.
_EXACT = 1 << 53


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
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            texts = [f.name for f in self.schema if pa.types.is_string(f.type)]
            told = [{**row, **_as_texts(row, texts)} for row in rows]
            table = self._fitted(told)
        self.write_table(table)

    def _fitted(self, rows: list[Row]) -> Any:
        pa = arrow()
        try:
            return pa.RecordBatch.from_pylist(rows, schema=self.schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
            raise DumpError(
                f"rows have values of no common type for Parquet: {error}; name a"
                " .jsonl file as the output"
            ) from error

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
    return {name: _as_text(value) for name, value in values.items()}


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    told = dump_json(value)
    # Dates, decimals and bytes are strings to JSON.
    return str(orjson.loads(told)) if told.startswith(b'"') else told.decode()


def schema_of(samples: Iterator[list[Row]]) -> Any:
    """Return one schema for all rows; a field of several types becomes text."""
    pa = arrow()
    schema = pa.schema([])
    wide: set[str] = set()
    for rows in samples:
        names: dict[str, None] = {}
        for row in rows:
            names.update(dict.fromkeys(row))
        found = [pa.field(name, _type_of(rows, name)) for name in names]
        whole = [field.name for field in found if pa.types.is_integer(field.type)]
        wide.update(name for name in whole if _has_wide(rows, name))
        schema = _joined(schema, pa.schema(found))
    return pa.schema(
        [
            field
            if _is_storable(field.type)
            and not (pa.types.is_floating(field.type) and field.name in wide)
            else pa.field(field.name, pa.string())
            for field in schema
        ]
    )


def _has_wide(rows: list[Row], name: str) -> bool:
    """Whether there is a whole number that as a fraction would be another."""
    return any(abs(cast("int", row.get(name) or 0)) > _EXACT for row in rows)


def _is_storable(kind: Any) -> bool:
    """Whether Parquet has the type: not one without values, or without fields."""
    types = arrow().types
    if types.is_null(kind) or (types.is_struct(kind) and not kind.num_fields):
        return False
    inner = (kind.field(place).type for place in range(kind.num_fields))
    return all(types.is_null(one) or _is_storable(one) for one in inner)


def _type_of(rows: list[Row], name: str) -> Any:
    pa = arrow()
    try:
        return pa.array([row.get(name) for row in rows]).type
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.string()


def _joined(schema: Any, found: Any) -> Any:
    pa = arrow()
    fields = {field.name: field for field in schema}
    for field in found:
        known = fields.get(field.name)
        if known is None or pa.types.is_null(known.type):
            fields[field.name] = field
        elif not pa.types.is_null(field.type) and field.type != known.type:
            fields[field.name] = _common(known, field)
    return pa.schema(list(fields.values()))


def _common(one: Any, other: Any) -> Any:
    """Return a field that holds the values of both: text where no other type does."""
    pa = arrow()
    text = pa.field(one.name, pa.string())
    # Arrow makes fractions of decimals, and then does not take them.
    if pa.types.is_decimal(one.type) != pa.types.is_decimal(other.type):
        return text
    try:
        both = [pa.schema([one]), pa.schema([other])]
        return pa.unify_schemas(both, promote_options="permissive").field(0)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return text
