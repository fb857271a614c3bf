"""The spider: polls the sources of outlets and fetches what they name."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider, signals

from crawler import pages
from crawler.errors import ExtractionError, MachineError, NotAnArticle
from crawler.extract.workers import ExtractionPool, Task
from crawler.failures import reason_of
from crawler.fallback import address, falls_back, note_answer
from crawler.jobs import PageJob, SourceJob
from crawler.middlewares.robots import DISALLOWED
from crawler.outlets import load_catalogue, resolve
from crawler.planning import CrawlPlan
from crawler.polling import SAME_LINKS
from crawler.problems import FAILED_PAGE, FAILED_SOURCE
from crawler.session import Session
from crawler.sources import Source, read_source
from storage.errors import StorageError
from storage.urls import source_key, url_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.frontier import OutletQueue
    from crawler.writing import WriterProcess
    from storage.article import Article
    from storage.crawl_state import Link, PageState
    from storage.verdict import Verdict

logger = logging.getLogger(__name__)

SITEMAP_BYTES = 64 * 1024 * 1024


class OutletsSpider(Spider):
    """Crawls outlets: ``scrapy crawl outlets -a urls=https://one.example,two.example``.

    *urls* are names of the catalogue, hosts or URLs, with commas between them. The
    command passes a *plan* instead, and a *writer* that loads already. Articles come out
    as items, also without WIRECOPY_DB.
    """

    name = "outlets"

    def __init__(
        self,
        urls: str = "",
        plan: CrawlPlan | None = None,
        writer: WriterProcess | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if plan is None:
            targets = [target for target in urls.split(",") if target.strip()]
            plan = CrawlPlan(outlets=tuple(resolve(targets, load_catalogue())))
        self.plan = plan
        self.writer = writer
        self.session: Session
        self.extraction: ExtractionPool

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.session = Session(crawler.settings, spider.plan, spider.writer)
        crawler.signals.connect(spider.close_session, signal=signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Open the database, and hand out requests until nothing is left."""
        settings = self.crawler.settings
        try:
            self.session.open()
        except StorageError as error:
            self.session.outcome.error = error
            return
        self.extraction = ExtractionPool(
            settings.getint("WIRECOPY_WORKERS") or os.cpu_count() or 1,
            seconds=settings.getfloat("WIRECOPY_EXTRACT_TIMEOUT"),
        )
        frontier = self.session.frontier
        while not self.session.is_done:
            turn = None if self.session.is_full else frontier.next()
            if turn is not None:
                yield self._request(*turn)
                continue
            if not frontier.busy:
                self.session.writer.flush()
            await frontier.wait()

    def close_session(self, spider: Spider, reason: str) -> None:
        """End the workers and commit what they brought."""
        self.extraction_close()
        self.session.close(reason)

    def extraction_close(self) -> None:
        """End the workers, if there are any; what they are at is fetched again."""
        if hasattr(self, "extraction"):
            self.extraction.terminate()

    def _request(self, queue: OutletQueue, page: PageState) -> Request:
        headers = {}
        is_article = page.kind == "article"
        is_known = page.outcome is not None
        if is_known and (is_article or not self.session.searches_back):
            headers = pages.validators(page)
        meta: dict[str, Any] = {"queue": queue, "page": page}
        if page.kind in {"sitemap", "news sitemap"}:
            meta["download_maxsize"] = SITEMAP_BYTES
        return Request(
            address(queue, page.url),
            callback=self.parse_page if is_article else self.parse_source,
            errback=self.fail,
            headers=headers,
            meta=meta,
            dont_filter=True,
            # What is under way goes before new sources: they only bring more.
            priority=0 if is_article else 10,
        )

    async def parse_page(self, response: Response) -> AsyncIterator[Any]:
        """Read the article of a page, or note why it holds none."""
        queue, page = _of(response)
        try:
            article = await self._read_page(queue, page, response)
            if article is not None:
                yield article
        finally:
            self.session.frontier.release(queue, page)

    async def parse_source(self, response: Response) -> None:
        """Read the links of a feed, sitemap or section page."""
        queue, page = _of(response)
        try:
            await self._read_source(queue, page, response)
        finally:
            self.session.frontier.release(queue, page)

    def fail(self, failure: Failure) -> None:
        """Note why a request came to nothing."""
        request: Request = failure.request  # type: ignore[attr-defined]
        queue, page = request.meta["queue"], request.meta["page"]
        reason = reason_of(failure.value or Exception("unknown"))
        frontier = self.session.frontier
        if falls_back(queue, request.url, reason):
            self.session.note_plain(queue, reason)
            frontier.ask_again(queue, page)
            return
        frontier.release(queue, page)
        _count_failure(queue, page, reason)
        if reason != DISALLOWED:
            queue.counts["errors"] += 1
            frontier.fail(queue, request.url, reason)
        self._save(queue, pages.failed(page, reason, now=self.session.now()))

    async def _read_page(
        self, queue: OutletQueue, page: PageState, response: Response
    ) -> Article | None:
        now = self.session.now()
        seen = pages.fetched(page, response, now=now)
        if not self._answered(queue, page, response):
            return None
        if response.status == 304 or seen.content_hash == page.content_hash:
            queue.counts["unchanged"] += 1
            self._save(queue, pages.unchanged(seen, now=now))
            return None
        try:
            article = await self._extract(queue, response)
        except NotAnArticle as error:
            queue.counts["not an article"] += 1
            queue.counts[f"not an article: {error.reason}"] += 1
            self._save(queue, pages.is_no_article(seen, error.reason), response)
            return None
        except ExtractionError as error:
            if isinstance(error, MachineError):
                # No fault of the page, which waits for the next run as it was.
                self.session.fail(error)
                return None
            queue.counts["errors"] += 1
            _count_failure(queue, page, str(error))
            self._save(queue, pages.failed(seen, str(error), now=now), response)
            return None
        self._expect(queue, page, seen, response, now)
        return replace(article, content_hash=seen.content_hash)

    async def _extract(self, queue: OutletQueue, response: Response) -> Article:
        header = response.headers.get("Content-Type")
        task = Task(
            html=response.body,
            url=response.url,
            content_type=header.decode("latin-1") if header else None,
            fetched=self.session.moment(),
            outlet=queue.name,
        )
        return await self.extraction.extract(task)

    def _expect(
        self,
        queue: OutletQueue,
        page: PageState,
        seen: PageState,
        response: Response,
        now: float,
    ) -> None:
        """Hold the page's state until its article comes to the end of the pipelines."""
        changed = page.content_hash is not None
        state = pages.is_article(seen, now=now, changed=changed)
        aliases: tuple[PageState, ...] = ()
        final = url_key(response.url)
        if final != page.url_key:
            aliases = (replace(state, url_key=final, url=response.url),)
        job = PageJob(page=state, aliases=aliases, exchange=self.session.keep(response))
        self.session.expected[response.url] = (
            job,
            lambda verdict: self._added(queue, page.url_key, verdict),
        )

    def _added(self, queue: OutletQueue, key: str, verdict: Verdict | None) -> None:
        self.session.frontier.commit(queue, key)
        if verdict is not None:
            queue.counts["articles"] += 1
            queue.counts["new"] += verdict.is_new
            queue.counts["revisions"] += verdict.is_revision
            queue.counts["copies"] += verdict.role == "copy" and verdict.is_new
            queue.counts["blocks removed"] += verdict.removed

    def _answered(
        self, queue: OutletQueue, page: PageState, response: Response
    ) -> bool:
        """Note what a status other than 200 and 304 means; return True for those."""
        queue.counts["requests"] += 1
        queue.counts["pages"] += page.kind == "article"
        note_answer(queue, response.url)
        status = response.status
        frontier = self.session.frontier
        if status in {200, 203, 304}:
            frontier.succeed(queue, response.url)
            return True
        wait = None
        if status in {429, 503}:
            wait = self.session.wait_for(queue, response)
        queue.counts["errors"] += 1
        if status >= 500 or status in {401, 403, 429}:
            frontier.fail(queue, response.url, f"HTTP {status}")
        else:
            frontier.succeed(queue, response.url)
            _count_failure(queue, page, f"HTTP {status}")
        now = self.session.now()
        self._save(
            queue,
            pages.failed(page, f"HTTP {status}", now=now, status=status, wait=wait),
        )
        return False

    async def _read_source(
        self, queue: OutletQueue, page: PageState, response: Response
    ) -> None:
        now = self.session.now()
        if not self._answered(queue, page, response):
            return
        queue.counts["polls"] += 1
        seen = replace(pages.fetched(page, response, now=now), outcome="listing")
        is_same = response.status == 304 or seen.content_hash == page.content_hash
        if is_same and not self.session.searches_back:
            queue.counts["polls unchanged"] += 1
            self._write_source(queue, page, seen, Source(kind=page.kind))
            return
        source = await asyncio.to_thread(
            read_source,
            response.body,
            response.url,
            kind=page.kind,
            outlet=queue.outlet,
            since=self.plan.since,
            now=now,
            limit=self.session.links_a_source,
        )
        if not source.is_one:
            self._save(queue, pages.failed(page, f"not a {page.kind}", now=now))
            return
        if page.kind == "section":
            source = await self._with_robots(queue, page, response, source)
        queue.hear(source.names, source.language)
        seen = replace(seen, kind=source.kind)
        if twin := _twin(queue, page, source):
            seen = replace(seen, reason=f"{SAME_LINKS} {twin}")
        self._write_source(queue, page, seen, source)

    async def _with_robots(
        self, queue: OutletQueue, page: PageState, response: Response, source: Source
    ) -> Source:
        """Add the sitemaps that robots.txt names; guess where nobody names a thing."""
        is_first = page.first_fetched is None or self.session.searches_back
        if not is_first or page.url != queue.outlet.home:
            return source
        named = await self.session.sitemaps_of(self.crawler, response.url)
        found = [*source.sources, *((url, "sitemap") for url in named)]
        if not found:
            found = self.session.well_known(response.url)
        return replace(source, sources=tuple(found))

    def _write_source(
        self, queue: OutletQueue, page: PageState, seen: PageState, source: Source
    ) -> None:
        frontier = self.session.frontier
        links: dict[int, list[Link]] = {}
        for link in source.links:
            links.setdefault(frontier.owner(link.url, queue).id, []).append(link)

        def then(counted: tuple[int, int]) -> None:
            fresh, new_sources = counted
            queue.counts["links"] += len(source.links)
            queue.counts["fresh links"] += fresh
            if fresh:
                frontier.found_more(frontier.queues[outlet] for outlet in links)
            if new_sources or self.session.searches_back:
                self.session.add_sources(queue, source.sources)
            frontier.commit(queue, page.url_key)

        self.session.writer.put(
            SourceJob(
                page=seen,
                outlet=queue.id,
                now=self.session.now(),
                links=links,
                sources=[(source_key(url), kind) for url, kind in source.sources],
            ),
            then,
        )

    def _save(
        self, queue: OutletQueue, page: PageState, response: Response | None = None
    ) -> None:
        frontier = self.session.frontier
        self.session.writer.put(
            PageJob(
                page=page,
                exchange=self.session.keep(response) if response is not None else None,
            ),
            then=lambda _: frontier.commit(queue, page.url_key),
        )


def _twin(queue: OutletQueue, page: PageState, source: Source) -> str | None:
    """Return the feed of the outlet that names the same links, if one came before."""
    links = frozenset(url_key(link.url) for link in source.links)
    if source.kind != "feed" or not links:
        return None
    first = queue.feeds.setdefault(links, page.url)
    return first if first != page.url else None


def _of(response: Response) -> tuple[OutletQueue, PageState]:
    meta = response.meta
    return meta["queue"], meta["page"]


def _count_failure(queue: OutletQueue, page: PageState, reason: str) -> None:
    kind = FAILED_PAGE if page.kind == "article" else FAILED_SOURCE
    queue.counts[f"{kind}{reason}"] += 1
