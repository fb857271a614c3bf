"""Finding out about outlets: feeds, sitemaps, language and name, by asking.

The same spider asks as in a crawl, into a database that is thrown away, so that the
rules of politeness and of the private network hold here too.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import OutletError
from crawler.importing import append_outlets
from crawler.outlets import Catalogue, resolve
from crawler.planning import CrawlPlan
from crawler.polling import SAME_LINKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.outlets import Outlet
    from storage.crawl_state import PageState

# Articles that are read to learn the language that an outlet writes in.
SAMPLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An outlet as it was found out, and what to tell about it."""

    outlet: Outlet
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """One address of an outlet: how many links it names, or what is wrong with it."""

    host: str
    kind: str
    url: str
    links: int
    problem: str | None


def add_outlet(url: str, own: Path, *, allow_private: bool = False) -> Found:
    """Find out about the outlet at *url* and add it to the file *own*.

    Raises OutletError where nothing answers, or what answers names no article.
    """
    outlet = resolve([url], Catalogue([]))[0]
    sources, names, languages = _ask([outlet], allow_private, sample=SAMPLE)
    listed = [source for source in sources if source.outcome == "listing"]
    if not listed:
        reasons = [source.reason for source in sources if source.reason]
        raise OutletError(f"{outlet.home}: {reasons[0] if reasons else 'no answer'}")
    if not any(source.found for source in listed):
        raise OutletError(
            f"{outlet.home}: no feed, sitemap or article link found: "
            "is this a news outlet?"
        )
    found = replace(
        outlet,
        name=names.get(outlet.host, outlet.name),
        languages=tuple(languages),
        feeds=_urls(listed, "feed"),
        news_sitemaps=_urls(listed, "news sitemap"),
        sitemaps=_urls(listed, "sitemap"),
    )
    report = append_outlets([found], own)
    notes = [f"{s.kind} {s.url}: {s.found} links" for s in listed]
    if report.known:
        notes.append(f"{found.host} is in {own} already and stays as it is there")
    return Found(outlet=found, notes=tuple(notes))


def check_outlets(
    outlets: Sequence[Outlet], *, allow_private: bool = False
) -> list[SourceCheck]:
    """Ask every address that is known of *outlets*; articles are not fetched."""
    sources, _, _ = _ask(outlets, allow_private, sample=0)
    by_url = {
        url: outlet.host
        for outlet in outlets
        for url in (
            outlet.home,
            *outlet.feeds,
            *outlet.news_sitemaps,
            *outlet.sitemaps,
            *outlet.sections,
        )
    }
    return [
        SourceCheck(
            host=by_url[source.url],
            kind=source.kind,
            url=source.url,
            links=source.found,
            problem=_problem(source),
        )
        for source in sources
        if source.url in by_url
    ]


def _problem(source: PageState) -> str | None:
    if source.outcome == "listing":
        # An index names further sitemaps, and one of years nothing that is new.
        is_index = source.kind == "sitemap"
        return None if source.found or is_index else "names no article"
    return source.reason or "not asked: its host did not answer"


def _ask(
    outlets: Sequence[Outlet], allow_private: bool, *, sample: int
) -> tuple[list[PageState], dict[str, str], list[str]]:
    from crawler.crawling import crawl
    from storage.crawl_state import CrawlState
    from storage.store import Store

    with tempfile.TemporaryDirectory(prefix="wirecopy-") as folder:
        db = Path(folder) / "probe.db"
        settings = {
            "WIRECOPY_ALLOW_PRIVATE": allow_private,
            "WIRECOPY_HOST_BUDGET": sample,
        }
        plan = CrawlPlan(outlets=tuple(outlets), argv=("outlets",))
        # A crawl that comes to nothing leaves no file that it made: here that says why.
        Store.open(db).close()
        report = crawl(plan, db, settings=settings, settle=False)
        if report.reason != "finished":
            raise OutletError(
                "stopped before all was asked: nothing is written;"
                " run the same command again"
            )
        with Store.open(db, read_only=True) as store:
            state = CrawlState(store.db)
            sources = state.all_sources()
            spoken = state.languages()
    names = {one.host: one.site_name for one in report.outlets if one.site_name}
    languages = Counter(spoken)
    return sources, names, [language for language, _ in languages.most_common(2)]


def _urls(sources: Sequence[PageState], kind: str) -> tuple[str, ...]:
    """Return the addresses of *kind*; a feed that repeats another is left out."""
    return tuple(
        source.url
        for source in sources
        if source.kind == kind and not (source.reason or "").startswith(SAME_LINKS)
    )
