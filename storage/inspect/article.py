"""The Article page: the clean text, what was taken out, where each field came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.inspect.blocks import printed_blocks, removed_of, split_body, texts
from storage.inspect.diff import compare

if TYPE_CHECKING:
    import sqlite3

    from storage.inspect.asking import Asked
    from storage.inspect.blocks import ShownBlock
    from storage.inspect.diff import DiffRow

# Field, and the column of where it was read from.
_FIELDS = (
    *("headline", "subheadline", "byline", "authors", "dateline", "agency"),
    *("language", "published", "modified", "section", "tags", "access"),
    *("canonical_url", "image", "url", "fetched", "extractor"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field's value as stored, and the witness that it was read from."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One revision: what changed when the text of *before* was replaced."""

    before: sqlite3.Row
    headline: list[DiffRow]
    rows: list[DiffRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """Everything that the page shows; revisions come newest first."""

    article: sqlite3.Row
    blocks: list[ShownBlock]
    fields: list[Field]
    changes: list[Change]
    pairs: list[sqlite3.Row]


def read_article(conn: sqlite3.Connection, asked: Asked) -> ArticlePage | None:
    """Read one article; None where there is none."""
    article = conn.execute(
        """
SELECT articles.*, outlets.name AS outlet_name, agencies.name AS agency_name,
    stories.size, stories.outlets AS printed_by, stories.canonical
FROM articles
LEFT JOIN outlets ON outlets.id = articles.outlet
LEFT JOIN agencies ON agencies.id = articles.agency
LEFT JOIN stories ON stories.id = articles.story
WHERE articles.id = ?""",
        (asked.number,),
    ).fetchone()
    if article is None:
        return None
    blocks = printed_blocks(
        article["body"], article["block_kinds"], removed_of(conn, article["id"])
    )
    return ArticlePage(
        article=article,
        blocks=blocks,
        fields=_fields(article),
        changes=_changes(conn, article, texts(blocks)),
        pairs=_pairs(conn, article["id"]),
    )


def _fields(article: sqlite3.Row) -> list[Field]:
    sources = read_json(article["field_sources"], {})
    sources = sources if isinstance(sources, dict) else {}
    for name in ("published", "modified"):
        sources.setdefault(name, article[f"{name}_from"])
    found = []
    for name in _FIELDS:
        value = article["agency_name"] if name == "agency" else article[name]
        if value not in (None, "", "[]"):
            source = str(sources.get(name) or "")
            found.append(Field(name=name, value=listed(value), source=source))
    return found


def listed(value: object) -> str:
    """Write a stored JSON list as its members, anything else as it is."""
    members = read_json(value, None)
    if isinstance(members, list):
        return ", ".join(str(member) for member in members)
    return str(value)


def read_json(text: object, default: Any) -> Any:
    """Read stored JSON; *default* where it is none."""
    if not isinstance(text, str) or not text.startswith(("[", "{")):
        return default
    try:
        return json.loads(text)
    except ValueError:
        return default


def _changes(
    conn: sqlite3.Connection, article: sqlite3.Row, printed: list[str]
) -> list[Change]:
    revisions = conn.execute(
        "SELECT * FROM revisions WHERE article = ? ORDER BY id DESC LIMIT 20",
        (article["id"],),
    ).fetchall()
    changes, headline, after = [], article["headline"], printed
    for before in revisions:
        body = split_body(before["body"])
        changes.append(
            Change(
                before=before,
                headline=compare([before["headline"]], [headline]),
                rows=compare(body, after),
            )
        )
        headline, after = before["headline"], body
    return changes


def _pairs(conn: sqlite3.Connection, article: int) -> list[sqlite3.Row]:
    return conn.execute(
        """
SELECT p.*, other.headline, other.language, other.published, other.story,
    outlets.name AS outlet,
    (SELECT answer FROM reviews WHERE reviews.a = min(p.other, :id)
        AND reviews.b = max(p.other, :id) ORDER BY id DESC LIMIT 1) AS answer
FROM (
    SELECT b AS other, verdict, jaccard, containment_a AS within,
        containment_b AS holds, longest_passage, hours_apart, reason
    FROM pairs WHERE a = :id
    UNION ALL
    SELECT a, verdict, jaccard, containment_b, containment_a, longest_passage,
        hours_apart, reason
    FROM pairs WHERE b = :id
) AS p
JOIN articles AS other ON other.id = p.other
LEFT JOIN outlets ON outlets.id = other.outlet
ORDER BY p.jaccard DESC, p.other LIMIT 100""",
        {"id": article},
    ).fetchall()
