"""What is known of keys that many articles hold, and who must be decided again.

A passage that mostly strangers share is no evidence; a key above the cap proposes its
hubs only. Both are functions of the articles that hold the key: where one crosses the
line, those whose pairs it made stale wait for settle().
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedupe.incremental import HEADLINE, PASSAGE, Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

_QUEUE = (
    "INSERT INTO settle_queue (article, reason) {rows} ON CONFLICT (article) DO NOTHING"
)


class KeyStates:
    """The states of keys, remembered for one connection.

    forget() must follow a rollback, and a commit of another process.
    """

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        self._masked: set[Key] | None = None
        self._crowded: dict[Key, tuple[int, ...]] | None = None

    def forget(self) -> None:
        """Ask the database again from here on."""
        self._masked = self._crowded = None

    @property
    def masked(self) -> set[Key]:
        """The passages that mostly strangers share; not to be changed."""
        if self._masked is None:
            rows = self._conn.execute("SELECT key FROM stranger_passages")
            self._masked = {(PASSAGE, row[0]) for row in rows}
        return self._masked

    @property
    def crowded(self) -> dict[Key, tuple[int, ...]]:
        """The first ranks of each key above the cap, ascending; not to be changed.

        Of a headline above the cap they are empty, for it proposes nothing.
        """
        if self._crowded is None:
            found: dict[Key, list[int]] = {}
            for kind, key, rank in self._conn.execute(
                "SELECT kind, key, text_rank FROM crowded_keys ORDER BY kind, key, text_rank"
            ):
                found.setdefault((kind, key), []).append(rank + (1 << 63))
            self._crowded = {
                key: () if key[0] == HEADLINE else tuple(ranks)
                for key, ranks in found.items()
            }
        return self._crowded

    def mask(self, key: Key, *, is_masked: bool) -> None:
        """Write whether mostly strangers share a passage."""
        if is_masked:
            sql = "INSERT OR IGNORE INTO stranger_passages (key) VALUES (?)"
            self.masked.add(key)
        else:
            sql = "DELETE FROM stranger_passages WHERE key = ?"
            self.masked.discard(key)
        self._conn.execute(sql, [key[1]])

    def crowd(self, key: Key, first: Sequence[int] | None) -> None:
        """Write the *first* ranks of a key above the cap; None: it is below."""
        self._conn.execute(
            "DELETE FROM crowded_keys WHERE kind = ? AND key = ?", [*key]
        )
        if first is None:
            self.crowded.pop(key, None)
            return
        self.crowded[key] = tuple(first)
        ranks = list(first) if key[0] != HEADLINE else [1 << 63]
        self._conn.executemany(
            "INSERT INTO crowded_keys (kind, key, text_rank) VALUES (?, ?, ?)",
            [(*key, rank - (1 << 63)) for rank in ranks],
        )

    def queue(self, articles: Iterable[int], reason: str) -> None:
        """Let settle() decide these articles again."""
        self._conn.executemany(
            _QUEUE.format(rows="VALUES (?, ?)"), [(one, reason) for one in articles]
        )

    def queue_lone(self, passage: int, *, but: int) -> None:
        """Let settle() decide those that have only such a passage, *but* one article."""
        rows = "SELECT article, 'key' FROM lone_keys WHERE key = ? AND article <> ?"
        self._conn.execute(_QUEUE.format(rows=rows), [passage, but])
