"""The spider: polls the sources of outlets and fetches what they name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, Spider, signals

from crawler import pages
from crawler.answers import Answers, question_of
from crawler.extract.workers import ExtractionPool
from crawler.fallback import address
from crawler.outlets import load_catalogue, resolve
from crawler.planning import CrawlPlan
from crawler.reading_pages import PageReader
from crawler.reading_sources import SourceReader
from crawler.session import Session
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.frontier import OutletQueue
    from crawler.writing import WriterProcess
    from storage.crawl_state import PageState

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
        self.answers: Answers
        self.extraction: ExtractionPool
        self.page_reader: PageReader
        self.source_reader: SourceReader

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        session = Session(crawler.settings, spider.plan, spider.writer)
        spider.session, spider.answers = session, Answers(session)
        spider.source_reader = SourceReader(session, spider.answers, crawler)
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
        self.page_reader = PageReader(self.session, self.answers, self.extraction)
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
            errback=self.answers.fail,
            headers=headers,
            meta=meta,
            dont_filter=True,
            # What is under way goes before new sources: they only bring more.
            priority=0 if is_article else 10,
        )

    async def parse_page(self, response: Response) -> AsyncIterator[Any]:
        """Read the article of a page, or note why it holds none."""
        queue, page = question_of(response)
        try:
            article = await self.page_reader.read(queue, page, response)
        except Exception as error:  # noqa: BLE001
            self.answers.break_off(queue, page, error)
        else:
            if article is not None:
                yield article
        finally:
            self.session.frontier.release(queue, page)

    async def parse_source(self, response: Response) -> None:
        """Read the links of a feed, sitemap or section page."""
        queue, page = question_of(response)
        try:
            await self.source_reader.read(queue, page, response)
        except Exception as error:  # noqa: BLE001
            self.answers.break_off(queue, page, error)
        finally:
            self.session.frontier.release(queue, page)
