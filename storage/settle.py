"""Re-deriving what new knowledge made stale, in bounded transactions.

What waits is rows of settle_queue and stale lines of outlet_blocks, written in the
transaction that made them stale: a settle that dies goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.outlet_blocks import OutletBlocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from storage.store import Store

logger = logging.getLogger(__name__)

_BATCH = 50
_LINES = 200
INDEX_TABLES = (
    *("bands", "passage_keys", "recent_keys", "key_filters", "signatures"),
    *("stranger_passages", "crowded_keys", "lone_keys"),
)
# Two lines can each be boilerplate only while the other is not; the article then keeps
# the state it was left in.
_MOST_TURNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReport:
    """How many articles were derived again, and how many lines were counted again."""

    articles: int = 0
    lines: int = 0


def count_waiting(store: Store) -> int:
    """Return how many articles wait for settle()."""
    row = store.db.conn.execute("SELECT count(*) FROM settle_queue").fetchone()
    return int(row[0])


def empty_index(db: Database, reason: str) -> None:
    """Empty the index and queue every article for settle(), which fills it again."""
    # Which loads the kernels.
    from storage.recent_keys import draw_stamp

    for table in INDEX_TABLES:
        # A migration does so before there are all of them.
        if db[table].exists():
            db.conn.execute(f"DELETE FROM {table}")
    draw_stamp(db.conn)
    db.conn.execute("UPDATE articles SET indexed = 0 WHERE indexed")
    queue_everything(db, reason)


def queue_everything(db: Database, reason: str) -> None:
    """Queue every article for settle()."""
    db.conn.execute(
        "INSERT INTO settle_queue (article, reason) SELECT id, ? FROM articles"
        " WHERE true ON CONFLICT (article) DO NOTHING",
        [reason],
    )


def settle(
    store: Store,
    *,
    run: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> SettleReport:
    """Derive every waiting article again: body, index, search, pairs and stories.

    *progress* is called with how many articles each transaction settled.
    """
    if not count_waiting(store) and not OutletBlocks(store.db).stale(1):
        # What would load the kernels first.
        return SettleReport()
    turns: Counter[int] = Counter()
    articles = lines = 0
    while True:
        counted = _count_lines(store)
        settled = _settle_some(store, turns, run)
        if not counted and not settled:
            return SettleReport(articles=articles, lines=lines)
        articles, lines = articles + settled, lines + counted
        if progress is not None:
            progress(settled)


def _count_lines(store: Store) -> int:
    with store.transaction():
        stale = store.adder.blocks.stale(_LINES)
        for outlet, block in stale:
            store.adder.blocks.recount(outlet, block)
    return len(stale)


def _settle_some(store: Store, turns: Counter[int], run: int | None) -> int:
    # Another process may have learnt lines since.
    store.forget_caches()
    with store.transaction() as db:
        rows = db.conn.execute(
            "SELECT article FROM settle_queue ORDER BY article LIMIT ?", [_BATCH]
        ).fetchall()
        db.conn.executemany("DELETE FROM settle_queue WHERE article = ?", rows)
        turns.update(row[0] for row in rows)
        lasting = {article for (article,) in rows if turns[article] > _MOST_TURNS}
        for article in sorted(lasting):
            logger.warning("Article %(id)d does not settle", {"id": article})
        store.adder.derive_again((row[0] for row in rows if row[0] not in lasting), run)
    return len(rows)
