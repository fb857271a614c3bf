"""The served file: how it is connected to while crawls come and go, and what is told."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.app import Datasette
from datasette.database import Database, connections

from storage.inspect.remembering import stamp_of
from storage.opening import is_at_rest

if TYPE_CHECKING:
    from collections.abc import Callable


class LiveSite(Datasette):  # type: ignore[misc]
    """A site that does not tell where on the server its file is."""

    def _connected_databases(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = super()._connected_databases()
        return [{**one, "path": one["path"] and Path(one["path"]).name} for one in told]


class _Resting(sqlite3.Connection):
    """A connection to a file that nobody wrote when it was opened."""

    stamp: tuple[int, ...] = ()


class LiveDatabase(Database):  # type: ignore[misc]
    """A file that another user may be writing now, and have left at rest before.

    A user who may not write it may not share SQLite's files with one who does, and reads
    it without them while nobody writes.
    """

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Connect as datasette does, to a file of any name."""
        path = Path(self.path)
        rests = not write and (not self.is_mutable or is_at_rest(path))
        mode = "immutable=1" if rests else f"mode={'rw' if write else 'ro'}"
        conn = sqlite3.connect(
            f"{path.resolve().as_uri()}?{mode}",
            uri=True,
            check_same_thread=False,
            factory=_Resting if rests and self.is_mutable else sqlite3.Connection,
        )
        if isinstance(conn, _Resting):
            conn.stamp = stamp_of(self.path)
        self._all_file_connections.append(conn)
        return conn

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Any]) -> Any:
        """Call *fn* with a connection that sees what was written last."""
        return await super().execute_fn(lambda conn: fn(self._renewed(conn)))

    def _renewed(self, conn: sqlite3.Connection) -> sqlite3.Connection:
        if not isinstance(conn, _Resting) or conn.stamp == stamp_of(self.path):
            return conn
        conn.close()
        self._all_file_connections.remove(conn)
        new = self.connect()
        self.ds._prepare_connection(new, self.name)
        # Where datasette keeps those of each thread.
        setattr(connections, self.name, new)
        return new
