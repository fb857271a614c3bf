"""Rows of any kind as CSV or TSV."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from storage.dumps.batch import text_of
from storage.dumps.json_rows import dump_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage.dumps.dump import Row

# A row of one empty cell.
_EMPTY = '""'


class DelimitedWriter:
    """Writes rows under the given field names; nested values become JSON."""

    def __init__(self, raw: IO[bytes], names: list[str], delimiter: str = ",") -> None:
        self._raw = raw
        self._names = names
        self._delimiter = delimiter
        if names:
            self._write_cells([names])

    def write(self, rows: list[Row]) -> None:
        self._write_cells([row.get(name) for name in self._names] for row in rows)

    def _write_cells(self, rows: Iterable[Sequence[object]]) -> None:
        text = "".join(map(self._line, rows))
        self._raw.write(text.encode(errors="replace"))

    def _line(self, cells: Sequence[object]) -> str:
        line = self._delimiter.join([self._quoted(cell_text(cell)) for cell in cells])
        # To readers a blank line is no row.
        return f"{line or _EMPTY}\n"

    def _quoted(self, cell: str) -> str:
        if '"' in cell:
            cell = cell.replace('"', '""')
        elif not (self._delimiter in cell or "\n" in cell or "\r" in cell):
            return cell
        return f'"{cell}"'

    def close(self) -> None:
        self._raw.flush()


def cell_text(value: object) -> str:
    """Return *value* as one cell: nested values as JSON, None as empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return dump_json(value).decode()
    if isinstance(value, bytes):
        return text_of(value)
    return "" if value is None else str(value)
