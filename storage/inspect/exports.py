"""Exports of any table, view or query: CSV that no spreadsheet evaluates, and Parquet.

CSV and JSON are datasette's own; Parquet needs the extra "parquet".
"""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from datasette.utils import CustomRow
from datasette.utils.asgi import Response
from datasette.views.database import DatabaseView
from datasette.views.row import RowView
from datasette.views.table import TableView

from storage.inspect.direction import without_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SEGMENT = r"[^\/\.]+"


class _QuotedRows:
    """Quotes formulas in the rows of an answer that will be written as CSV."""

    async def data(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what the stock view returns, with its rows made harmless."""
        answer = await super().data(request, *args, **kwargs)  # type: ignore[misc]
        if not isinstance(answer, Response):
            answer[0]["rows"] = [_quoted(row) for row in answer[0]["rows"]]
        return answer


class SafeTableView(_QuotedRows, TableView):  # type: ignore[misc]
    """A table or view as CSV."""


class SafeRowView(_QuotedRows, RowView):  # type: ignore[misc]
    """One row as CSV."""


class SafeDatabaseView(_QuotedRows, DatabaseView):  # type: ignore[misc]
    """A query as CSV."""


def csv_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Return routes that stand before datasette's own for addresses with .csv."""
    table = rf"/(?P<database>{_SEGMENT})/(?P<table>{_SEGMENT})"
    row = rf"/(?P<database>{_SEGMENT})/(?P<table>[^/]+?)/(?P<pks>[^/]+?)"
    return [
        (
            rf"/(?P<database>{_SEGMENT})\.(?P<format>csv)$",
            SafeDatabaseView.as_view(datasette),
        ),
        (rf"{table}\.(?P<format>csv)$", SafeTableView.as_view(datasette)),
        (rf"{row}\.(?P<format>csv)$", SafeRowView.as_view(datasette)),
    ]


def _quoted(row: Any) -> Any:
    columns = list(row.keys())
    quoted = CustomRow(columns)
    for column in columns:
        value = row[column]
        if isinstance(value, dict):
            quoted[column] = {k: without_formula(v) for k, v in value.items()}
        else:
            quoted[column] = without_formula(value)
    return quoted


def has_parquet() -> bool:
    """Whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def parquet(columns: Sequence[str], rows: Iterable[Any], table: str | None) -> Response:
    """Answer with *rows* as one Parquet file."""
    import pyarrow
    from pyarrow import parquet as writer

    names = list(columns)
    cells = [[_bare(row[name]) for name in names] for row in rows]
    data = {name: _column([row[at] for row in cells]) for at, name in enumerate(names)}
    target = io.BytesIO()
    writer.write_table(pyarrow.table(data), target)
    return Response(
        target.getvalue(),
        content_type="application/vnd.apache.parquet",
        headers={
            "content-disposition": f'attachment; filename="{table or "query"}.parquet"'
        },
    )


def _bare(value: Any) -> Any:
    return value["value"] if isinstance(value, dict) else value


def _column(values: list[Any]) -> Any:
    """Type a column; SQLite's cells may differ in type, and are texts then."""
    import pyarrow

    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        return pyarrow.array([None if one is None else str(one) for one in values])
