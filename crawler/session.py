"""What the parts of one crawl share: the store, the writer, the frontier, the pool."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from crawler.committing import ArchivePlan, Order
from crawler.front_pages import WELL_KNOWN_FEEDS, WELL_KNOWN_SITEMAPS
from crawler.frontier import Frontier, Limits, OutletQueue
from crawler.jobs import OutletJob, PageJob, RobotsJob
from crawler.links import in_scope, registered_domain
from crawler.middlewares.robots import RobotsMiddleware
from crawler.pages import exchange_of, is_no_article
from crawler.problems import find_problem
from crawler.rechecks import retry_after
from crawler.writing import Writer
from storage.crawl_state import CrawlState
from storage.errors import StorageError
from storage.outlet_facts import OutletFacts, learn_outlet, note_success
from storage.runs import OutletCounts, count_outlet, finish_run, start_run
from storage.store import Store
from storage.urls import bare_host, host_of, source_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from crawler.outlets import Outlet
    from storage.article import Article
    from storage.crawl_state import PageKind, RobotsState
    from storage.outlet_facts import Registered
    from storage.warc_writer import Exchange

logger = logging.getLogger(__name__)

# Articles that may be between the downloader and the disk; more would be memory.
MOST_BACKLOG = 300
# Sources that one run finds at one outlet: an index of indexes has no end.
MOST_SOURCES = 60


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


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How a crawl ended, for its report."""

    run: int | None = None
    error: BaseException | None = None
    notes: list[str] = field(default_factory=list)
    reason: str = "finished"


class Session:
    """One crawl: opened in start(), closed when the spider closes."""

    def __init__(
        self,
        settings: BaseSettings,
        plan: CrawlPlan,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.plan = plan
        self.now = now
        self.outcome = Outcome()
        self.on_error: Callable[[], None] = lambda: None
        self.scratch: tempfile.TemporaryDirectory[str] | None = None
        self.store: Store
        self.state: CrawlState
        self.frontier: Frontier
        self.writer: Writer
        self.expected: dict[str, tuple[PageJob, Callable[[Any], None]]] = {}
        self.is_closed = False
        self._registering = 0

    def open(self) -> None:
        """Open the database and start the writer; raises StorageError."""
        path = self._path()
        self._loop = asyncio.get_running_loop()
        # Only the queue is read here; the writer has the index, and the larger cache.
        self.store = Store.open(path, cache_mb=16)
        self.state = CrawlState(self.store.db)
        self.frontier = Frontier(
            self.state, limits=self._limits(), now=self.now, since=self.plan.since
        )
        with self.store.transaction() as db:
            run = start_run(db, self.plan.argv, now=self.moment())
        self.outcome.run = run
        self.writer = Writer(
            Order(db=path, run=run, archive=self._plan_archive()),
            notify=self._notify,
            on_error=self.fail,
        )
        self.writer.start()
        for outlet in self.plan.outlets:
            self._register(outlet)

    def close(self, reason: str, timeout: float | None = None) -> None:
        """Commit what is there, write down what the run did, and close."""
        if self.is_closed or not hasattr(self, "writer"):
            return
        self.is_closed = True
        self.outcome.reason = reason
        self.writer.close(timeout)
        self.outcome.error = self.outcome.error or self.writer.error
        try:
            with self.store.transaction() as db:
                self._count(CrawlState(db))
        except StorageError as error:
            self.outcome.error = self.outcome.error or error
        if self.outcome.error is not None:
            self._note_failure(self.outcome.error)
        self.store.close()
        if self.scratch is not None:
            self.scratch.cleanup()

    def fail(self, error: BaseException) -> None:
        """End the run with *error*; what is committed stays."""
        self.outcome.error = self.outcome.error or error
        self.frontier.is_stopping = True
        self.frontier.wake()
        self.on_error()

    @property
    def is_done(self) -> bool:
        """Every outlet is registered and nothing is left to do."""
        return self._registering == 0 and self.frontier.is_done

    @property
    def is_full(self) -> bool:
        """Too much waits for the disk."""
        return self.writer.backlog > MOST_BACKLOG

    def moment(self) -> datetime:
        """Return now as a datetime in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def save_robots(self, robots: RobotsState) -> None:
        """Keep a robots.txt for the next runs."""
        self.writer.put(RobotsJob(robots=robots))

    def note_delay(self, host: str, *, asked: float, obeyed: float) -> None:
        """Take over a Crawl-delay, and say so where it is not obeyed in full."""
        queue = self.frontier.by_host.get(bare_host(host))
        if queue is None or queue.delay == obeyed:
            return
        queue.delay = obeyed
        if obeyed < asked:
            self.outcome.notes.append(
                f"{host} asks for a Crawl-delay of {asked:g} s; {obeyed:g} s is obeyed"
            )

    def store_article(self, article: Article) -> None:
        """Queue an article with the state of the page that it was read from."""
        expected = self.expected.pop(article.url, None)
        if expected is not None:
            job, then = expected
            job.article = article
            self.writer.put(job, then)

    def drop_article(self, article: Article) -> None:
        """Note that a pipeline refused the article of a page."""
        expected = self.expected.pop(article.url, None)
        if expected is not None:
            job, then = expected
            job.page = is_no_article(job.page, "dropped by a pipeline")
            self.writer.put(job, then)

    def keep(self, response: Response) -> Exchange | None:
        """Return an exchange for the archive, if one is kept."""
        if not self.settings.get("WIRECOPY_WARC_DIR"):
            return None
        return exchange_of(response, self.moment())

    def wait_for(self, queue: OutletQueue, response: Response) -> float | None:
        """Obey Retry-After: pause the outlet, or leave it where that is too long."""
        wait = retry_after(response.headers.get("Retry-After"), now=self.now())
        if wait is None:
            return None
        if wait > self.settings.getfloat("WIRECOPY_RETRY_AFTER_CAP"):
            self.frontier.stop(queue, f"asks to come back in {wait:.0f} s")
        else:
            self.frontier.pause(queue, wait)
        return wait

    async def sitemaps_of(self, crawler: Crawler, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of the host of *url* names."""
        middleware = crawler.get_downloader_middleware(RobotsMiddleware)
        if middleware is None:
            return ()
        parts = urlsplit(url)
        robots = await middleware.of(f"{parts.scheme}://{parts.netloc}")
        queue = self.frontier.by_host.get(host_of(url))
        domains = queue.outlet.domains if queue else frozenset({registered_domain(url)})
        return tuple(
            urljoin(url, named) for named in robots.sitemaps if in_scope(named, domains)
        )

    def well_known(self, url: str) -> list[tuple[str, PageKind]]:
        """Guess where feeds and sitemaps may be, for an outlet that names none."""
        feeds: list[tuple[str, PageKind]] = [
            (urljoin(url, path), "feed") for path in WELL_KNOWN_FEEDS
        ]
        return feeds + [(urljoin(url, path), "sitemap") for path in WELL_KNOWN_SITEMAPS]

    def add_sources(
        self, queue: OutletQueue, sources: Sequence[tuple[str, PageKind]]
    ) -> None:
        """Poll sources that a source named, if they are new."""
        if self.is_closed or queue.stopped or queue.polled > MOST_SOURCES:
            return
        for url, _ in sources:
            page = self.state.page(source_key(url))
            if page is not None and page.outcome is None and page not in queue.sources:
                queue.polled += 1
                queue.sources.append(page)
        self.frontier.wake()

    def _path(self) -> Path:
        path = self.settings.get("WIRECOPY_DB")
        if path:
            return Path(path)
        self.scratch = tempfile.TemporaryDirectory(prefix="wirecopy-")
        return Path(self.scratch.name) / "state.db"

    def _plan_archive(self) -> ArchivePlan | None:
        folder = self.settings.get("WIRECOPY_WARC_DIR")
        if not folder:
            return None
        return ArchivePlan(
            folder=Path(folder),
            most=self.settings.getint("WIRECOPY_WARC_BYTES"),
            software=self.settings["USER_AGENT"],
            now=_moment,
        )

    def _limits(self) -> Limits:
        settings = self.settings
        return Limits(
            budget=settings.getint("WIRECOPY_HOST_BUDGET"),
            seconds=settings.getfloat("WIRECOPY_OUTLET_SECONDS"),
            pages=settings.getint("WIRECOPY_PAGES_UNDER_WAY"),
            concurrency=settings.getint("WIRECOPY_HOST_CONCURRENCY"),
            total=self.plan.limit,
        )

    def _register(self, outlet: Outlet) -> None:
        self._registering += 1
        self.writer.put(
            OutletJob(
                facts=_facts_of(outlet),
                sources=list(_known_sources(outlet)),
                now=self.now(),
            ),
            then=lambda row: self._registered(outlet, row),
        )

    def _registered(self, outlet: Outlet, row: Registered) -> None:
        self._registering -= 1
        queue = OutletQueue(outlet=outlet, id=row.id, name=row.name)
        queue.sources.extend(self._sources_to_poll(row.id))
        self.frontier.add(queue)

    def _sources_to_poll(self, outlet: int) -> Sequence[Any]:
        from crawler.polling import pick_sources

        return pick_sources(
            self.state.sources(outlet),
            now=self.now(),
            limit=self.settings.getint("WIRECOPY_POLLS_A_ROUND"),
            poll_all=self.plan.poll_all,
        )

    def _count(self, state: CrawlState) -> None:
        run = self.outcome.run
        if run is None:
            return
        totals: dict[str, int] = {}
        for queue in self.frontier.queues.values():
            counts = queue.counts
            self._note_outlet(state, queue)
            for name, number in counts.items():
                totals[name] = totals.get(name, 0) + number
            count_outlet(
                state.db,
                run,
                OutletCounts(
                    outlet=queue.id,
                    pages=counts["pages"],
                    articles=counts["new"],
                    copies=counts["copies"],
                    errors=counts["errors"],
                    counts=dict(counts),
                    problem=find_problem(queue, state),
                ),
            )
        outcome = "done" if self.outcome.reason == "finished" else "stopped"
        finish_run(state.db, run, outcome=outcome, now=self.moment(), counts=totals)

    def _note_outlet(self, state: CrawlState, queue: OutletQueue) -> None:
        """Write down what an outlet said of itself, and that it answered."""
        spoken = queue.languages.most_common(1)
        learn_outlet(
            state.db,
            queue.id,
            name=queue.site_name,
            language=spoken[0][0] if spoken else None,
        )
        if queue.counts["requests"]:
            note_success(state.db, queue.id, now=self.now())

    def _note_failure(self, error: BaseException) -> None:
        """Write down that the run failed, if the database still takes that much."""
        with suppress(StorageError), self.store.transaction() as db:
            if self.outcome.run is not None:
                finish_run(
                    db,
                    self.outcome.run,
                    outcome="failed",
                    error=str(error),
                    now=self.moment(),
                )

    def _notify(self, call: Callable[[], None]) -> None:
        # The loop is closed when a second signal ended the run at once.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)


def _moment() -> datetime:
    return datetime.now(UTC)


def _facts_of(outlet: Outlet) -> OutletFacts:
    return OutletFacts(
        name=outlet.name,
        host=outlet.host,
        home=outlet.home,
        language=outlet.languages[0] if outlet.languages else None,
        country=outlet.country,
        agency=outlet.agency,
    )


def _known_sources(outlet: Outlet) -> list[tuple[str, PageKind]]:
    kinds: list[tuple[Sequence[str], PageKind]] = [
        (outlet.feeds, "feed"),
        (outlet.news_sitemaps, "news sitemap"),
        (outlet.sitemaps, "sitemap"),
        (outlet.sections, "section"),
        ((outlet.home,), "section"),
    ]
    return [(url, kind) for urls, kind in kinds for url in urls]
