"""The row that an article has already: found by its address, or by the id in it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedupe.text import fold
from storage.unmet import Unmet
from storage.urls import article_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from storage.preparing import Prepared


@dataclass(frozen=True, slots=True)
class Stored:
    """The row that an article with the same identity has already."""

    id: int
    headline: str
    body: str
    fold: int | None
    content_hash: str | None
    outlet: int | None
    updated: str | None
    indexed: bool


class Identities:
    """Finds the row that an article has already; asks once for a whole batch."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._unknown: Unmet[str] = Unmet(
            db, ("articles", "url_key"), ("tombstones", "url_key")
        )

    @contextmanager
    def batch(self, batch: Sequence[Prepared]) -> Iterator[None]:
        """Ask at once which addresses of a batch are new."""
        self._unknown.ask(key for one in batch for key in set(one.addresses))
        try:
            yield
        finally:
            self._unknown.forget()

    def is_forgotten(self, prepared: Prepared) -> bool:
        """Tell whether a tombstone keeps an article out."""
        if self._is_new(prepared):
            return False
        sql = "SELECT 1 FROM tombstones WHERE url_key IN (?, ?)"
        row = self._db.conn.execute(sql, prepared.addresses).fetchone()
        return row is not None

    def find(self, prepared: Prepared, outlet: int | None) -> Stored | None:
        """Find the row by the addresses, or by the id in the URL."""
        execute = self._db.conn.execute
        if not self._is_new(prepared):
            sql = "SELECT id FROM articles WHERE url_key IN (?, ?)"
            found = [row[0] for row in execute(sql, prepared.addresses)]
            if found:
                return load_stored(self._db, min(found))
        number = article_id(prepared.article.url)
        if number is None or outlet is None:
            return None
        rows = execute(
            "SELECT id FROM articles WHERE outlet = ? AND url_id = ? LIMIT 5",
            [outlet, number],
        )
        # The id may be a section's: only an equal headline makes it the article.
        for row in rows.fetchall():
            stored = load_stored(self._db, row[0])
            if stored and fold(stored.headline) == fold(prepared.article.headline):
                return stored
        return None

    def _is_new(self, prepared: Prepared) -> bool:
        return all(key in self._unknown for key in prepared.addresses)


def load_stored(db: Database, article: int) -> Stored | None:
    row = db.conn.execute(
        "SELECT id, headline, body, text_hash, content_hash, outlet, updated, indexed"
        " FROM articles WHERE id = ?",
        [article],
    ).fetchone()
    return None if row is None else Stored(*row)


def same_text(stored: Stored, prepared: Prepared) -> bool:
    return stored.fold == prepared.signed.fold and (
        fold(stored.headline) == fold(prepared.article.headline)
    )


def same_letters(stored: Stored, prepared: Prepared) -> bool:
    return (stored.headline, stored.body) == (
        prepared.article.headline,
        prepared.body.body,
    )


def load_times(db: Database, article: int) -> dict[str, str | None]:
    row = db.conn.execute(
        "SELECT published, fetched FROM articles WHERE id = ?", [article]
    ).fetchone()
    return {"published": row[0], "fetched": row[1]}


def story_of(db: Database, article: int) -> tuple[int, str]:
    """Return the story of an article, and its role in it."""
    story, role = db.conn.execute(
        "SELECT story, role FROM articles WHERE id = ?", [article]
    ).fetchone()
    return story, role
