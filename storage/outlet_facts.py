"""What a crawl knows of an outlet: written when it starts, and when it succeeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from storage.outlets import find_or_add_agency, find_or_add_outlet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFacts:
    """The columns of an outlet that a catalogue or its own pages tell."""

    name: str
    host: str
    home: str
    language: str | None = None
    country: str | None = None
    agency: str | None = None


def register_outlet(db: Database, facts: OutletFacts) -> int:
    """Return the id of an outlet, its row made or its gaps filled."""
    outlet = find_or_add_outlet(db, facts.name, facts.host)
    agency = find_or_add_agency(db, facts.agency) if facts.agency else None
    db.execute(
        "UPDATE outlets SET host = coalesce(host, ?), home = ?,"
        " language = coalesce(?, language), country = coalesce(?, country),"
        " agency = coalesce(?, agency) WHERE id = ?",
        [facts.host, facts.home, facts.language, facts.country, agency, outlet],
    )
    assert outlet is not None
    return outlet


def note_success(
    db: Database, outlet: int, *, now: str, feeds: Sequence[str], new_a_day: float
) -> None:
    """Note that an outlet answered at *now*, its feeds, and its yield.

    *new_a_day* moves the usual yield by a tenth of the difference, so that one quiet
    day is seen against the weeks before it.
    """
    db.execute(
        "UPDATE outlets SET last_success = ?, feeds = ?, usual_yield ="
        " coalesce(usual_yield + (? - usual_yield) * 0.1, ?) WHERE id = ?",
        [now, orjson.dumps(list(feeds)).decode(), new_a_day, new_a_day, outlet],
    )
