"""The Today page: what came in, how much of it was copied, who has gone quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from storage.inspect.charts import Columns, columns, days_until
from storage.inspect.story_list import story_rows
from storage.inspect.wording import parse_time

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.inspect.asking import Asked

DAYS = 30
_LISTED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts of the whole database."""

    articles: int
    stories: int
    copies: int

    @property
    def share_of_copies(self) -> float:
        """The share of all articles that print another's text."""
        return self.copies / self.articles if self.articles else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage:
    """Everything that the page shows; *last* is the newest day with an article."""

    last: str
    totals: Totals
    chart: Columns
    outlets: list[tuple[int, str, int]]
    agencies: list[tuple[int, str, int]]
    newest: list[sqlite3.Row]
    most_printed: list[sqlite3.Row]
    quiet: list[sqlite3.Row]


def read_today(conn: sqlite3.Connection, asked: Asked) -> TodayPage:
    """Read the page as of the newest article that is not dated in the future."""
    last = last_moment(conn, asked.now)
    since = (last - timedelta(days=DAYS - 1)).date().isoformat()
    week = (last - timedelta(days=7)).isoformat()
    return TodayPage(
        last=last.date().isoformat(),
        totals=_totals(conn),
        chart=_by_day(conn, last, since),
        outlets=_counted(conn, "outlet", since),
        agencies=_counted(conn, "agency", since),
        newest=_stories(
            conn,
            "SELECT id FROM stories WHERE first_published <= ?"
            " ORDER BY first_published DESC LIMIT ?",
            last.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ),
        most_printed=_stories(
            conn,
            "SELECT id FROM stories WHERE first_published >= ? AND outlets > 1"
            " ORDER BY outlets DESC, first_published DESC LIMIT ?",
            week,
        ),
        quiet=quiet_outlets(conn, last),
    )


def last_moment(conn: sqlite3.Connection, now: datetime) -> datetime:
    """Return when the newest article was published, *now* where there is none."""
    row = conn.execute(
        "SELECT max(published) FROM articles WHERE published <= ?",
        (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
    ).fetchone()
    return parse_time(row[0]) or now


def _totals(conn: sqlite3.Connection) -> Totals:
    articles, stories, copies = conn.execute(
        "SELECT (SELECT coalesce(sum(articles), 0) FROM outlet_counts),"
        " (SELECT count(*) FROM stories),"
        " (SELECT count(*) FROM articles WHERE role = 'copy')"
    ).fetchone()
    return Totals(articles=articles, stories=stories, copies=copies)


def _by_day(conn: sqlite3.Connection, last: datetime, since: str) -> Columns:
    counts: dict[str, dict[str, int]] = {"canonical": {}, "copy": {}}
    for role, by_day in counts.items():
        by_day |= conn.execute(
            "SELECT substr(published, 1, 10), count(*) FROM articles"
            " WHERE role = ? AND published >= ? GROUP BY 1",
            (role, since),
        ).fetchall()
    return columns(days_until(last.date(), DAYS), counts["canonical"], counts["copy"])


def _counted(
    conn: sqlite3.Connection, column: str, since: str
) -> list[tuple[int, str, int]]:
    # One range of the index for each name; grouping the articles would read them all.
    table = {"outlet": "outlets", "agency": "agencies"}[column]
    rows = conn.execute(
        f"SELECT id, name, (SELECT count(*) FROM articles WHERE {column} = named.id"
        f" AND published >= ?) AS found FROM {table} AS named"
        " ORDER BY found DESC, name",
        (since,),
    ).fetchall()
    return [tuple(row) for row in rows if row["found"]][:_LISTED]


def _stories(conn: sqlite3.Connection, query: str, bound: str) -> list[sqlite3.Row]:
    ids = [row[0] for row in conn.execute(query, (bound, _LISTED))]
    return story_rows(conn, ids)


def quiet_outlets(conn: sqlite3.Connection, last: datetime) -> list[sqlite3.Row]:
    """Read the outlets that print a text a day or so and have printed none lately.

    Quiet: nothing for three days, and for five times the usual wait between two
    articles. An outlet without a usual yield is never quiet.
    """
    return conn.execute(
        """
SELECT * FROM (
    SELECT id, name, usual_yield, last_success,
        (SELECT max(published) FROM articles WHERE outlet = outlets.id
            AND published <= :last) AS newest
    FROM outlets WHERE usual_yield > 0
)
WHERE newest IS NOT NULL
    AND julianday(:last) - julianday(newest) > max(3.0, 5.0 / usual_yield)
ORDER BY usual_yield DESC LIMIT 20""",
        {"last": last.strftime("%Y-%m-%dT%H:%M:%SZ")},
    ).fetchall()
