"""The outlets that a run begins with: their rows, and what is polled of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.frontier import OutletQueue
from crawler.polling import pick_sources
from storage.outlet_facts import OutletFacts, register_outlet

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from crawler.outlets import Outlet
    from storage.crawl_state import CrawlState, PageKind


def register(
    outlet: Outlet,
    state: CrawlState,
    *,
    now: float,
    polls: int,
    poll_all: bool,
    search: bool = False,
    taken: Container[int] = (),
) -> OutletQueue:
    """Write what is known of *outlet*; return its queue with the sources to poll.

    *polls* and *poll_all* are the limit and the will of pick_sources(); a *search* in
    archives begins at the front page and the sitemaps, whatever is due. *taken* are the
    rows of other outlets of the run. Runs inside a transaction.
    """
    row = register_outlet(state.db, _facts_of(outlet), taken=taken)
    state.add_sources(_known_sources(outlet), outlet=row.id, now=now)
    queue = OutletQueue(outlet=outlet, id=row.id, name=row.name)
    known = state.sources(row.id)
    queue.sources.extend(pick_sources(known, now=now, limit=polls, poll_all=poll_all))
    if search:
        roots = {outlet.home, *outlet.sitemaps, *outlet.news_sitemaps}
        found = [source for source in known if source.url in roots]
        queue.sources.extend(one for one in found if one not in queue.sources)
    return queue


def _facts_of(outlet: Outlet) -> OutletFacts:
    return OutletFacts(
        name=outlet.name,
        host=outlet.host,
        home=outlet.home,
        language=outlet.languages[0] if outlet.languages else None,
        country=outlet.country,
        agency=outlet.agency,
    )


def _known_sources(outlet: Outlet) -> Iterator[tuple[str, PageKind]]:
    kinds: list[tuple[Sequence[str], PageKind]] = [
        (outlet.feeds, "feed"),
        (outlet.news_sitemaps, "news sitemap"),
        (outlet.sitemaps, "sitemap"),
        (outlet.sections, "section"),
        ((outlet.home,), "section"),
    ]
    return ((url, kind) for urls, kind in kinds for url in urls)
