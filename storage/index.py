"""The index in SQLite: what proposes candidates for one article.

Keys are 64-bit hashes read as signed. A row of *bands* or *passage_keys* is found by
its key alone; the rows of an article are found by deriving its keys from its clean
body again, which is cheaper than an index by article.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from sqlite_utils import Database

_INSERT = "INSERT OR IGNORE INTO {table} (key, article) VALUES (?, ?)"
_DELETE = "DELETE FROM {table} WHERE key = ? AND article = ?"
_HOLDERS = "SELECT article FROM {table} WHERE key = ? ORDER BY article LIMIT ?"


def signed(keys: NDArray[np.uint64]) -> list[int]:
    """Read unsigned keys as the signed integers that SQLite holds, sorted."""
    return sorted(set(keys.astype(np.uint64).view(np.int64).tolist()))


class SqliteIndex:
    """Bands and passage keys of every article, in the tables of one database."""

    def __init__(self, db: Database) -> None:
        self._conn = db.conn

    def add(self, article: int, bands: Sequence[int], passages: Sequence[int]) -> None:
        """Enter an article under its keys."""
        self._change(_INSERT, article, bands, passages)

    def remove(
        self, article: int, bands: Sequence[int], passages: Sequence[int]
    ) -> None:
        """Take an article out; the keys must be those of the body that went in."""
        self._change(_DELETE, article, bands, passages)

    def band_holders(self, key: int, limit: int) -> list[int]:
        """Return the first *limit* articles under a band key, oldest first."""
        return self._holders("bands", key, limit)

    def passage_holders(self, key: int, limit: int) -> list[int]:
        """Return the first *limit* articles that hold a passage, oldest first."""
        return self._holders("passage_keys", key, limit)

    def _holders(self, table: str, key: int, limit: int) -> list[int]:
        rows = self._conn.execute(_HOLDERS.format(table=table), (key, limit))
        return [row[0] for row in rows]

    def _change(
        self, sql: str, article: int, bands: Iterable[int], passages: Iterable[int]
    ) -> None:
        for table, keys in (("bands", bands), ("passage_keys", passages)):
            self._conn.executemany(
                sql.format(table=table), [(key, article) for key in keys]
            )
