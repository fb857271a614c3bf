"""What an outlet prints again and again: counted as it comes in, masked once known.

Every clean block of every article is counted, also one that is masked already, so
that the counts are a function of what was printed and not of when it was learnt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from dedupe.boilerplate import (
    DEFAULT_RULE,
    BlockCounts,
    block_key,
    counted_keys,
    is_boilerplate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from dedupe.block import Block

_DAY = "substr(coalesce(articles.published, articles.fetched), 1, 10)"
_PRINTS = (
    "FROM block_prints CROSS JOIN articles ON articles.id = block_prints.article"
    " WHERE block_prints.outlet = :outlet AND block_prints.block = :block"
)
_COUNT = (
    f"SELECT count(DISTINCT articles.story), count(DISTINCT {_DAY}),"
    f" min({_DAY}), max({_DAY}) {_PRINTS}"
)
_SAME_DAY = (
    f"SELECT 1 {_PRINTS} AND block_prints.article <> :article AND {_DAY} = :day"
    " ORDER BY block_prints.article DESC LIMIT 1"
)
# An outlet prints few articles of a story, so this never reads a line's many prints.
_SAME_STORY = (
    "SELECT 1 FROM articles CROSS JOIN block_prints"
    " ON block_prints.outlet = :outlet AND block_prints.block = :block"
    " AND block_prints.article = articles.id"
    " WHERE articles.story = :story AND articles.outlet = :outlet"
    " AND articles.id <> :article LIMIT 1"
)
_SAVE = (
    "UPDATE outlet_blocks SET stories = ?, days = ?, first_day = ?, last_day = ?,"
    " boilerplate = ?, stale = 0 WHERE outlet = ? AND block = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """An article that prints blocks: its story, and the day that counts for it."""

    article: int
    outlet: int
    story: int
    day: str | None


class OutletBlocks:
    """The boilerplate of every outlet, remembered for one connection.

    forget() must follow a rollback, and a commit of another process.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[int, set[int]] = {}

    def forget(self) -> None:
        """Ask the database again from here on."""
        self._known.clear()

    def boilerplate(self, outlet: int | None) -> set[int]:
        """Return the keys of the outlet's boilerplate; not to be changed."""
        if outlet is None:
            return set()
        if outlet not in self._known:
            rows = self._db.conn.execute(
                "SELECT block FROM outlet_blocks WHERE outlet = ? AND boilerplate = 1",
                [outlet],
            )
            self._known[outlet] = {row[0] for row in rows}
        return self._known[outlet]

    def add(self, at: Print, blocks: Sequence[Block], counted: frozenset[int]) -> None:
        """Count those *blocks* of an article whose keys are *counted*.

        Lines that cross the threshold queue every article that printed them.
        """
        keys = sorted(counted)
        again = self._printed_before(at.outlet, keys)
        self._db.conn.execute(
            "INSERT OR IGNORE INTO block_prints (outlet, block, article)"
            " SELECT ?1, value, ?2 FROM json_each(?3)",
            [at.outlet, at.article, orjson.dumps(keys).decode()],
        )
        if again:
            texts = {block_key(block.text): block.text for block in reversed(blocks)}
            for key in again:
                self._count_print(at, key, texts[key])

    def remove(self, outlet: int | None, article: int, blocks: Sequence[Block]) -> None:
        """Take an article's *blocks* out of the counts; settle() counts again."""
        if outlet is None:
            return
        self.mark_stale(outlet, blocks)
        self._db.conn.executemany(
            "DELETE FROM block_prints WHERE outlet = ? AND block = ? AND article = ?",
            [(outlet, key, article) for key in counted_keys(blocks)],
        )

    def mark_stale(self, outlet: int | None, blocks: Sequence[Block]) -> None:
        """Let settle() count these lines again: an article changed its story."""
        self._db.conn.executemany(
            "UPDATE outlet_blocks SET stale = 1 WHERE outlet = ? AND block = ?",
            [(outlet, key) for key in counted_keys(blocks)],
        )

    def stale(self, limit: int) -> list[tuple[int, int]]:
        """Return lines to be counted again, as (outlet, block)."""
        return self._db.conn.execute(
            "SELECT outlet, block FROM outlet_blocks WHERE stale LIMIT ?", [limit]
        ).fetchall()

    def recount(self, outlet: int, key: int) -> None:
        """Count one line from all of its prints."""
        row = self._db.conn.execute(_COUNT, {"outlet": outlet, "block": key}).fetchone()
        self._save(outlet, key, row)
        if not row[0]:
            self._db.conn.execute(
                "DELETE FROM outlet_blocks WHERE outlet = ? AND block = ?",
                [outlet, key],
            )

    def _count_print(self, at: Print, key: int, text: str) -> None:
        row = self._db.conn.execute(
            "SELECT stories, days, first_day, last_day, stale FROM outlet_blocks"
            " WHERE outlet = ? AND block = ?",
            [at.outlet, key],
        ).fetchone()
        if row is None:
            self._db.conn.execute(
                "INSERT INTO outlet_blocks (outlet, block, text, stories, days)"
                " VALUES (?, ?, ?, 0, 0)",
                [at.outlet, key, text],
            )
        # A stale line still counts a print that was taken out.
        if row is None or row[4]:
            self.recount(at.outlet, key)
            return
        stories, days, first, last, _ = row
        values = {**_values(at), "block": key}
        if self._db.conn.execute(_SAME_STORY, values).fetchone() is None:
            stories += 1
        if self._is_new_day(at, key, first, last):
            days += 1
        if at.day:
            first, last = min(first or at.day, at.day), max(last or at.day, at.day)
        self._save(at.outlet, key, (stories, days, first, last))

    def _is_new_day(
        self, at: Print, key: int, first: str | None, last: str | None
    ) -> bool:
        if at.day is None or at.day in (first, last):
            return False
        if first is None or last is None or not first < at.day < last:
            return True
        # Between the days of a line that is known already, one more changes nothing.
        if key in self.boilerplate(at.outlet):
            return False
        values = {**_values(at), "block": key}
        return self._db.conn.execute(_SAME_DAY, values).fetchone() is None

    def _save(self, outlet: int, key: int, row: tuple[Any, ...]) -> None:
        counts = BlockCounts(stories=row[0], days=row[1])
        now = is_boilerplate(counts, rule=DEFAULT_RULE)
        before = key in self.boilerplate(outlet)
        self._db.conn.execute(_SAVE, [*row, now, outlet, key])
        if now == before:
            return
        (self._known[outlet].add if now else self._known[outlet].discard)(key)
        self._db.conn.execute(
            "INSERT INTO settle_queue (article, reason)"
            " SELECT article, 'boilerplate' FROM block_prints"
            " WHERE outlet = ? AND block = ? ON CONFLICT (article) DO NOTHING",
            [outlet, key],
        )

    def _printed_before(self, outlet: int, keys: list[int]) -> list[int]:
        rows = self._db.conn.execute(
            "SELECT value FROM json_each(?2) WHERE EXISTS (SELECT 1 FROM block_prints"
            " WHERE outlet = ?1 AND block = value)",
            [outlet, orjson.dumps(keys).decode()],
        )
        return [row[0] for row in rows]


def _values(at: Print) -> dict[str, Any]:
    return {
        "outlet": at.outlet,
        "article": at.article,
        "story": at.story,
        "day": at.day,
    }
