"""The Agencies page: who uses whom as a matrix, and each agency's share over time."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import TYPE_CHECKING

from storage.inspect.charts import line
from storage.inspect.today import last_moment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from storage.inspect.asking import Asked

DAYS = 90
_COLUMNS = 8  # agencies in the matrix: what a desktop page holds without scrolling
_ROWS = 30
_MONTHS = 12
_SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """An outlet's articles that credit an agency, and how dark to draw them, 0 to 5."""

    articles: int
    shade: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """An outlet, its credited articles by agency, and all of them."""

    id: int
    name: str
    cells: tuple[Cell, ...]
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyLine:
    """An agency's share of all credited articles, month by month."""

    id: int
    name: str
    articles: int
    shares: tuple[float, ...]
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenciesPage:
    """Everything that the page shows; the matrix counts since *since*."""

    since: str
    columns: list[tuple[int, str]]
    rows: list[MatrixRow]
    more_outlets: int
    months: list[str]
    lines: list[AgencyLine]


def read_agencies(conn: sqlite3.Connection, asked: Asked) -> AgenciesPage:
    """Read the page; an agency that nobody credits is left out."""
    last = last_moment(conn, asked.now)
    since = (last - timedelta(days=DAYS)).date().isoformat()
    counts = _counts(conn, since)
    names = dict(conn.execute("SELECT id, name FROM agencies").fetchall())
    outlets = dict(conn.execute("SELECT id, name FROM outlets").fetchall())
    totals: dict[int, int] = defaultdict(int)
    for (agency, _), articles in counts.items():
        totals[agency] += articles
    chosen = sorted(totals, key=lambda one: (-totals[one], names[one]))[:_COLUMNS]
    rows = _matrix(counts, chosen, outlets)
    months = _months(last.date())
    return AgenciesPage(
        since=since,
        columns=[(one, names[one]) for one in chosen],
        rows=rows[:_ROWS],
        more_outlets=max(0, len(rows) - _ROWS),
        months=months,
        lines=_lines(conn, months, names),
    )


def _counts(conn: sqlite3.Connection, since: str) -> dict[tuple[int, int], int]:
    rows = conn.execute(
        "SELECT named.id, articles.outlet, count(*) FROM agencies AS named"
        " CROSS JOIN articles ON articles.agency = named.id AND articles.published >= ?"
        " WHERE articles.outlet IS NOT NULL GROUP BY 1, 2",
        (since,),
    )
    return {(agency, outlet): articles for agency, outlet, articles in rows}


def _matrix(
    counts: Mapping[tuple[int, int], int],
    agencies: Sequence[int],
    outlets: Mapping[int, str],
) -> list[MatrixRow]:
    by_outlet: dict[int, int] = defaultdict(int)
    for (_, outlet), articles in counts.items():
        by_outlet[outlet] += articles
    highest = max(counts.values(), default=1)
    return [
        MatrixRow(
            id=outlet,
            name=outlets.get(outlet, ""),
            articles=by_outlet[outlet],
            cells=tuple(
                Cell(found, _shade(found, highest))
                for found in (counts.get((agency, outlet), 0) for agency in agencies)
            ),
        )
        for outlet in sorted(by_outlet, key=lambda one: (-by_outlet[one], one))
    ]


def _shade(articles: int, highest: int) -> int:
    """Grade a count by its square root, so that small ones are told from none."""
    if not articles:
        return 0
    return max(1, round(sqrt(articles / highest) * _SHADES))


def _months(last: date) -> list[str]:
    first = last.year * 12 + last.month - _MONTHS
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(first, first + _MONTHS)]


def _lines(
    conn: sqlite3.Connection, months: Sequence[str], names: Mapping[int, str]
) -> list[AgencyLine]:
    by_agency: dict[int, dict[str, int]] = defaultdict(dict)
    totals: dict[str, int] = defaultdict(int)
    # A range of the index each: sorting a year's articles by month takes far longer.
    rows = conn.execute(
        "SELECT named.id, months.value, (SELECT count(*) FROM articles"
        " WHERE agency = named.id AND published >= months.value"
        " AND published < months.value || '~')"
        " FROM agencies AS named CROSS JOIN json_each(?) AS months",
        (json.dumps(months),),
    )
    for agency, month, articles in rows:
        if articles:
            by_agency[agency][month] = articles
            totals[month] += articles
    lines = []
    for agency, found in by_agency.items():
        shares = tuple(
            found.get(m, 0) / totals[m] if totals[m] else 0.0 for m in months
        )
        lines.append(
            AgencyLine(
                id=agency,
                name=names[agency],
                articles=sum(found.get(month, 0) for month in months),
                shares=shares,
                points=line(shares),
            )
        )
    return sorted(lines, key=lambda one: (-one.articles, one.name))[:40]
