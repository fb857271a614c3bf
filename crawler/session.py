"""What the parts of one crawl share: the store, the writer, the frontier, the pool."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from crawler.accounting import close_run
from crawler.committing import ArchivePlan, Order
from crawler.frontier import Frontier, Limits, OutletQueue
from crawler.jobs import PageJob, RobotsJob
from crawler.pages import exchange_of, is_no_article
from crawler.rechecks import retry_after
from crawler.registering import register
from crawler.sitemaps import RECENT
from crawler.writing import Writer, WriterProcess
from storage.crawl_state import CrawlState
from storage.errors import StorageError
from storage.runs import finish_run, start_run
from storage.store import Store
from storage.urls import bare_host

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from crawler.outlets import Outlet
    from crawler.planning import CrawlPlan
    from storage.article import Article
    from storage.crawl_state import RobotsState
    from storage.warc_writer import Exchange

Expected: TypeAlias = "tuple[PageJob, Callable[[Any], None]]"

# Articles that may be between the downloader and the disk; more would be memory.
MOST_BACKLOG = 300


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
        writer: WriterProcess | None = None,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.plan = plan
        self._process = writer or WriterProcess()
        self.now = now
        self.outcome = Outcome()
        self.on_error: Callable[[], None] = lambda: None
        self.scratch: tempfile.TemporaryDirectory[str] | None = None
        self.store: Store
        self.state: CrawlState
        self.frontier: Frontier
        self.writer: Writer
        self._expected: defaultdict[str, deque[Expected]] = defaultdict(deque)
        self.is_closed = False
        self._recent = now() - RECENT

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
            self.outcome.run = start_run(db, self.plan.argv, now=self.moment())
            for outlet in self.plan.outlets:
                self.frontier.add(self._register(outlet))
        self.writer = Writer(
            Order(db=path, run=self.run, archive=self._plan_archive()),
            self._process,
            notify=self._notify,
            on_error=self.fail,
        )
        self.writer.start()

    def close(self, reason: str, timeout: float | None = None) -> None:
        """Commit what is there, write down what the run did, and close."""
        if self.is_closed or not hasattr(self, "writer"):
            return
        self.is_closed = True
        # What was told to stop may still come to its end like one that has asked all.
        if reason == "finished" and self.frontier.is_stopping:
            reason = "shutdown"
        self.outcome.reason = reason
        self.writer.close(timeout)
        self.outcome.error = self.outcome.error or self.writer.error
        try:
            self._note_end(reason)
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
    def run(self) -> int:
        """The id of the run, once the session is open."""
        assert self.outcome.run is not None
        return self.outcome.run

    @property
    def searches_back(self) -> bool:
        """The plan asks for more than sources are read for on every day.

        They are read whole then, also those that have not changed.
        """
        return self.plan.since is not None and self.plan.since < self._recent

    @property
    def is_done(self) -> bool:
        """Nothing is left to do."""
        return self.frontier.is_done

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

    def note_plain(self, queue: OutletQueue, reason: str) -> None:
        """Say, once, that an outlet is asked with http."""
        note = f"{queue.outlet.host} does not answer https ({reason}): asked with http"
        if note not in self.outcome.notes:
            self.outcome.notes.append(note)

    def expect_article(
        self, url: str, job: PageJob, then: Callable[[Any], None]
    ) -> None:
        """Hold *job* until the article at *url* comes to the end of the pipelines.

        Two pages may be sent on to one address at the same time.
        """
        self._expected[url].append((job, then))

    def store_article(self, article: Article) -> None:
        """Queue an article with the state of the page that it was read from."""
        if expected := self._pop_expected(article):
            job, then = expected
            job.article = article
            self.writer.put(job, then)

    def drop_article(self, article: Article) -> None:
        """Note that a pipeline refused the article of a page."""
        if expected := self._pop_expected(article):
            job, then = expected
            job.page = is_no_article(job.page, "dropped by a pipeline")
            self.writer.put(job, then)

    def _pop_expected(self, article: Article) -> Expected | None:
        waiting = self._expected.get(article.url)
        if not waiting:
            return None
        expected = waiting.popleft()
        if not waiting:
            del self._expected[article.url]
        return expected

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

    def _register(self, outlet: Outlet) -> OutletQueue:
        return register(
            outlet,
            self.state,
            now=self.now(),
            polls=self.settings.getint("WIRECOPY_POLLS_A_ROUND"),
            poll_all=self.plan.poll_all,
            search=self.searches_back,
            taken=self.frontier.queues,
        )

    def _note_end(self, reason: str) -> None:
        outcome = "done" if reason == "finished" else "stopped"
        with self.store.transaction() as db:
            close_run(
                CrawlState(db),
                self.run,
                self.frontier.queues.values(),
                outcome=outcome,
                now=self.moment(),
            )

    def _note_failure(self, error: BaseException) -> None:
        """Write down that the run failed, if the database still takes that much."""
        with suppress(StorageError), self.store.transaction() as db:
            now = self.moment()
            finish_run(db, self.run, outcome="failed", error=str(error), now=now)

    def _notify(self, call: Callable[[], None]) -> None:
        # The loop is closed when a second signal ended the run at once.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)


def _moment() -> datetime:
    return datetime.now(UTC)
