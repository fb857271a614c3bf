"""Run a crawl from the outlets to the settled database, and report on it."""

from __future__ import annotations

import logging
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crawler.children import load_ahead
from crawler.errors import OutletError
from crawler.problems import FAILED_PAGE, FAILED_SOURCE, find_problem
from crawler.writing import WriterProcess
from dedupe.slim_imports import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from scrapy.crawler import AsyncCrawlerProcess, Crawler
    from scrapy.settings import Settings

    from crawler.frontier import OutletQueue
    from crawler.planning import CrawlPlan
    from crawler.session import Session

# A stop finishes what is under way, but ends before a service manager loses patience.
GRACE = 6.0
FLUSH = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletReport:
    """What a run did at one outlet; *problem* says why it came to nothing.

    *site_name* is what the outlet calls itself, where its sources were read.
    """

    outlet: str
    host: str
    pages: int
    articles: int
    new: int
    copies: int
    revisions: int
    errors: int
    waiting: int
    site_name: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What a run did in all; *reason* is "finished", or why it ended before.

    *not_articles* and *failed* count pages by reason, *failed_sources* feeds, sitemaps
    and sections; *waiting* counts the pages that are known and left for the next run.
    *alarms* want a person.
    """

    run: int
    seconds: float
    reason: str
    requests: int
    pages: int
    articles: int
    new: int
    copies: int
    revisions: int
    blocks_removed: int
    polls: int
    polls_unchanged: int
    waiting: int
    settled: int = 0
    not_articles: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    failed_sources: Mapping[str, int] = field(default_factory=dict)
    outlets: tuple[OutletReport, ...] = ()
    notes: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[OutletReport, ...]:
        """The outlets that came to nothing."""
        return tuple(outlet for outlet in self.outlets if outlet.problem)

    @property
    def came_to_nothing(self) -> bool:
        """If no outlet had anything to give."""
        return bool(self.problems) and len(self.problems) == len(self.outlets)


def crawl(
    plan: CrawlPlan,
    db: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    settle: bool = True,
    watch: Callable[[Session], None] | None = None,
) -> CrawlReport:
    """Crawl *plan* into *db* in this process, which must not have run a reactor.

    *settings* are Scrapy's or wirecopy's own, over the defaults. *watch* is called now
    and then with the running session. Raises OutletError where the plan has no outlet, StorageError
    where the database cannot be written; what was committed before stays.
    """
    if not plan.outlets:
        raise OutletError("no outlet to crawl: name one, or see wirecopy outlets list")
    began = time.monotonic()
    is_new = not db.exists()
    if is_new:
        # Where articles are known there may be no new page to extract.
        load_ahead()
    writer = WriterProcess(is_ahead=is_new)
    writer.start()
    try:
        session = _crawl(
            plan, db, {**(settings or {}), "WIRECOPY_WATCH": watch}, writer
        )
    finally:
        writer.end()
    if session.outcome.error is not None:
        raise session.outcome.error
    is_whole = session.outcome.reason == "finished"
    settled = _settle(db, session.outcome.run) if settle and is_whole else 0
    report = _report(session, db, time.monotonic() - began, settled)
    if is_new and report.came_to_nothing and not report.articles:
        _remove(db)
    return report


def _crawl(
    plan: CrawlPlan, db: Path, settings: Mapping[str, Any], writer: WriterProcess
) -> Session:
    with kept():
        # Scrapy looks at every frame above it, and its file, when this is imported.
        import scrapy.core.downloader.contextfactory  # noqa: F401
        from scrapy.crawler import AsyncCrawlerProcess

        from crawler.spiders.outlets import OutletsSpider

    _check(db)
    process = AsyncCrawlerProcess(load_settings(db, settings))
    # Scrapy makes a record of every step of every page, and drops it at its handler.
    logging.getLogger("scrapy").setLevel(process.settings["LOG_LEVEL"])
    crawler = process.create_crawler(OutletsSpider)
    process.crawl(crawler, plan=plan, writer=writer)
    _run(process, crawler)
    session: Session = crawler.spider.session  # type: ignore[union-attr]
    return session


def load_settings(db: Path, own: Mapping[str, Any]) -> Settings:
    """Return wirecopy's Scrapy settings, *own* over them, wherever it is called."""
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict({"WIRECOPY_DB": str(db), **own}, priority="cmdline")
    contact = settings.get("WIRECOPY_CONTACT")
    if contact:
        agent = f"wirecopy/0.1 (news archive; +{contact})"
        settings.set("USER_AGENT", agent, priority="cmdline")
    return settings


def _check(db: Path) -> None:
    """Open and migrate the database before anything else is begun."""
    from storage.store import Store

    with Store.open(db) as store, store.transaction():
        pass


def _remove(db: Path) -> None:
    """Leave no file behind a run that was called wrongly."""
    for suffix in ("", "-wal", "-shm"):
        db.with_name(f"{db.name}{suffix}").unlink(missing_ok=True)


def _settle(db: Path, run: int | None) -> int:
    """Re-derive what this run made stale; returns how many articles changed."""
    from storage.settle import settle
    from storage.store import Store

    with Store.open(db) as store:
        return settle(store, run=run).articles


def _run(process: AsyncCrawlerProcess, crawler: Crawler) -> None:
    from twisted.internet import reactor

    engine: Any = reactor
    signals = 0

    def stop() -> None:
        nonlocal signals
        signals += 1
        if signals > 1:
            process._stop_reactor()
            return
        engine.callLater(GRACE, process._stop_reactor)
        spider: Any = crawler.spider
        frontier = getattr(getattr(spider, "session", None), "frontier", None)
        if frontier is not None:
            frontier.is_stopping = True
            frontier.wake()
        process._graceful_stop_reactor()

    def handle(signum: int, frame: Any) -> None:
        engine.callFromThread(stop)

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        process.start(install_signal_handlers=False)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _close(crawler)


_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def _close(crawler: Crawler) -> None:
    """Commit what is there where the spider could not close by itself."""
    spider: Any = crawler.spider
    if spider is not None and not spider.session.is_closed:
        spider.extraction_close()
        spider.session.close("stopped", timeout=FLUSH)


def _report(session: Session, db: Path, seconds: float, settled: int) -> CrawlReport:
    from storage.crawl_state import CrawlState
    from storage.store import Store

    queues = sorted(session.frontier.queues.values(), key=lambda q: q.outlet.host)
    with Store.open(db, read_only=True) as store:
        state = CrawlState(store.db)
        outlets = tuple(_outlet_report(queue, state) for queue in queues)
        alarms = tuple(_alarms(store.db, outlets, session.now()))
    total = sum((queue.counts for queue in queues), start=Counter())
    return CrawlReport(
        run=session.outcome.run or 0,
        seconds=round(seconds, 2),
        reason=session.outcome.reason,
        requests=total["requests"],
        pages=total["pages"],
        articles=total["articles"],
        new=total["new"],
        copies=total["copies"],
        revisions=total["revisions"],
        blocks_removed=total["blocks removed"],
        polls=total["polls"],
        polls_unchanged=total["polls unchanged"],
        waiting=sum(outlet.waiting for outlet in outlets),
        settled=settled,
        not_articles=_by_reason(total, "not an article: "),
        failed=_by_reason(total, FAILED_PAGE),
        failed_sources=_by_reason(total, FAILED_SOURCE),
        outlets=outlets,
        notes=tuple(session.outcome.notes),
        alarms=alarms,
    )


def _alarms(db: Any, outlets: tuple[OutletReport, ...], now: float) -> Iterator[str]:
    """Yield what a run may have done wrong: too many copies, too large a story."""
    from storage.health import NEARLY_COPIES, read_health

    health = read_health(db, now=now)
    crawled = {outlet.host for outlet in outlets}
    yield from health.alarms
    for outlet in health.outlets:
        if outlet.host in crawled:
            for alarm in outlet.alarms:
                if alarm.startswith(NEARLY_COPIES):
                    yield f"{outlet.host}: {alarm}"


def _outlet_report(queue: OutletQueue, state: Any) -> OutletReport:
    counts = queue.counts
    return OutletReport(
        outlet=queue.outlet.name,
        host=queue.outlet.host,
        pages=counts["pages"],
        articles=counts["articles"],
        new=counts["new"],
        copies=counts["copies"],
        revisions=counts["revisions"],
        errors=counts["errors"],
        waiting=state.waiting(queue.id),
        site_name=queue.site_name,
        problem=find_problem(queue, state),
    )


def _by_reason(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): number
        for name, number in sorted(counts.items(), key=lambda pair: -pair[1])
        if name.startswith(prefix)
    }
