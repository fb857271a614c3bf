"""The row that an article has already: found by its address, or by the id in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedupe.text import fold
from storage.urls import article_id, url_key

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.article import Article
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


def is_forgotten(db: Database, key: str, url: str) -> bool:
    return (
        db.conn.execute(
            "SELECT 1 FROM tombstones WHERE url_key IN (?, ?)", [key, url_key(url)]
        ).fetchone()
        is not None
    )


def find_stored(
    db: Database, key: str, article: Article, outlet: int | None
) -> Stored | None:
    execute = db.conn.execute
    own = url_key(article.url)
    rows = execute("SELECT id FROM articles WHERE url_key IN (?, ?)", [key, own])
    found = [row[0] for row in rows]
    if found:
        return load_stored(db, min(found))
    number = article_id(article.url)
    if number is None or outlet is None:
        return None
    rows = execute(
        "SELECT id FROM articles WHERE outlet = ? AND url_id = ? LIMIT 5",
        [outlet, number],
    )
    # The id may be a section's: only an equal headline makes it the article.
    for row in rows.fetchall():
        stored = load_stored(db, row[0])
        if stored and fold(stored.headline) == fold(article.headline):
            return stored
    return None


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


def story_of(db: Database, article: int) -> int:
    row = db.conn.execute(
        "SELECT story FROM articles WHERE id = ?", [article]
    ).fetchone()
    return int(row[0])
