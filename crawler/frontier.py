"""Whose turn it is: outlets in a circle, so that a bad one never starves the others.

The queue itself is the table of pages; what is held here is a handful of rows for each
outlet. Everything runs on the reactor's thread.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.naming import pick_name
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crawler.naming import Claim
    from crawler.outlets import Outlet
    from storage.crawl_state import CrawlState, PageState

CHUNK = 32
# Pages under way below which pages go before sources: those who extract them would wait.
ENOUGH_PAGES = 24
# Failures in a row after which a host is left alone for the rest of the run.
MOST_FAILURES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one run may take: of an outlet, and at a time.

    *budget* counts pages of one outlet, *seconds* the time spent on it; *pages* and
    *concurrency* are how many may be under way in all and at one outlet; *total*
    counts the pages of the whole run.
    """

    budget: int = 2000
    seconds: float = 1800.0
    pages: int = 96
    concurrency: int = 2
    total: int | None = None


@dataclass(slots=True, kw_only=True)
class OutletQueue:
    """The work at one outlet, and what has come of it so far in this run.

    *name* is the one that its row has; *claims* and *languages* are what its sources
    say of it.
    """

    outlet: Outlet
    id: int
    sources: deque[PageState] = field(default_factory=deque)
    pages: deque[PageState] = field(default_factory=deque)
    may_hold_more: bool = True
    in_circle: bool = False
    under_way: int = 0
    uncommitted: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    feeds: dict[frozenset[str], str] = field(default_factory=dict)
    taken: int = 0
    polled: int = 0
    started: float | None = None
    not_before: float = 0.0
    delay: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    dead_hosts: set[str] = field(default_factory=set)
    stopped: str | None = None
    answers_https: bool | None = None
    name: str = ""
    claims: list[Claim] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def site_name(self) -> str | None:
        """What the outlet calls itself, where its sources were read."""
        return pick_name(self.claims, self.outlet.host)

    def hear(self, names: Iterable[Claim], language: str | None) -> None:
        """Note what a source says of the outlet."""
        self.claims.extend(names)
        if language:
            self.languages[language[:2].lower()] += 1

    @property
    def may_ask(self) -> bool:
        """There is, or may be, something to ask for."""
        return not self.stopped and bool(
            self.sources or self.pages or self.may_hold_more
        )

    @property
    def is_done(self) -> bool:
        """Nothing under way, nothing to commit, and nothing more to ask for."""
        return not (self.under_way or self.uncommitted or self.may_ask)


class Frontier:
    """Hands out the next page to fetch, and wakes up when something has changed."""

    def __init__(
        self,
        state: CrawlState,
        *,
        limits: Limits,
        now: Callable[[], float],
        since: float | None = None,
    ) -> None:
        self.state = state
        self.limits = limits
        self.since = since
        self.now = now
        self.queues: dict[int, OutletQueue] = {}
        self.by_host: dict[str, OutletQueue] = {}
        self.busy = 0
        self.pages_under_way = 0
        self.taken = 0
        self.is_stopping = False
        # Those that may have something to ask, and those that are not through.
        self._circle: deque[OutletQueue] = deque()
        self._open: dict[int, OutletQueue] = {}
        self._resting: dict[int, OutletQueue] = {}
        self._changed = asyncio.Event()

    def add(self, queue: OutletQueue) -> None:
        """Take an outlet into the circle."""
        self.queues[queue.id] = queue
        self.by_host[queue.outlet.host] = queue
        self.reopen(queue)

    def reopen(self, queue: OutletQueue) -> None:
        """An outlet has something to ask, perhaps again."""
        self._open[queue.id] = queue
        if not queue.in_circle:
            queue.in_circle = True
            self._circle.append(queue)
        self.wake()

    def owner(self, url: str, default: OutletQueue) -> OutletQueue:
        """Return the queue of the outlet whose host *url* is on, else *default*."""
        return self.by_host.get(host_of(url), default)

    def next(self) -> tuple[OutletQueue, PageState] | None:
        """Return the next page that may be asked for now, or None."""
        if self.is_stopping or self.busy >= self.limits.pages:
            return None
        for _ in range(len(self._circle)):
            queue = self._circle.popleft()
            page = self._next_of(queue)
            queue.in_circle = queue.may_ask
            if queue.in_circle:
                self._circle.append(queue)
            else:
                # It may have been the last: whoever waits looks if all is done.
                self.wake()
            if page is not None:
                self._take(queue, page)
                return queue, page
        return None

    @property
    def is_done(self) -> bool:
        """Tell whether nothing is left, or under way."""
        if self.is_stopping:
            return self.busy == 0
        while self._open:
            queue = next(iter(self._open.values()))
            if not queue.is_done:
                return False
            del self._open[queue.id]
        return True

    async def wait(self) -> None:
        """Sleep until something changes or the next outlet may be asked again."""
        now = self.now()
        for queue in list(self._resting.values()):
            if queue.not_before <= now:
                del self._resting[queue.id]
        pauses = (queue.not_before - now for queue in self._resting.values())
        pause = min(pauses, default=30.0)
        try:
            await asyncio.wait_for(self._changed.wait(), min(pause, 30.0))
        except TimeoutError:
            return
        finally:
            self._changed.clear()

    def wake(self) -> None:
        """Something has changed: look again."""
        self._changed.set()

    def release(self, queue: OutletQueue, page: PageState) -> None:
        """A page has been fetched and read, or has failed."""
        queue.under_way -= 1
        self.busy -= 1
        self.pages_under_way -= page.kind == "article"
        self.wake()

    def ask_again(self, queue: OutletQueue, page: PageState) -> None:
        """A page was not had, and goes before all others at another address."""
        self.release(queue, page)
        queue.uncommitted.discard(page.url_key)
        (queue.pages if page.kind == "article" else queue.sources).appendleft(page)
        self.reopen(queue)

    def commit(self, queue: OutletQueue, key: str) -> None:
        """What came of a page is in the database."""
        queue.uncommitted.discard(key)
        self.wake()

    def succeed(self, queue: OutletQueue, url: str) -> None:
        """The host of *url* answered."""
        queue.failures.pop(host_of(url), None)

    def fail(self, queue: OutletQueue, url: str, reason: str) -> None:
        """The host of *url* did not answer; after too many in a row it is left alone.

        With the outlet's own host the outlet is; a dead host of its feeds is not that.
        """
        host = host_of(url)
        queue.failures[host] += 1
        if queue.failures[host] < MOST_FAILURES:
            return
        queue.dead_hosts.add(host)
        if host == queue.outlet.host:
            self.stop(queue, f"{MOST_FAILURES} failures in a row, the last: {reason}")

    def stop(self, queue: OutletQueue, reason: str) -> None:
        """Leave an outlet alone for the rest of the run; its pages wait."""
        queue.stopped = queue.stopped or reason
        queue.sources.clear()
        queue.pages.clear()
        self.wake()

    def pause(self, queue: OutletQueue, seconds: float) -> None:
        """Ask nothing of an outlet for some seconds."""
        queue.not_before = max(queue.not_before, self.now() + seconds)
        self._resting[queue.id] = queue

    def found_more(self, queues: Iterable[OutletQueue]) -> None:
        """New links of these outlets are in the database."""
        for queue in queues:
            queue.may_hold_more = True
            self.reopen(queue)

    def _next_of(self, queue: OutletQueue) -> PageState | None:
        concurrency = 1 if queue.delay else self.limits.concurrency
        now = self.now()
        if queue.stopped or queue.under_way >= concurrency or now < queue.not_before:
            return None
        if self._wants_pages:
            return self._next_page(queue, now) or _next_source(queue)
        return _next_source(queue) or self._next_page(queue, now)

    @property
    def _wants_pages(self) -> bool:
        """Pages go first where few are under way; not where a few are all we take.

        Sources first is what makes the newest of all sources the first.
        """
        return self.limits.total is None and self.pages_under_way < ENOUGH_PAGES

    def _next_page(self, queue: OutletQueue, now: float) -> PageState | None:
        if self._is_spent(queue, now):
            return None
        if not queue.pages and queue.may_hold_more:
            self._refill(queue, now)
        return queue.pages.popleft() if queue.pages else None

    def _is_spent(self, queue: OutletQueue, now: float) -> bool:
        limits = self.limits
        is_spent = queue.taken >= limits.budget or (
            queue.started is not None and now - queue.started > limits.seconds
        )
        if limits.total is not None and self.taken >= limits.total:
            is_spent = True
        if is_spent:
            queue.pages.clear()
            queue.may_hold_more = False
        return is_spent

    def _refill(self, queue: OutletQueue, now: float) -> None:
        pages = self.state.due(
            queue.id,
            now=now,
            limit=CHUNK,
            without=[*queue.uncommitted],
            since=self.since,
        )
        # A page is asked for once a run: a retry that is due again belongs to the next.
        queue.pages.extend(
            page
            for page in pages
            if page.url_key not in queue.asked
            and host_of(page.url) not in queue.dead_hosts
        )
        queue.may_hold_more = len(pages) == CHUNK and bool(queue.pages)

    def _take(self, queue: OutletQueue, page: PageState) -> None:
        now = self.now()
        queue.started = now if queue.started is None else queue.started
        queue.under_way += 1
        self.busy += 1
        queue.uncommitted.add(page.url_key)
        if page.kind == "article":
            queue.taken += 1
            self.taken += 1
            self.pages_under_way += 1
        if page.outcome is not None or page.kind != "article":
            queue.asked.add(page.url_key)
        if queue.delay:
            self.pause(queue, queue.delay)


def _next_source(queue: OutletQueue) -> PageState | None:
    while queue.sources:
        source = queue.sources.popleft()
        if host_of(source.url) not in queue.dead_hosts:
            return source
    return None
