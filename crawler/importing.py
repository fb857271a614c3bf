"""Outlets from other people's lists: TOML, TSV, CSV, OPML, or one URL a line."""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from lxml import etree

from crawler.errors import OutletError
from crawler.outlets import (
    LISTS,
    Outlet,
    is_web,
    load_outlets,
    make_outlet,
    write_outlet,
)
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_NAMES = {"language": "languages", "url": "home", "homepage": "home", "title": "name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How many outlets were added to the user's own file, and how many were in it."""

    added: int
    known: int


def import_outlets(file: Path, own: Path) -> ImportReport:
    """Add the outlets of *file* to *own*; those of a host that is there stay as they are.

    Raises OutletError at the first entry that cannot be read, with nothing written.
    """
    try:
        outlets = list(_read(file))
    except (UnicodeDecodeError, csv.Error, etree.XMLSyntaxError) as error:
        raise OutletError(
            f"{file} cannot be read: give a TOML, TSV, CSV or OPML file or a list of"
            f" URLs, in UTF-8 ({error.__class__.__name__})"
        ) from error
    except OSError as error:
        raise OutletError(f"{file}: {error.strerror}: name a file to read") from error
    return append_outlets(outlets, own)


def append_outlets(outlets: Iterable[Outlet], own: Path) -> ImportReport:
    """Append outlets to the TOML file *own*, which is made where there is none."""
    there = {outlet.host for outlet in load_outlets(own)} if own.exists() else set()
    added = known = 0
    tables = []
    for outlet in outlets:
        if outlet.host in there:
            known += 1
            continue
        there.add(outlet.host)
        added += 1
        tables.append(write_outlet(outlet))
    try:
        with own.open("a", encoding="utf-8") as out:
            out.write("".join(f"\n{table}" for table in tables))
    except OSError as error:
        raise OutletError(f"{own}: {error.strerror}: name a file to write") from error
    return ImportReport(added=added, known=known)


def _read(file: Path) -> Iterator[Outlet]:
    suffix = file.suffix.lower()
    if suffix == ".toml":
        yield from load_outlets(file)
    elif suffix in {".opml", ".xml"}:
        yield from _read_opml(file)
    elif suffix in {".tsv", ".csv"}:
        yield from _read_table(file, "\t" if suffix == ".tsv" else ",")
    else:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                yield _of_url(line.strip(), f"{file}, line {number}")


def _read_table(file: Path, delimiter: str) -> Iterator[Outlet]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter=delimiter), 2):
            yield make_outlet(_values(row), f"{file}, line {number}")


def _values(row: dict[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(Outlet)}
    values: dict[str, Any] = {}
    for column, text in row.items():
        name = _NAMES.get(str(column).strip().lower(), str(column).strip().lower())
        if name in known and text:
            values[name] = text.split() if name in LISTS else text.strip()
    with suppress(KeyError, ValueError):
        values["every"] = float(values["every"])
    return values


def _read_opml(file: Path) -> Iterator[Outlet]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    tree = etree.parse(str(file), parser)
    for line in tree.iter("outline"):
        feed = line.get("xmlUrl")
        if not feed:
            continue
        home = line.get("htmlUrl") or f"https://{host_of(feed)}/"
        name = line.get("title") or line.get("text") or host_of(home)
        values = {"name": name, "home": home, "feeds": [feed]}
        yield make_outlet(values, f"{file}: {feed}")


def _of_url(url: str, where: str) -> Outlet:
    home = url if "://" in url else f"https://{url}/"
    if not is_web(home):
        raise OutletError(f"{where}: {url!r} is no host or http(s) URL")
    return make_outlet({"name": host_of(home) or url, "home": home}, where)
