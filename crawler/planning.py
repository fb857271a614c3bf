"""From what a user asks for to the plan of a crawl."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.errors import OutletError
from crawler.outlets import in_shard, load_catalogue, reachable, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from crawler.outlets import Outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlPlan:
    """What to crawl: outlets, how far back, how much; *argv* is what runs record.

    *since* is in epoch seconds: links dated before it stay unasked, and archives are
    searched back to it. *poll_all* asks an outlet's best sources although they are not
    due yet, as a person who names an outlet expects.
    """

    outlets: tuple[Outlet, ...]
    since: float | None = None
    limit: int | None = None
    poll_all: bool = True
    argv: tuple[str, ...] = ("crawl",)


def make_plan(
    targets: Sequence[str],
    *,
    own: Path | None = None,
    country: str | None = None,
    language: str | None = None,
    shard: tuple[int, int] | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    due: bool = False,
    argv: Sequence[str] = ("crawl",),
    **_: Any,
) -> CrawlPlan:
    """Choose the outlets; raises OutletError where that leaves none."""
    outlets = pick_outlets(targets, own=own, country=country, language=language)
    if shard is not None:
        outlets = [outlet for outlet in outlets if in_shard(outlet, *shard)]
    return CrawlPlan(
        outlets=tuple(outlets),
        since=since.timestamp() if since else None,
        limit=limit,
        poll_all=bool(targets) and not due,
        argv=tuple(argv),
    )


def pick_outlets(
    targets: Sequence[str],
    *,
    own: Path | None = None,
    country: str | None = None,
    language: str | None = None,
) -> list[Outlet]:
    """Return the outlets that are named, or those of a country and a language.

    Without either: the outlets of the user's own file, else all that are packaged.
    """
    catalogue = load_catalogue(own)
    if targets:
        return resolve(targets, catalogue)
    outlets = catalogue.pick(country=country, language=language)
    if not outlets:
        raise OutletError(
            f"no outlet of country {country or 'any'} and language {language or 'any'}:"
            " see wirecopy outlets list"
        )
    return [reachable(outlet) for outlet in outlets]


def settings_of(*, warc: Path | None = None, private: bool = False) -> dict[str, Any]:
    """Return the Scrapy settings that options of the command stand for."""
    settings: dict[str, Any] = {"WIRECOPY_ALLOW_PRIVATE": private}
    if warc is not None:
        settings["WIRECOPY_WARC_DIR"] = str(warc)
    return settings
