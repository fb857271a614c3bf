"""Rows of articles, and back to the record and its blocks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from dedupe.block import Block
from dedupe.blocks import CleanBody, RemovedBlock
from storage.article import Article
from storage.errors import DatabaseError
from storage.outlets import UNNAMED_AGENCY
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

_LETTERS = {
    "paragraph": "p",
    "subhead": "h",
    "list item": "l",
    "quote": "q",
    "caption": "c",
    "cell": "t",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_GAP = "\n\n"

# What a page says about its text; columns of the same names hold it.
_PLAIN = (
    *("url", "canonical_url", "headline", "subheadline", "byline", "dateline"),
    *("language", "published_precision", "published_from", "modified_precision"),
    *("modified_from", "section", "image", "access", "extractor", "content_hash"),
)
_LISTS = ("authors", "tags", "captions")
_TIMES = ("published", "modified", "fetched")
METADATA = (*_PLAIN, *_LISTS, *_TIMES, "field_sources")
_DERIVED = (
    *("url_key", "url_id", "outlet", "agency", "words", "text_hash", "updated"),
    "headline_hash",
    *("block_kinds", "body", "story", "role"),
)
_COLUMNS = ("id", *METADATA, *_DERIVED, "indexed")
_INSERT = (
    f"INSERT INTO articles ({', '.join(_COLUMNS)})"
    f" VALUES ({', '.join(f':{column}' for column in _COLUMNS)})"
)
_SELECT = (
    f"SELECT {', '.join(f'articles.{column}' for column in (*METADATA, *_DERIVED))},"
    " outlets.name, agencies.name FROM articles"
    " LEFT JOIN outlets ON outlets.id = articles.outlet"
    " LEFT JOIN agencies ON agencies.id = articles.agency WHERE articles.id = ?"
)


def iso(moment: datetime | None) -> str | None:
    """Write an aware datetime as the tables do: "2026-11-01T05:00:00Z"."""
    if moment is None:
        return None
    # strftime() leaves the zeros of years before 1000 out.
    return (
        moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    )


def parse_time(text: str) -> datetime:
    """Read what iso() wrote."""
    return datetime.fromisoformat(text)


def encode_kinds(blocks: Sequence[Block]) -> str:
    """Write the kinds of *blocks*, a letter each."""
    return "".join(_LETTERS[block.kind] for block in blocks)


def decode_blocks(body: str, kinds: str) -> tuple[Block, ...]:
    """Read blocks back from a body and the letters of their kinds."""
    texts = body.split(_GAP) if kinds else []
    return tuple(
        Block(text, _KINDS[kind])  # type: ignore[arg-type]
        for text, kind in zip(texts, kinds, strict=True)
    )


def metadata_row(article: Article) -> dict[str, Any]:
    """Return the columns that hold what the page says, without its text."""
    row: dict[str, Any] = {name: getattr(article, name) for name in _PLAIN}
    row |= {name: _json(getattr(article, name)) for name in _LISTS}
    row |= {name: iso(getattr(article, name)) for name in _TIMES}
    row["field_sources"] = _json(dict(article.field_sources))
    return row


def body_row(clean: CleanBody) -> dict[str, Any]:
    """Return the columns that hold a clean body."""
    return {"body": clean.body, "block_kinds": encode_kinds(clean.kept)}


def insert_article(db: Database, row: dict[str, Any]) -> None:
    """Insert one row, every column given."""
    db.conn.execute(_INSERT, row)


def update_article(db: Database, article: int, row: dict[str, Any]) -> None:
    """Write the given columns of an article."""
    sets = ", ".join(f"{name} = :{name}" for name in row)
    db.conn.execute(
        f"UPDATE articles SET {sets} WHERE id = :article_id",
        {**row, "article_id": article},
    )


def insert_removed(db: Database, article: int, removed: Iterable[RemovedBlock]) -> None:
    """Write the blocks that were taken out of an article."""
    rows = [
        (article, r.position, r.block.kind, r.block.text, r.reason, r.repeats)
        for r in removed
    ]
    if rows:
        db.conn.executemany(
            "INSERT INTO removed_blocks (article, position, kind, text, reason, repeats)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )


def delete_removed(db: Database, article: int) -> None:
    """Forget which blocks were taken out, before they are written anew."""
    db.conn.execute("DELETE FROM removed_blocks WHERE article = ?", [article])


def load_clean_body(db: Database, article: int) -> CleanBody:
    """Load the clean body with what was removed; raises DatabaseError on no article."""
    row = db.conn.execute(
        "SELECT body, block_kinds FROM articles WHERE id = ?", [article]
    ).fetchone()
    if row is None:
        raise DatabaseError(f"no article {article}: give an id or a URL that is stored")
    removed = db.conn.execute(
        "SELECT position, kind, text, reason, repeats FROM removed_blocks"
        " WHERE article = ? ORDER BY position",
        [article],
    ).fetchall()
    return CleanBody(
        kept=decode_blocks(*row),
        removed=tuple(
            RemovedBlock(
                position=position, block=Block(text, kind), reason=reason, repeats=of
            )
            for position, kind, text, reason, of in removed
        ),
    )


def load_article(db: Database, article: int) -> Article:
    """Load the record as it was extracted, repeats and boilerplate in their places.

    Raises DatabaseError where there is no such article.
    """
    clean = load_clean_body(db, article)
    row = db.conn.execute(_SELECT, [article]).fetchone()
    values = dict(zip((*METADATA, *_DERIVED, "outlet", "agency"), row, strict=True))
    fields: dict[str, Any] = {name: values[name] for name in _PLAIN}
    fields |= {name: values[name] and parse_time(values[name]) for name in _TIMES}
    fields |= {name: tuple(orjson.loads(values[name] or "[]")) for name in _LISTS}
    fields["field_sources"] = orjson.loads(values["field_sources"] or "{}")
    agency = values["agency"]
    fields["agency"] = "" if agency == UNNAMED_AGENCY else agency
    fields["extractor"] = values["extractor"] or ""
    return Article(blocks=clean.rebuild(), outlet=values["outlet"], **fields)


def find_article(db: Database, reference: str) -> int | None:
    """Find an article by its id or its URL."""
    if reference.isdecimal():
        # Compared as text, no number is too large for SQLite.
        row = db.conn.execute(
            "SELECT id FROM articles WHERE id = CAST(? AS INTEGER)", [reference]
        ).fetchone()
    else:
        row = db.conn.execute(
            "SELECT id FROM articles WHERE url_key = ?", [url_key(reference)]
        ).fetchone() or (
            db.conn.execute(
                "SELECT id FROM articles WHERE url = ? OR canonical_url = ? LIMIT 1",
                [reference, reference],
            ).fetchone()
        )
    return None if row is None else int(row[0])


def pick_article(db: Database, reference: str) -> int:
    """Return the article that *reference* names; raises DatabaseError on none."""
    article = find_article(db, reference)
    if article is None:
        raise DatabaseError(
            f"no article {reference}: give an id or a URL that is stored"
        )
    return article


def _json(value: Any) -> str | None:
    """Write lists and tables as JSON; an empty one is NULL, so that facets skip it."""
    return orjson.dumps(value).decode() if value else None
