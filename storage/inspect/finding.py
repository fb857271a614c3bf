"""The Search page: folded full-text search with filters, facets and snippets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage.database import Database
from storage.inspect.story_list import filters_of
from storage.search import search_articles
from storage.search_query import match_expression

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from storage.inspect.asking import Asked
    from storage.search import Filters, Hit
    from storage.snippets import Snippet

PAGE = 20
# Facets count the newest hits; a word of every second article has half a million.
_FACETED = 5_000
_VALUES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """How many hits each value of *name* has, the most frequent first."""

    name: str
    values: list[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """What was found; *found* counts the hits that the facets are drawn from.

    *problem* says why nothing was searched. *more_than*: there are hits beyond those
    that were counted.
    """

    query: str
    filters: Filters
    hits: list[Hit]
    facets: list[Facet]
    found: int
    more_than: bool
    offset: int
    next: int | None
    only_canonical: bool
    problem: str | None = None


def read_search(conn: sqlite3.Connection, asked: Asked) -> SearchPage:
    """Search as the query string asks; an empty query finds nothing."""
    query = asked.text("q") or ""
    filters = replace(filters_of(asked), only_canonical=bool(asked.text("canonical")))
    offset = asked.whole("offset", 0)
    expression = match_expression(query)
    hits: list[Hit] = []
    facets: list[Facet] = []
    found = 0
    if expression is not None:
        # A connection that is datasette's: nothing may be set on it.
        db = Database(conn, recursive_triggers=False, execute_plugins=False)
        hits = search_articles(
            db, query, filters=filters, limit=PAGE + 1, offset=offset
        )
        facets, found = _facets(conn, expression, filters)
    return SearchPage(
        query=query,
        filters=filters,
        hits=hits[:PAGE],
        facets=facets,
        found=min(found, _FACETED),
        more_than=found > _FACETED,
        offset=offset,
        next=offset + PAGE if len(hits) > PAGE else None,
        only_canonical=filters.only_canonical,
        problem="Type a word to search for." if query and expression is None else None,
    )


def _facets(
    conn: sqlite3.Connection, expression: str, filters: Filters
) -> tuple[list[Facet], int]:
    conditions, values = filters.conditions()
    where = "".join(f" AND {condition}" for condition in conditions)
    rows = conn.execute(
        f"""
SELECT articles.outlet, articles.agency, articles.language,
    substr(articles.published, 1, 4) AS year
FROM search JOIN articles ON articles.id = search.rowid
WHERE search MATCH :expression{where}
ORDER BY search.rowid DESC LIMIT {_FACETED + 1}""",
        {"expression": expression, **values},
    ).fetchall()
    outlets = dict(conn.execute("SELECT id, name FROM outlets").fetchall())
    agencies = dict(conn.execute("SELECT id, name FROM agencies").fetchall())
    columns: dict[str, list[str | None]] = {
        "outlet": [outlets.get(row["outlet"]) for row in rows],
        "agency": [agencies.get(row["agency"]) for row in rows],
        "language": [row["language"] for row in rows],
        "year": [row["year"] for row in rows],
    }
    return [_facet(name, found) for name, found in columns.items()], len(rows)


def _facet(name: str, values: list[str | None]) -> Facet:
    counts: dict[str, int] = {}
    for value in values:
        if value:
            counts[value] = counts.get(value, 0) + 1
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return Facet(name=name, values=ranked[:_VALUES])


def pieces(snippet: Snippet) -> Iterator[tuple[str, bool]]:
    """Yield a snippet's runs of text and whether each one is a hit."""
    at = 0
    for start, end in snippet.highlights:
        if start > at:
            yield snippet.text[at:start], False
        yield snippet.text[start:end], True
        at = end
    if at < len(snippet.text):
        yield snippet.text[at:], False
