"""A table of an SQLite file, named "file.db::table"."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.database import quote_identifier
from storage.dumps.batch import Batch, batch_of_rows
from storage.dumps.delimited_writing import cell_text
from storage.dumps.places import pick_rows
from storage.dumps.reject import NOT_UTF8, Reject
from storage.errors import DumpError, TruncatedDumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from storage.dumps.dump import Row
    from storage.dumps.fields import Fields

_ROWS = 2000
_MAGIC = b"SQLite format 3\0"
# What is said of a damaged schema quotes it, and need not be text.
_ERRORS = (sqlite3.Error, UnicodeDecodeError)


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class SqliteTable:
    """The rows of one *table* of the database at *path*, in their order."""

    path: Path
    name: str
    table: str

    def field_names(self) -> list[str]:
        with closing(connect(self.path)) as db:
            return self._names(db)

    def read(self, fields: Fields) -> Iterator[Callable[[], Batch]]:
        first = 0
        with closing(connect(self.path)) as db:
            names = self._names(db)
            for cells in self._cells(db):
                yield _Task(self.name, fields, names, cells, first).run
                first += len(cells)

    def rows(
        self, places: NDArray[np.int64], wanted: Sequence[str] | None = None
    ) -> Iterator[list[Row]]:
        with closing(connect(self.path)) as db:
            names = self._names(db)
            found = (
                dict(zip(names, map(_plain, row), strict=True))
                for cells in self._cells(db)
                for row in cells
            )
            yield from pick_rows(found, places, _ROWS)

    def _names(self, db: sqlite3.Connection) -> list[str]:
        with _as_dump_error(self.name):
            found = db.execute(f"SELECT * FROM {quote_identifier(self.table)} LIMIT 0")
            return [column[0] for column in found.description]

    def _cells(self, db: sqlite3.Connection) -> Iterator[list[tuple[object, ...]]]:
        with _as_dump_error(self.name):
            cursor = db.execute(f"SELECT * FROM {quote_identifier(self.table)}")
            while cells := cursor.fetchmany(_ROWS):
                yield cells


class _as_dump_error:
    def __init__(self, name: str, done: str = "read", then: str = "") -> None:
        self._name, self._done, self._then = name, done, then

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, _ERRORS):
            raise DumpError(
                f"{self._name} cannot be {self._done}: {error}{self._then}"
            ) from error


@dataclass(frozen=True, slots=True)
class _Task:
    file: str
    fields: Fields
    names: list[str]
    cells: list[tuple[object, ...]]
    first: int

    def run(self) -> Batch:
        rows: list[Row] = []
        numbers: list[int] = []
        rejects: list[Reject] = []
        for number, row in enumerate(self.cells, self.first):
            if any(isinstance(cell, str) and _is_broken(cell) for cell in row):
                reject = Reject(file=self.file, line=number + 1, reason=NOT_UTF8)
                rejects.append(reject)
            else:
                rows.append(dict(zip(self.names, row, strict=True)))
                numbers.append(number)
        return batch_of_rows(
            rows,
            self.fields,
            self.file,
            numbers=numbers,
            rejects=rejects,
            consumed=self.first + len(self.cells),
        )


def _is_broken(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False


def _plain(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def connect(path: Path) -> sqlite3.Connection:
    """Open *path* for reading; raises DumpError where it is no SQLite file."""
    if not path.is_file():
        raise DumpError(f"{path} cannot be opened: there is no such file")
    _refuse_cut(path)
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        db.text_factory = _text
        db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except _ERRORS as error:
        if "locked" in str(error):
            raise DumpError(
                f"{path} is locked by a process that writes it: try again later"
            ) from error
        raise DumpError(f"{path} is not a whole SQLite file: {error}") from error
    return db


def _refuse_cut(path: Path) -> None:
    """SQLite reads a cut file as far as it goes; its header says how far that should be.

    Where a log is beside it, the header may be ahead of the file.
    """
    with path.open("rb") as raw:
        header = raw.read(32)
    if header[:16] != _MAGIC or path.with_name(f"{path.name}-wal").exists():
        return
    page, pages = (int.from_bytes(header[a:b]) for a, b in ((16, 18), (28, 32)))
    if path.stat().st_size < (65_536 if page == 1 else page) * pages:
        raise TruncatedDumpError(
            f"{path} is truncated: it has {pages} pages; fetch it again"
        )


def refuse_foreign_file(path: Path) -> None:
    """Raise DumpError where a table cannot be written into the file that *path* is.

    A database of wirecopy's own would lose a table of the same name.
    """
    from storage.migrations import APPLICATION_ID

    with path.open("rb") as raw:
        header = raw.read(100)
    if header and header[:16] != _MAGIC:
        raise DumpError(f"{path} is not an SQLite file: name another file")
    if int.from_bytes(header[68:72]) == APPLICATION_ID:
        raise DumpError(
            f"{path} is a database of wirecopy's own: load articles with --into, or"
            " name another file"
        )


def pick_table(path: Path, table: str | None) -> str:
    """Return *table*, or the only one there is; raises DumpError, listing them."""
    with closing(connect(path)) as db, _as_dump_error(str(path)):
        rows = db.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        ).fetchall()
    names = [str(row[0]) for row in rows]
    if table is not None and table in names:
        return table
    if table is None and len(names) == 1:
        return names[0]
    if not names:
        raise DumpError(f"{path} has no table")
    asked = "several tables" if table is None else f"no table {table!r}"
    listed = ", ".join(names)
    raise DumpError(f'{path} has {asked}: name one as "{path}::TABLE" ({listed})')


class SqliteWriter:
    """Writes rows into one new table; one transaction holds them all.

    A table of that name is replaced when the writer is closed, not before. A file that
    is *new* needs no journal: it is not in its place yet. Messages call it *name*.
    """

    def __init__(
        self,
        path: Path,
        table: str,
        names: list[str],
        *,
        name: str,
        new: bool = False,
    ) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._names = names
        self._refused = _as_dump_error(name, "written")
        with ExitStack() as undo:
            undo.callback(self._db.close)
            with _as_dump_error(name, "written", "; name a .jsonl file"):
                self._make(table, new)
            undo.pop_all()
        marks = ", ".join("?" * len(names))
        self._insert = f"INSERT INTO {quote_identifier(table)} VALUES ({marks})"

    def _make(self, table: str, new: bool) -> None:
        if new:
            self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(f"DROP TABLE IF EXISTS {quote_identifier(table)}")
        # No row had a field, and SQLite has no table without a column.
        columns = ", ".join(map(quote_identifier, self._names or ["text"]))
        self._db.execute(f"CREATE TABLE {quote_identifier(table)} ({columns})")

    def write(self, rows: list[Row]) -> None:
        cells = [tuple(_cell(row.get(name)) for name in self._names) for row in rows]
        with self._refused:
            self._db.executemany(self._insert, cells)

    def close(self) -> None:
        with self._refused:
            self._db.execute("COMMIT")
        self._db.close()

    def discard(self) -> None:
        """Leave the database as it was."""
        self._db.close()


def _cell(value: object) -> object:
    """Return *value* as SQLite can hold it: what it has no type for as text."""
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return str(value)
    if value is None or isinstance(value, str | bytes | int | float):
        return value
    return cell_text(value)
