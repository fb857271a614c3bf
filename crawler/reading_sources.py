"""The answers that hold links: feeds, sitemaps and section pages."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler import pages
from crawler.front_pages import WELL_KNOWN_FEEDS, WELL_KNOWN_SITEMAPS
from crawler.jobs import SourceJob
from crawler.links import in_scope, registered_domain
from crawler.middlewares.robots import RobotsMiddleware
from crawler.polling import SAME_LINKS
from crawler.sitemaps import MOST_ARCHIVES, MOST_ENTRIES
from crawler.sources import Source, read_source
from storage.urls import host_of, source_key, url_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.answers import Answers
    from crawler.frontier import OutletQueue
    from crawler.session import Session
    from storage.crawl_state import Link, PageKind, PageState

# Sources that one run finds at one outlet: an index of indexes has no end.
MOST_SOURCES = 60


class SourceReader:
    """Reads sources for one crawl, and lets what they name wait for its turn."""

    def __init__(self, session: Session, answers: Answers, crawler: Crawler) -> None:
        self._session = session
        self._answers = answers
        self._crawler = crawler

    async def read(
        self, queue: OutletQueue, page: PageState, response: Response
    ) -> None:
        """Read the links of a feed, sitemap or section page."""
        now = self._session.now()
        if not self._answers.is_good(queue, page, response):
            return
        queue.counts["polls"] += 1
        seen = replace(pages.fetched(page, response, now=now), outcome="listing")
        is_same = response.status == 304 or seen.content_hash == page.content_hash
        if is_same and not self._session.searches_back:
            queue.counts["polls unchanged"] += 1
            self._write(queue, page, seen, Source(kind=page.kind))
            return
        source = await asyncio.to_thread(
            read_source,
            response.body,
            response.url,
            kind=page.kind,
            outlet=queue.outlet,
            since=self._session.plan.since,
            now=now,
            limit=self._links_a_source,
        )
        if not source.is_one:
            self._answers.save(queue, pages.failed(page, f"not a {page.kind}", now=now))
            return
        if page.kind == "section":
            source = await self._with_robots(queue, page, response, source)
        queue.hear(source.names, source.language)
        seen = replace(seen, kind=source.kind)
        if twin := _twin(queue, page, source):
            seen = replace(seen, reason=f"{SAME_LINKS} {twin}")
        self._write(queue, page, seen, source)

    @property
    def _links_a_source(self) -> int:
        """How many links are taken from one source."""
        most = self._session.settings.getint("WIRECOPY_LINKS_A_SOURCE")
        return max(most, MOST_ENTRIES) if self._session.searches_back else most

    async def _with_robots(
        self, queue: OutletQueue, page: PageState, response: Response, source: Source
    ) -> Source:
        """Add the sitemaps that robots.txt names; guess where nobody names a thing."""
        is_first = page.first_fetched is None or self._session.searches_back
        if not is_first or page.url != queue.outlet.home:
            return source
        named = await self._sitemaps_of(response.url)
        found = [*source.sources, *((url, "sitemap") for url in named)]
        if not found:
            found = _well_known(response.url)
        return replace(source, sources=tuple(found))

    async def _sitemaps_of(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of the host of *url* names."""
        middleware = self._crawler.get_downloader_middleware(RobotsMiddleware)
        if middleware is None:
            return ()
        parts = urlsplit(url)
        robots = await middleware.of(f"{parts.scheme}://{parts.netloc}")
        queue = self._session.frontier.by_host.get(host_of(url))
        domains = queue.outlet.domains if queue else frozenset({registered_domain(url)})
        return tuple(
            urljoin(url, named) for named in robots.sitemaps if in_scope(named, domains)
        )

    def _write(
        self, queue: OutletQueue, page: PageState, seen: PageState, source: Source
    ) -> None:
        frontier = self._session.frontier
        links: dict[int, list[Link]] = {}
        for link in source.links:
            links.setdefault(frontier.owner(link.url, queue).id, []).append(link)

        def then(counted: tuple[int, int]) -> None:
            fresh, new_sources = counted
            queue.counts["links"] += len(source.links)
            queue.counts["fresh links"] += fresh
            if fresh:
                frontier.found_more(frontier.queues[outlet] for outlet in links)
            if new_sources or self._session.searches_back:
                self._add(queue, source.sources)
            frontier.commit(queue, page.url_key)

        self._session.writer.put(
            SourceJob(
                page=seen,
                outlet=queue.id,
                now=self._session.now(),
                links=links,
                sources=[(source_key(url), kind) for url, kind in source.sources],
            ),
            then,
        )

    def _add(self, queue: OutletQueue, sources: Sequence[tuple[str, PageKind]]) -> None:
        """Poll sources that a source named, if they are new."""
        session = self._session
        most = MOST_ARCHIVES if session.searches_back else MOST_SOURCES
        if session.is_closed or queue.stopped or queue.polled > most:
            return
        for url, _ in sources:
            page = session.state.page(source_key(url))
            if page is not None and self._is_wanted(queue, page):
                queue.polled += 1
                queue.sources.append(page)
        session.frontier.reopen(queue)

    def _is_wanted(self, queue: OutletQueue, page: PageState) -> bool:
        again = self._session.searches_back and page.outcome == "listing"
        if page.outcome is not None and not again:
            return False
        return page.url_key not in queue.asked and page not in queue.sources


def _well_known(url: str) -> list[tuple[str, PageKind]]:
    """Guess where feeds and sitemaps may be, for an outlet that names none."""
    feeds: list[tuple[str, PageKind]] = [
        (urljoin(url, path), "feed") for path in WELL_KNOWN_FEEDS
    ]
    return feeds + [(urljoin(url, path), "sitemap") for path in WELL_KNOWN_SITEMAPS]


def _twin(queue: OutletQueue, page: PageState, source: Source) -> str | None:
    """Return the feed of the outlet that names the same links, if one came before."""
    links = frozenset(url_key(link.url) for link in source.links)
    if source.kind != "feed" or not links:
        return None
    first = queue.feeds.setdefault(links, page.url)
    return first if first != page.url else None
