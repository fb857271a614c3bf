"""The Outlet page, and the list of outlets: who prints first, who reprints whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.inspect.charts import Columns, columns, days_until
from storage.inspect.today import last_moment

if TYPE_CHECKING:
    import sqlite3

    from storage.inspect.asking import Asked

DAYS = 30
_LISTED = 15
# Dependence reads an outlet's articles one by one; the newest ones say enough.
_COUNTED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """An outlet's newest articles by who printed their text first."""

    articles: int = 0
    alone: int = 0
    first: int = 0
    later: int = 0

    @property
    def undecided(self) -> int:
        """Articles of stories whose first print is a tie or unknown."""
        return self.articles - self.alone - self.first - self.later

    @property
    def share_later(self) -> float | None:
        """The share first printed elsewhere, of the decided ones."""
        decided = self.alone + self.first + self.later
        return self.later / decided if decided else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletPage:
    """Everything that the page shows."""

    outlet: sqlite3.Row
    articles: int
    dependence: Dependence
    sources: list[sqlite3.Row]
    takers: list[sqlite3.Row]
    agencies: list[sqlite3.Row]
    chart: Columns
    latest: list[sqlite3.Row]
    boilerplate: list[sqlite3.Row]
    outcomes: list[sqlite3.Row]
    runs: list[sqlite3.Row]


def read_outlets(conn: sqlite3.Connection, asked: Asked) -> list[sqlite3.Row]:
    """Read every outlet with the counts of its articles and the newest one's date."""
    return conn.execute(
        """
SELECT outlets.*, agencies.name AS agency_name,
    coalesce(outlet_counts.articles, 0) AS articles,
    coalesce(outlet_counts.first, 0) AS first, coalesce(outlet_counts.later, 0) AS later,
    (SELECT max(published) FROM articles WHERE outlet = outlets.id
        AND published <= ?) AS newest
FROM outlets LEFT JOIN agencies ON agencies.id = outlets.agency
LEFT JOIN outlet_counts ON outlet_counts.outlet = outlets.id
ORDER BY articles DESC, outlets.name LIMIT 1000""",
        (asked.now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
    ).fetchall()


def read_outlet(conn: sqlite3.Connection, asked: Asked) -> OutletPage | None:
    """Read one outlet; None where there is none."""
    outlet = conn.execute(
        "SELECT outlets.*, agencies.name AS agency_name FROM outlets"
        " LEFT JOIN agencies ON agencies.id = outlets.agency WHERE outlets.id = ?",
        (asked.number,),
    ).fetchone()
    if outlet is None:
        return None
    key = (outlet["id"],)
    last = last_moment(conn, asked.now)
    since = (last - timedelta(days=DAYS - 1)).date().isoformat()
    count = conn.execute(
        "SELECT coalesce(max(articles), 0) FROM outlet_counts WHERE outlet = ?", key
    )
    return OutletPage(
        outlet=outlet,
        articles=count.fetchone()[0],
        dependence=_dependence(conn, outlet["id"]),
        sources=_sources(conn, outlet["id"]),
        takers=_takers(conn, outlet["id"]),
        agencies=conn.execute(_AGENCIES, (*key, _COUNTED)).fetchall(),
        chart=_by_day(conn, outlet["id"], days_until(last.date(), DAYS), since),
        latest=conn.execute(_LATEST, key).fetchall(),
        boilerplate=conn.execute(_BOILERPLATE, key).fetchall(),
        outcomes=conn.execute(_OUTCOMES, key).fetchall(),
        runs=conn.execute(_RUNS, key).fetchall(),
    )


_NEWEST = f"""
(SELECT id, story, role, agency FROM articles WHERE outlet = :outlet
    ORDER BY published DESC LIMIT {_COUNTED}) AS mine
JOIN stories ON stories.id = mine.story
LEFT JOIN articles AS first ON first.id = stories.first"""
_AGENCIES = """
SELECT agencies.id, agencies.name, count(*) AS articles
FROM (SELECT agency FROM articles WHERE outlet = ? ORDER BY published DESC LIMIT ?)
    AS mine
JOIN agencies ON agencies.id = mine.agency
GROUP BY agencies.id ORDER BY articles DESC LIMIT 15"""
_LATEST = """
SELECT a.id, a.headline, a.language, a.published, a.published_precision, a.role,
    a.story, stories.outlets
FROM articles AS a LEFT JOIN stories ON stories.id = a.story
WHERE a.outlet = ? ORDER BY a.published DESC LIMIT 20"""
_BOILERPLATE = """
SELECT text, stories, days FROM outlet_blocks
WHERE boilerplate = 1 AND outlet = ? ORDER BY stories DESC LIMIT 30"""
_OUTCOMES = """
SELECT coalesce(outcome, 'waits') AS outcome, count(*) AS pages
FROM pages WHERE outlet = ? GROUP BY outcome ORDER BY pages DESC"""
_RUNS = """
SELECT runs.id, runs.started, runs.outcome, run_outlets.pages, run_outlets.articles,
    run_outlets.copies, run_outlets.errors
FROM run_outlets JOIN runs ON runs.id = run_outlets.run
WHERE run_outlets.outlet = ? ORDER BY run_outlets.run DESC LIMIT 15"""


def _dependence(conn: sqlite3.Connection, outlet: int) -> Dependence:
    row = conn.execute(
        f"""
SELECT count(*), coalesce(sum(stories.outlets = 1), 0),
    coalesce(sum(stories.outlets > 1 AND first.outlet IS :outlet), 0),
    coalesce(sum(stories.outlets > 1 AND first.outlet <> :outlet), 0)
FROM {_NEWEST}""",
        {"outlet": outlet},
    ).fetchone()
    return Dependence(articles=row[0], alone=row[1], first=row[2], later=row[3])


def _sources(conn: sqlite3.Connection, outlet: int) -> list[sqlite3.Row]:
    """Read whose texts this outlet printed later."""
    return conn.execute(
        f"""
SELECT outlets.id, outlets.name, count(*) AS articles
FROM {_NEWEST}
JOIN outlets ON outlets.id = first.outlet
WHERE first.outlet <> :outlet
GROUP BY outlets.id ORDER BY articles DESC LIMIT {_LISTED}""",
        {"outlet": outlet},
    ).fetchall()


def _takers(conn: sqlite3.Connection, outlet: int) -> list[sqlite3.Row]:
    """Read who printed this outlet's texts after it."""
    return conn.execute(
        f"""
SELECT outlets.id, outlets.name, count(*) AS articles
FROM (SELECT id FROM articles WHERE outlet = :outlet
    ORDER BY published DESC LIMIT {_COUNTED}) AS mine
JOIN stories ON stories.first = mine.id AND stories.outlets > 1
JOIN articles AS theirs ON theirs.story = stories.id AND theirs.outlet <> :outlet
JOIN outlets ON outlets.id = theirs.outlet
GROUP BY outlets.id ORDER BY articles DESC LIMIT {_LISTED}""",
        {"outlet": outlet},
    ).fetchall()


def _by_day(
    conn: sqlite3.Connection, outlet: int, days: list[str], since: str
) -> Columns:
    counts: dict[str, dict[str, int]] = {"canonical": {}, "copy": {}}
    rows = conn.execute(
        "SELECT role, substr(published, 1, 10), count(*) FROM articles"
        " WHERE outlet = ? AND published >= ? GROUP BY 1, 2",
        (outlet, since),
    )
    for role, at, number in rows:
        counts[role][at] = number
    return columns(days, counts["canonical"], counts["copy"])
