"""What each outlet printed first, later or alone, counted as it is written.

Triggers keep the two tables in step with articles and stories, whoever writes them, so
that no page has to add a million rows up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

TABLES = """
CREATE TABLE outlet_counts (
    outlet INTEGER PRIMARY KEY, -- 0: articles without an outlet
    articles INTEGER NOT NULL,
    alone INTEGER NOT NULL,     -- of stories that no other outlet printed
    first INTEGER NOT NULL,     -- of stories that it printed first
    later INTEGER NOT NULL,     -- of stories that another one printed first
    undecided INTEGER NOT NULL  -- of stories of which nobody knows who was first
);
CREATE TABLE agency_counts (
    agency INTEGER NOT NULL,
    outlet INTEGER NOT NULL,    -- 0: articles without an outlet
    articles INTEGER NOT NULL,
    PRIMARY KEY (agency, outlet)
) WITHOUT ROWID
"""

# How one article counts: *own* is its outlet, *many* whether several outlets printed
# its story, *first* the article that did so first, *source* that one's outlet.
_FIGURES = (
    "{sign}1, {sign}(NOT {many}),"
    " {sign}({many} AND {first} IS NOT NULL AND {source} IS {own}),"
    " {sign}({many} AND {first} IS NOT NULL AND {source} IS NOT {own}),"
    " {sign}({many} AND {first} IS NULL)"
)
_ADD_OUTLET = (
    "INSERT INTO outlet_counts (outlet, articles, alone, first, later, undecided)"
    " SELECT coalesce({own}, 0), {figures} FROM {rows}"
    " ON CONFLICT (outlet) DO UPDATE SET articles = articles + excluded.articles,"
    " alone = alone + excluded.alone, first = first + excluded.first,"
    " later = later + excluded.later, undecided = undecided + excluded.undecided"
)
_ADD_AGENCY = (
    "INSERT INTO agency_counts (agency, outlet, articles)"
    " SELECT {row}.agency, coalesce({row}.outlet, 0), {sign}1"
    " WHERE {row}.agency IS NOT NULL"
    " ON CONFLICT (agency, outlet) DO UPDATE SET articles = articles + excluded.articles"
)


def _article(sign: str, row: str) -> str:
    """Count one article, the *old* or the *new* row of a trigger."""
    figures = _FIGURES.format(
        sign=sign,
        many="(stories.outlets > 1)",
        first="stories.first",
        source=f"iif(stories.first = {row}.id, {row}.outlet, source.outlet)",
        own=f"{row}.outlet",
    )
    return _ADD_OUTLET.format(
        own=f"{row}.outlet",
        figures=figures,
        rows="stories LEFT JOIN articles AS source ON source.id = stories.first"
        f" WHERE stories.id = {row}.story",
    )


def _story(sign: str, row: str) -> str:
    """Count every article of a story, the *old* or the *new* row of a trigger."""
    figures = _FIGURES.format(
        sign=sign,
        many=f"({row}.outlets > 1)",
        first=f"{row}.first",
        source=f"(SELECT outlet FROM articles WHERE id = {row}.first)",
        own="members.outlet",
    )
    return _ADD_OUTLET.format(
        own="members.outlet",
        figures=figures,
        rows=f"articles AS members WHERE members.story = {row}.id",
    )


def _others(sign: str, source: str) -> str:
    """Count what the other members owe to the outlet of the story's first article."""
    figures = _FIGURES.format(
        sign=sign,
        many="(stories.outlets > 1)",
        first="stories.first",
        source=f"{source}.outlet",
        own="members.outlet",
    )
    return _ADD_OUTLET.format(
        own="members.outlet",
        figures=figures,
        rows="stories JOIN articles AS members ON members.story = stories.id"
        " WHERE stories.first = new.id AND members.id <> new.id",
    )


def _agency(sign: str, row: str) -> str:
    return _ADD_AGENCY.format(sign=sign, row=row)


_TRIGGERS = {
    "article_inserted": (
        "AFTER INSERT ON articles",
        (_article("", "new"), _agency("", "new")),
    ),
    "article_deleted": (
        "AFTER DELETE ON articles",
        (_article("-", "old"), _agency("-", "old")),
    ),
    "article_moved": (
        (
            "AFTER UPDATE OF story, outlet ON articles"
            " WHEN old.story IS NOT new.story OR old.outlet IS NOT new.outlet"
        ),
        (_article("-", "old"), _article("", "new")),
    ),
    "first_article_moved": (
        "AFTER UPDATE OF outlet ON articles WHEN old.outlet IS NOT new.outlet",
        (_others("-", "old"), _others("", "new")),
    ),
    "article_credited": (
        (
            "AFTER UPDATE OF agency, outlet ON articles"
            " WHEN old.agency IS NOT new.agency OR old.outlet IS NOT new.outlet"
        ),
        (_agency("-", "old"), _agency("", "new")),
    ),
    "story_inserted": ("AFTER INSERT ON stories", (_story("", "new"),)),
    "story_deleted": ("AFTER DELETE ON stories", (_story("-", "old"),)),
    "story_changed": (
        (
            "AFTER UPDATE OF outlets, first ON stories"
            " WHEN (old.outlets > 1) <> (new.outlets > 1) OR old.first IS NOT new.first"
        ),
        (_story("-", "old"), _story("", "new")),
    ),
}
_BY_OUTLET = """
SELECT coalesce(articles.outlet, 0) AS outlet, count(*) AS articles,
    sum(stories.outlets <= 1) AS alone,
    sum(stories.outlets > 1 AND stories.first IS NOT NULL
        AND source.outlet IS articles.outlet) AS first,
    sum(stories.outlets > 1 AND stories.first IS NOT NULL
        AND source.outlet IS NOT articles.outlet) AS later,
    sum(stories.outlets > 1 AND stories.first IS NULL) AS undecided
FROM articles JOIN stories ON stories.id = articles.story
LEFT JOIN articles AS source ON source.id = stories.first
GROUP BY 1
"""
_BY_AGENCY = """
SELECT agency, coalesce(outlet, 0) AS outlet, count(*) AS articles
FROM articles WHERE agency IS NOT NULL GROUP BY 1, 2
"""
_KEPT = {"outlet_counts": _BY_OUTLET, "agency_counts": _BY_AGENCY}


def create_counts(db: Database) -> None:
    """Make the tables, their triggers, and count what is there."""
    for statement in TABLES.split(";\n"):
        db.execute(statement)
    for name, (when, steps) in _TRIGGERS.items():
        db.execute(f"CREATE TRIGGER {name} {when} BEGIN {'; '.join(steps)}; END")
    count_again(db)


def count_again(db: Database) -> None:
    """Count everything anew."""
    for table, counted in _KEPT.items():
        db.execute(f"DELETE FROM {table}")
        db.execute(f"INSERT INTO {table} {counted}")


def find_miscounted(db: Database) -> list[int]:
    """Return the outlets whose counts differ from what the articles say; 0 is none."""
    found: set[int] = set()
    for table, counted in _KEPT.items():
        kept = f"SELECT * FROM {table} WHERE articles <> 0"
        for one, other in ((kept, counted), (counted, kept)):
            rows = db.execute(f"SELECT outlet FROM ({one} EXCEPT {other})")
            found.update(row[0] for row in rows)
    return sorted(found)
