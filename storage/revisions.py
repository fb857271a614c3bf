"""Earlier texts of an article; the difference is derived, both texts are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.articles import encode_kinds, iso, load_article

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.article import Article


def insert_revision(
    db: Database,
    article: int,
    *,
    replaced: str | None,
    text: Article | None = None,
) -> None:
    """Keep a text of *article*: the one shown now, unless another is given."""
    if text is None:
        text = load_article(db, article)
        (fetched,) = db.conn.execute(
            "SELECT coalesce(updated, fetched) FROM articles WHERE id = ?", [article]
        ).fetchone()
    else:
        fetched = iso(text.fetched)
    db.conn.execute(
        "INSERT INTO revisions (article, headline, subheadline, modified, fetched,"
        " replaced, content_hash, block_kinds, body) VALUES (?,?,?,?,?,?,?,?,?)",
        [
            *(article, text.headline, text.subheadline, iso(text.modified), fetched),
            *(replaced, text.content_hash, encode_kinds(text.blocks), text.body),
        ],
    )


def has_revision(db: Database, article: int, text: Article) -> bool:
    """Tell whether this very text is kept as a revision already."""
    return (
        db.conn.execute(
            "SELECT 1 FROM revisions WHERE article = ? AND headline = ? AND body = ?",
            [article, text.headline, text.body],
        ).fetchone()
        is not None
    )


def copy_revisions(theirs: Database, source: int, ours: Database, target: int) -> None:
    """Copy the revisions of an article from another database, each once."""
    columns = (
        "headline, subheadline, modified, fetched, replaced, content_hash,"
        " block_kinds, body"
    )
    rows = theirs.conn.execute(
        f"SELECT {columns} FROM revisions WHERE article = ? ORDER BY id", [source]
    )
    ours.conn.executemany(
        f"INSERT INTO revisions (article, {columns})"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS ("
        "SELECT 1 FROM revisions WHERE article = ?1 AND headline = ?2 AND body = ?9"
        " AND fetched IS ?5)",
        [(target, *row) for row in rows],
    )
