"""A database in a few figures: what was stored, what repeats, who printed first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletShare:
    """What one outlet printed: alone, before others, after others."""

    outlet: str
    articles: int
    alone: int
    first: int
    later: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One story; *first* is the outlet that printed it first, None where undecided.

    *example* holds the ids of its canonical and of the latest copy.
    """

    story: int
    headline: str
    first: str | None
    articles: int
    outlets: int
    example: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a database holds; *removed* counts the blocks taken out, by reason."""

    pages: int
    articles: int
    stories: int
    copies: int
    removed: Mapping[str, int]
    outlets: tuple[OutletShare, ...]
    largest: tuple[StoryLine, ...]


def load_overview(db: Database, *, stories: int = 5) -> Overview:
    """Count what *db* holds, and name its largest *stories*."""

    def count(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0])

    return Overview(
        pages=count("SELECT count(*) FROM pages"),
        articles=count("SELECT count(*) FROM articles"),
        stories=count("SELECT count(*) FROM stories"),
        copies=count("SELECT count(*) FROM articles WHERE role = 'copy'"),
        removed=dict(
            db.execute(
                "SELECT reason, count(*) FROM removed_blocks GROUP BY 1 ORDER BY 2 DESC"
            ).fetchall()
        ),
        outlets=_outlets(db),
        largest=_largest(db, stories),
    )


def _outlets(db: Database) -> tuple[OutletShare, ...]:
    rows = db.query(
        "SELECT outlet, articles, alone, ifnull(first, 0) AS first,"
        " ifnull(later, 0) AS later FROM outlet_dependence"
        " ORDER BY first DESC, alone DESC, outlet"
    )
    return tuple(OutletShare(**row) for row in rows)


def _largest(db: Database, limit: int) -> tuple[StoryLine, ...]:
    rows = db.query(
        """
        SELECT stories.id AS story, canonical.headline, outlets.name AS first,
            stories.size AS articles, stories.outlets, stories.canonical,
            (SELECT copy.id FROM articles AS copy WHERE copy.story = stories.id
             AND copy.role = 'copy' ORDER BY copy.published DESC LIMIT 1) AS latest
        FROM stories
        JOIN articles AS canonical ON canonical.id = stories.canonical
        LEFT JOIN articles AS first ON first.id = stories.first
        LEFT JOIN outlets ON outlets.id = first.outlet
        WHERE stories.size > 1
        ORDER BY stories.size DESC, stories.id LIMIT ?
        """,
        [limit],
    )
    return tuple(
        StoryLine(example=(row.pop("canonical"), row.pop("latest")), **row)
        for row in rows
    )
