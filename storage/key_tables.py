"""The rows of bands and passage keys: read for many texts at once, written in order.

What a transaction changes waits for its end, and is written in no savepoint. New keys
then go to recent_keys, and from there in slices to their tables.
A row is found by its key alone; the rows of an article are found by deriving its keys
from its clean body again, which is cheaper than an index by article.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

import orjson

from dedupe.incremental import BAND, Entry, Key
from storage.changes import Changes
from storage.key_runs import TABLES
from storage.recent_keys import RecentKeys

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from storage.key_runs import Run

# Most keys are held by nobody, and share one empty tuple.
Holders = list[int] | tuple[()]
_READ = (
    "SELECT keys.key, keys.article FROM json_each(?) AS asked"
    " CROSS JOIN {table} AS keys ON keys.key = asked.value"
)
_RANKS = (
    "SELECT articles.id, articles.text_hash FROM json_each(?) AS asked"
    " CROSS JOIN articles ON articles.id = asked.value"
)
# A text's headline is the smallest of those that it was printed under, unsigned; one
# that is marked as a correction differs in the lowest bit.
TITLE = (
    "coalesce(min(texts.headline_hash) FILTER (WHERE texts.headline_hash > 0),"
    " min(texts.headline_hash))"
)
_SAME_HEADLINE = (
    "SELECT texts.text_hash FROM (SELECT DISTINCT text_hash FROM articles"
    " WHERE headline_hash IN (?1, ?1 - 1)) AS named CROSS JOIN articles AS texts"
    " ON texts.text_hash = named.text_hash GROUP BY texts.text_hash"
    f" HAVING max(texts.indexed) AND {TITLE} | 1 = ?1"
)


class KeyTables:
    """Which texts hold a key, by their ranks, with what is not written yet."""

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        self._recent = RecentKeys(db)
        self.changes: Changes[Entry] = Changes()
        # Of a key's articles those that wait, with their rank; None: to be removed.
        # Laid out when somebody reads: most batches add what nobody asks for again.
        self._waiting: dict[Key, dict[int, int | None]] = {}
        self._laid_out = 0

    def add(self, article: int, entry: Entry) -> None:
        """Enter an article under its keys; it may have no row yet."""
        self.changes.add(article, entry)

    def remove(self, article: int, entry: Entry) -> None:
        """Take an article out; *entry* must be of the body that went in."""
        self.changes.remove(article, entry)

    def back_to(self, size: int) -> None:
        """Forget the changes since there were so many: they were rolled back."""
        self.changes.back_to(size)
        self._lay_down()

    def write(self) -> None:
        """Write what waits."""
        self._lay_down()
        removed, added = self.changes.take()
        for kind, table in TABLES.items():
            self._conn.executemany(
                f"DELETE FROM {table} WHERE key = ? AND article = ?",
                _rows(kind, removed),
            )
        for part in self._recent.change(removed, added):
            self._insert(part)

    def read(self, keys: Iterable[Key]) -> dict[Key, Holders]:
        """Return the ranks of all that hold each of *keys*, ascending."""
        held: dict[Key, Holders] = dict.fromkeys(keys, ())
        if not held:
            return held
        asked = {kind: [key for one, key in held if one == kind] for kind in TABLES}
        return held | self.held(asked)

    def held(
        self, asked: Mapping[int, Sequence[int]], *, but: Container[Key] = ()
    ) -> dict[Key, Holders]:
        """Return the ranks of all that hold a key, of those that anybody holds.

        *asked* are the keys of each kind, *but* those that are left out.
        """
        self._lay_out()
        found = self._articles(asked, but)
        ranks = self._ranks({one for articles in found.values() for one in articles})
        held: dict[Key, Holders] = {}
        for key, articles in found.items():
            known = {one: ranks.get(one) for one in articles}
            known |= self._waiting.get(key, {})
            held[key] = sorted({one for one in known.values() if one is not None})
        return held

    def _articles(
        self, asked: Mapping[int, Sequence[int]], but: Container[Key]
    ) -> dict[Key, list[int]]:
        """Read which articles hold those keys that any holds, or that wait."""
        found: defaultdict[Key, list[int]] = defaultdict(list)
        for kind, keys in asked.items():
            if self._waiting:
                waiting = {(kind, key) for key in keys} & self._waiting.keys()
                found |= {key: [] for key in waiting if key not in but}
            sifted = [
                key for key in self._recent.sift(kind, keys) if (kind, key) not in but
            ]
            if sifted:
                sql = _READ.format(table=TABLES[kind])
                rows = self._conn.execute(sql, [_json(sifted)])
                for key, article in (*rows, *self._recent.read(kind, sifted)):
                    found[kind, key].append(article)
        return found

    def named(self, headline: Key) -> list[int]:
        """Return the ranks of all texts that have a headline, ascending."""
        rows = self._conn.execute(_SAME_HEADLINE, [headline[1]])
        return sorted(to_unsigned(row[0]) for row in rows)

    def _ranks(self, articles: Collection[int]) -> dict[int, int]:
        if not articles:
            return {}
        rows = self._conn.execute(_RANKS, [_json([*articles])])
        # What is being removed may have lost its text already.
        return {one: to_unsigned(rank) for one, rank in rows if rank is not None}

    def _insert(self, part: Run) -> None:
        for kind, table in TABLES.items():
            sql = f"INSERT OR IGNORE INTO {table} (key, article) VALUES (?, ?)"
            self._conn.executemany(sql, part.rows(kind))

    def _lay_out(self) -> None:
        for article, is_new, entry in islice(self.changes, self._laid_out, None):
            rank = entry.rank if is_new else None
            for key in (*entry.bands, *entry.passages):
                self._waiting.setdefault(key, {})[article] = rank
        self._laid_out = len(self.changes)

    def _lay_down(self) -> None:
        self._waiting.clear()
        self._laid_out = 0


def _rows(kind: int, changed: Iterable[tuple[int, Entry]]) -> list[tuple[int, int]]:
    """Lay out rows in the order of their table."""
    return sorted(
        {
            (key[1], article)
            for article, entry in changed
            for key in (entry.bands if kind == BAND else entry.passages)
        }
    )


def _json(values: list[int]) -> str:
    return orjson.dumps(values).decode()


def to_signed(rank: int) -> int:
    """Read 64 bits as SQLite holds them."""
    return rank - (rank >> 63 << 64)


def to_unsigned(key: int) -> int:
    """Read 64 bits as dedupe does."""
    return key % (1 << 64)
