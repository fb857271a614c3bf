"""The table of news agencies and their names in languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from crawler.extract.wording import letters

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A news agency.

    *name* is the canonical one, *country* an ISO 3166 code, and *names* the forms in
    which each language credits it.
    """

    name: str
    country: str
    abbreviations: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]


@cache
def load_agencies() -> tuple[Agency, ...]:
    """Return every agency of the packaged table."""
    table = files("crawler.extract").joinpath("agencies.toml").read_text("utf-8")
    return tuple(
        Agency(
            name=row["name"],
            country=row["country"],
            abbreviations=tuple(row.get("abbreviations", ())),
            names={code: tuple(names) for code, names in row["names"].items()},
        )
        for row in tomllib.loads(table)["agency"]
    )


def find_agency_named(text: str) -> Agency | None:
    """Return the agency that *text*, a whole credit, names in some language."""
    return _by_letters().get(_key(text))


_KEY_LENGTH = 60
# Letters that Arabic and Persian typists use for each other.
_ALIKE = str.maketrans("أإآٱىيكةؤئ", "ااااییکهوی")


def _key(text: str) -> str:
    return letters(text[:_KEY_LENGTH]).translate(_ALIKE).replace("ء", "")


@cache
def _by_letters() -> dict[str, Agency]:
    table: dict[str, Agency] = {}
    for agency in load_agencies():
        own = (agency.name, *agency.abbreviations)
        for name in (*own, *(n for names in agency.names.values() for n in names)):
            table.setdefault(_key(name), agency)
    return table
