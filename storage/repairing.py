"""Deriving anew what `wirecopy check` found wrong, as far as it can be derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.counts import count_again
from storage.database import quote_identifier
from storage.key_filter import find_lossy
from storage.recent_keys import draw_stamp
from storage.search import index_everything
from storage.settle import empty_index, queue_everything, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from storage.store import Store

MISPLACED = (
    "SELECT articles.id, length(block_kinds) FROM articles JOIN removed_blocks"
    " ON removed_blocks.article = articles.id GROUP BY articles.id"
    " HAVING max(position) >= length(block_kinds) + count(*)"
    " OR count(DISTINCT position) < count(*)"
)

_JSON = ("authors", "tags", "captions", "field_sources")
GARBLED = "SELECT id FROM articles WHERE " + " OR ".join(
    f"NOT json_valid(coalesce({column}, '[]'))" for column in _JSON
)


def repair(store: Store, parts: set[str]) -> None:
    """Mend *parts* of a database, and settle what that made stale."""
    for part, mend in _MENDS.items():
        if part in parts:
            with store.transaction() as db:
                mend(store, db)
    store.forget_caches()
    settle(store)
    if parts & {"counts", "keys"}:
        with store.transaction() as db:
            count_again(db)


def _mend_keys(store: Store, db: Database) -> None:
    """Remove what belongs to a row that is gone, as deleting that row would have."""
    tables = {row[0] for row in db.conn.execute("PRAGMA foreign_key_check")}
    for table in map(quote_identifier, sorted(tables)):
        for row in db.conn.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            parent, column = map(quote_identifier, row[2:4])
            action = row[6]
            lost = f"{column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {parent})"
            if action == "CASCADE":
                db.conn.execute(f"DELETE FROM {table} WHERE {lost}")
            elif action == "SET NULL":
                db.conn.execute(f"UPDATE {table} SET {column} = NULL WHERE {lost}")
    draw_stamp(db.conn)


def _mend_blocks(store: Store, db: Database) -> None:
    """Call every block a paragraph where a body has other blocks than kinds.

    Blocks that were taken out of a place that is not there go behind the others, and a
    list that cannot be read is empty.
    """
    for column in _JSON:
        db.conn.execute(
            f"UPDATE articles SET {column} = NULL WHERE NOT json_valid({column})"
        )
    rows = db.conn.execute("SELECT id, body, block_kinds FROM articles")
    for article, body, kinds in rows:
        count = len(body.split("\n\n")) if body else 0
        if count != len(kinds):
            sql = "UPDATE articles SET block_kinds = ? WHERE id = ?"
            db.conn.execute(sql, ["p" * count, article])
    for article, count in db.conn.execute(MISPLACED).fetchall():
        _move_removed(db, article, count)


def _move_removed(db: Database, article: int, place: int) -> None:
    rows = db.conn.execute(
        "SELECT id FROM removed_blocks WHERE article = ? ORDER BY position", [article]
    ).fetchall()
    db.conn.executemany(
        "UPDATE removed_blocks SET position = ?, repeats = NULL WHERE id = ?",
        [(place + number, row[0]) for number, row in enumerate(rows)],
    )


def _mend_texts(store: Store, db: Database) -> None:
    rows = db.conn.execute("SELECT id, headline, body FROM articles")
    for article, headline, body in rows:
        signed = store.adder.decider.sign(headline, body)
        db.conn.execute(
            "UPDATE articles SET words = ?, text_hash = ?, headline_hash = ? WHERE id = ?",
            [signed.words, signed.fold, signed.headline, article],
        )
    empty_index(db, "check")


def _mend_aliases(store: Store, db: Database) -> None:
    db.conn.execute(
        "DELETE FROM story_aliases WHERE id IN (SELECT id FROM stories)"
        " OR story NOT IN (SELECT id FROM stories)"
    )


def _mend_index(store: Store, db: Database) -> None:
    empty_index(db, "check")


def _mend_filters(store: Store, db: Database) -> None:
    """Forget what holds keys back: it is made anew when its slice is written next."""
    lossy = [(part,) for part in find_lossy(db.conn)]
    db.conn.executemany("DELETE FROM key_filters WHERE slice = ?", lossy)
    draw_stamp(db.conn)


def _mend_search(store: Store, db: Database) -> None:
    index_everything(db)


def _mend_lines(store: Store, db: Database) -> None:
    """Forget prints of articles that are gone, and count every line again."""
    db.conn.execute(
        "DELETE FROM block_prints WHERE article NOT IN (SELECT id FROM articles)"
    )
    db.conn.execute("UPDATE outlet_blocks SET stale = 1")


def _mend_stories(store: Store, db: Database) -> None:
    orphans = db.conn.execute(
        "SELECT id, headline FROM articles WHERE story IS NULL"
        " OR story NOT IN (SELECT id FROM stories)"
    ).fetchall()
    for article, headline in orphans:
        story = store.adder.stories.mint(headline)
        db.conn.execute("UPDATE articles SET story = ? WHERE id = ?", [story, article])
        db.conn.execute("UPDATE stories SET anchor = ? WHERE id = ?", [article, story])
    db.conn.execute(
        "DELETE FROM stories WHERE id NOT IN"
        " (SELECT story FROM articles WHERE story IS NOT NULL)"
    )
    queue_everything(db, "check")


# In this order: what a later one reads, an earlier one has mended.
_MENDS: dict[str, Callable[[Store, Database], None]] = {
    "keys": _mend_keys,
    "articles": _mend_blocks,
    "aliases": _mend_aliases,
    "texts": _mend_texts,
    "index": _mend_index,
    "filters": _mend_filters,
    "search": _mend_search,
    "lines": _mend_lines,
    "stories": _mend_stories,
}
