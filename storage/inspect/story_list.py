"""Stories by filter: what the Stories page and both feeds list, one row a story."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from storage.search import Filters

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from storage.inspect.asking import Asked

PAGE = 30
_LEAD = 320  # characters of the body that a list shows

_ROWS = f"""
SELECT stories.id, stories.size, stories.outlets, stories.first_published,
    stories.last_published, stories.first,
    a.id AS article, a.headline, a.subheadline, a.language, a.published,
    a.published_precision, a.url, a.byline, a.authors, a.section, a.tags,
    a.modified, a.fetched, substr(a.body, 1, {_LEAD}) AS lead,
    length(a.body) > {_LEAD} AS is_cut,
    outlets.id AS outlet_id, outlets.name AS outlet,
    agencies.id AS agency_id, agencies.name AS agency
FROM stories
JOIN articles AS a ON a.id = stories.canonical
LEFT JOIN outlets ON outlets.id = a.outlet
LEFT JOIN agencies ON agencies.id = a.agency
WHERE stories.id IN ({{places}})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which stories: any of a story's articles must fit *filters*.

    *order*: "newest", or "outlets" for those that most outlets printed. *least* is
    the smallest number of outlets.
    """

    filters: Filters
    order: str = "newest"
    least: int = 1

    @property
    def by_article(self) -> bool:
        """Whether a filter asks about articles, and not only about stories."""
        return bool(self.filters.outlet or self.filters.agency or self.filters.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryList:
    """A page of stories; *next* is the offset of the page after it, or None."""

    wanted: Wanted
    rows: list[sqlite3.Row]
    offset: int
    next: int | None


def wanted_of(asked: Asked) -> Wanted:
    """Read the filters of a query string."""
    return Wanted(
        filters=filters_of(asked),
        order=asked.choice("order", ("newest", "outlets")),
        least=asked.whole("least", 1),
    )


def filters_of(asked: Asked) -> Filters:
    """Read the filters that search and stories share."""
    return Filters(
        outlet=asked.text("outlet"),
        agency=asked.text("agency"),
        language=asked.text("language"),
        since=asked.date("since"),
        until=asked.date("until"),
    )


def read_story_list(
    conn: sqlite3.Connection, asked: Asked, size: int = PAGE
) -> StoryList:
    """Read one page of the stories asked for."""
    wanted, offset = wanted_of(asked), asked.whole("offset", 0)
    found = list(islice(_ids(conn, wanted), offset, offset + size + 1))
    more = len(found) > size
    return StoryList(
        wanted=wanted,
        rows=story_rows(conn, found[:size]),
        offset=offset,
        next=offset + size if more else None,
    )


def story_rows(conn: sqlite3.Connection, ids: Iterable[int]) -> list[sqlite3.Row]:
    """Read the stories *ids* with their canonical articles, in the order given."""
    ids = list(ids)
    places = ", ".join("?" * len(ids))
    rows = conn.execute(_ROWS.format(places=places), ids).fetchall()
    by_id = {row["id"]: row for row in rows}
    return [by_id[one] for one in ids if one in by_id]


def _ids(conn: sqlite3.Connection, wanted: Wanted) -> Iterable[int]:
    if wanted.by_article:
        return _ids_by_article(conn, wanted)
    conditions = ["outlets >= :least"]
    if wanted.filters.since:
        conditions.append("first_published >= :since")
    if wanted.filters.until:
        conditions.append("first_published <= :until || '~'")
    order = "outlets DESC, first_published DESC"
    if wanted.order == "newest":
        order = "first_published DESC, id DESC"
    cursor = conn.execute(
        f"SELECT id FROM stories WHERE {' AND '.join(conditions)} ORDER BY {order}",
        {
            "least": wanted.least,
            "since": wanted.filters.since,
            "until": wanted.filters.until,
        },
    )
    return (row[0] for row in cursor)


def _ids_by_article(conn: sqlite3.Connection, wanted: Wanted) -> Iterable[int]:
    conditions, values = wanted.filters.conditions()
    where = " AND ".join(conditions)
    if wanted.order == "outlets":
        cursor = conn.execute(
            "SELECT articles.story, stories.outlets FROM articles"
            " JOIN stories ON stories.id = articles.story"
            f" WHERE {where} ORDER BY stories.outlets DESC, stories.first_published DESC",
            values,
        )
    else:
        # Sorted as ids, which an index holds; the rows are read as the page asks.
        cursor = conn.execute(
            "SELECT articles.story, stories.outlets FROM ("
            f"SELECT id FROM articles WHERE {where} ORDER BY published DESC LIMIT -1"
            ") AS found CROSS JOIN articles ON articles.id = found.id"
            " CROSS JOIN stories ON stories.id = articles.story",
            values,
        )
    seen: set[int] = set()
    for story, outlets in cursor:
        if story not in seen and outlets >= wanted.least:
            seen.add(story)
            yield story
