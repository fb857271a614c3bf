"""What a crawl knows of an outlet: written when it starts, and when it succeeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson

from storage.crawl_state import iso
from storage.outlets import find_or_add_agency, find_or_add_outlet, find_outlet

if TYPE_CHECKING:
    from collections.abc import Container

    from sqlite_utils import Database


_YIELD = """
WITH span AS (
    SELECT (SELECT min(published) FROM articles WHERE outlet = :outlet) AS first,
        (SELECT max(published) FROM articles WHERE outlet = :outlet
            AND published <= :now) AS last
)
SELECT count(*), min(30.0, julianday(last) - julianday(first))
FROM span JOIN articles ON outlet = :outlet AND published <= last
    AND published > strftime('%Y-%m-%dT%H:%M:%SZ', last, '-30 days')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFacts:
    """The columns of an outlet that a catalogue or its own pages tell."""

    name: str
    host: str
    home: str
    language: str | None = None
    country: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The row of an outlet, and the name that articles are stored under."""

    id: int
    name: str


def register_outlet(
    db: Database, facts: OutletFacts, *, taken: Container[int] = ()
) -> Registered:
    """Return the row of an outlet, made where there is none, its gaps filled.

    A row is found by its name, then by its host; the name that it has stays, unless it
    is only the host. A row that is *taken* is that of another outlet of the name.
    """
    outlet = _find(db, facts, taken)
    if outlet is None:
        is_free = find_outlet(db, facts.name) is None
        name = facts.name if is_free else f"{facts.name} ({facts.host})"
        outlet = find_or_add_outlet(db, name, facts.host)
        assert outlet is not None
    agency = find_or_add_agency(db, facts.agency) if facts.agency else None
    db.execute(
        "UPDATE outlets SET host = coalesce(host, ?), home = ?,"
        " language = coalesce(?, language), country = coalesce(?, country),"
        " agency = coalesce(?, agency) WHERE id = ?",
        [facts.host, facts.home, facts.language, facts.country, agency, outlet],
    )
    learn_outlet(db, outlet, name=facts.name, language=None)
    row = db.execute("SELECT name FROM outlets WHERE id = ?", [outlet]).fetchone()
    return Registered(id=outlet, name=row[0])


def learn_outlet(
    db: Database, outlet: int, *, name: str | None, language: str | None
) -> None:
    """Fill in what the outlet says of itself; what a person or catalogue said stays.

    The language that most of its articles are written in goes before what it says.
    """
    row = db.execute(
        "SELECT name, host, home, language FROM outlets WHERE id = ?", [outlet]
    ).fetchone()
    if name and name != row[0] and _is_placeholder(*row[:3]):
        # The names of rows differ; two outlets of one name are told by their hosts.
        free = name if find_outlet(db, name) is None else f"{name} ({row[1]})"
        db.execute("UPDATE OR IGNORE outlets SET name = ? WHERE id = ?", [free, outlet])
    if row[3] is None:
        db.execute(
            "UPDATE outlets SET language = ? WHERE id = ?",
            [_written_in(db, outlet) or language, outlet],
        )


def note_success(db: Database, outlet: int, *, now: float) -> None:
    """Note that an outlet answered at *now* (epoch seconds), its feeds, its yield.

    The usual yield is articles a day over the 30 days before its newest, or since its
    first: an outlet that falls silent keeps what was usual. Where none has a date, it
    stays what it was.
    """
    feeds = db.execute(
        "SELECT url FROM pages WHERE outlet = ? AND outcome = 'listing'"
        " AND kind IN ('feed', 'news sitemap') ORDER BY id",
        [outlet],
    ).fetchall()
    count, days = db.execute(_YIELD, {"now": iso(now), "outlet": outlet}).fetchone()
    db.execute(
        "UPDATE outlets SET last_success = ?, feeds = ?,"
        " usual_yield = coalesce(?, usual_yield) WHERE id = ?",
        [
            iso(now),
            orjson.dumps([url for (url,) in feeds]).decode(),
            round(count / max(1.0, days), 2) if count else None,
            outlet,
        ],
    )


def _find(db: Database, facts: OutletFacts, taken: Container[int]) -> int | None:
    told = find_outlet(db, f"{facts.name} ({facts.host})")
    named = told or find_outlet(db, facts.name)
    if named is not None and named not in taken:
        return named
    placed = _find_at(db, facts)
    return None if placed is not None and placed in taken else placed


def _find_at(db: Database, facts: OutletFacts) -> int | None:
    """Find an outlet by its host; two ports of one host are two outlets."""
    rows = db.execute(
        "SELECT id, home FROM outlets WHERE host = ? ORDER BY id", [facts.host]
    ).fetchall()
    port = _port(facts.home)
    return next((i for i, home in rows if home is None or _port(home) == port), None)


def _is_placeholder(name: str, host: str | None, home: str | None) -> bool:
    places = {host, urlsplit(home or "").netloc}
    return name in places or (":" in name and name.partition(":")[0] == host)


def _written_in(db: Database, outlet: int) -> str | None:
    row = db.execute(
        "SELECT language FROM articles WHERE outlet = ? AND language IS NOT NULL"
        " GROUP BY language ORDER BY count(*) DESC LIMIT 1",
        [outlet],
    ).fetchone()
    return None if row is None else str(row[0])


def _port(url: str) -> int | None:
    port = urlsplit(url).port
    return None if port in {80, 443} else port
