"""Arrow tables on their way from Parquet to Parquet: schemas, and edits by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from storage.dumps.overlapping import ahead
from storage.dumps.parquet import Parquet, arrow, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from storage.dumps.copying import Edits
    from storage.dumps.dump import Dump, Row
    from storage.dumps.parquet_writing import ParquetWriter


def schema_of_dumps(dumps: Iterable[Dump], sample: Row) -> Any:
    """Return what the rows of Parquet *dumps* have in common, and *sample* is added to.

    None where one is no Parquet, or their types do not go together.
    """
    schemas = []
    for dump in dumps:
        if not isinstance(dump, Parquet):
            return None
        schemas.append(dump.schema())
    pa = arrow()
    try:
        schema = pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
    for name, value in sample.items():
        schema = _with_field(schema, pa.field(name, pa.scalar(value).type))
    return schema


def _with_field(schema: Any, field: Any) -> Any:
    place = schema.get_field_index(field.name)
    return schema.append(field) if place < 0 else schema.set(place, field)


def edited_tables(
    dump: Parquet, places: NDArray[np.int64], edits: Edits
) -> Iterator[Any]:
    """Yield the rows at *places* as they are to be written, as record batches."""
    first = 0
    for table in ahead(dump.tables(places)):
        numbers = np.arange(first, first + table.num_rows)
        yield _edited(table, numbers, edits)
        first += table.num_rows


def _edited(table: Any, numbers: NDArray[np.int64], edits: Edits) -> Any:
    if edits.touched[numbers].any():
        if edits.field in table.schema.names:
            table = _with_clean_texts(table, numbers, edits)
        else:
            table = _with_clean_structs(table, numbers, edits)
    return table if edits.notes is None else _with_notes(table, numbers, edits.notes)


def _with_clean_texts(table: Any, numbers: NDArray[np.int64], edits: Edits) -> Any:
    pa = arrow()
    place = table.schema.get_field_index(edits.field)
    field, mask = table.schema.field(place), edits.touched[numbers]
    texts = table.column(place).cast(pa.large_string())
    changed = texts.filter(pa.array(mask)).to_pylist()
    cleaned = pa.array(edits.clean(numbers[mask], changed), texts.type)
    replaced = pa.compute.replace_with_mask(texts, pa.array(mask), cleaned)
    return table.set_column(place, field, _cast(replaced, field.type))


def _with_clean_structs(table: Any, numbers: NDArray[np.int64], edits: Edits) -> Any:
    place = table.schema.get_field_index(edits.field.split(".")[0])
    outer = table.select([place])
    rows = edits.clean_rows(numbers, outer.to_pylist())
    clean = arrow().RecordBatch.from_pylist(rows, schema=outer.schema)
    return table.set_column(place, table.schema.field(place), clean.column(0))


def _with_notes(table: Any, numbers: NDArray[np.int64], notes: Any) -> Any:
    pa = arrow()
    rows = [notes(number) for number in numbers.tolist()]
    for name in rows[0] if rows else ():
        values = pa.array([row[name] for row in rows])
        place = table.schema.get_field_index(name)
        field = pa.field(name, values.type)
        table = (
            table.append_column(field, values)
            if place < 0
            else table.set_column(place, field, values)
        )
    return table


def write_fitted(table: Any, writer: ParquetWriter) -> None:
    """Write *table* as *writer* has it: by column, or else, as other formats, by row."""
    pa = arrow()
    try:
        found = fitted(table, writer.schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        writer.write(rows_of(table))
    else:
        writer.write_table(found)


def fitted(table: Any, schema: Any) -> Any:
    """Return *table* with the columns and types of *schema*; what it lacks is null."""
    pa = arrow()
    if table.schema.equals(schema):
        return table
    columns: Sequence[Any] = [
        _cast(table.column(field.name), field.type)
        if field.name in table.schema.names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _cast(values: Any, kind: Any) -> Any:
    pa = arrow()
    if values.type == kind:
        return values
    if pa.types.is_dictionary(kind):
        return pa.array(values.to_pylist(), kind)
    return values.cast(kind)
