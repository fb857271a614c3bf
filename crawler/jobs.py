"""What the writer writes: pages with their articles, sources with their links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.rechecks import after_poll
from storage.outlet_facts import OutletFacts, Registered, register_outlet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from storage.article import Article
    from storage.crawl_state import (
        CrawlState,
        Link,
        PageKind,
        PageState,
        RobotsState,
    )
    from storage.verdict import Verdict


class _Job:
    """A job without an article and without haste."""

    is_urgent = False
    article: Article | None = None

    def prepare(self) -> None:
        """Nothing to prepare."""

    def done(self, verdict: Verdict | None) -> None:
        """Nothing to tell."""


@dataclass(kw_only=True)
class PageJob(_Job):
    """A page that was fetched, and the article that was read from it, if any.

    *aliases* are further pages that came to the same article (the address that was
    redirected). *keep* archives the exchange and returns (WARC file, offset).
    """

    page: PageState
    article: Article | None = None
    aliases: tuple[PageState, ...] = ()
    keep: Callable[[], tuple[str, int]] | None = None
    then: Callable[[Verdict | None], None] | None = None

    def prepare(self) -> None:
        if self.keep is not None:
            file, offset = self.keep()
            self.keep = None
            self.page = replace(self.page, warc_file=file, warc_offset=offset)

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        article = self.page.article if verdict is None else verdict.article
        for page in (self.page, *self.aliases):
            state.save(replace(page, article=article))

    def done(self, verdict: Verdict | None) -> None:
        if self.then is not None:
            self.then(verdict)


@dataclass(kw_only=True)
class SourceJob(_Job):
    """A source that was polled: its links by outlet, and the sources that it names.

    *page* is scheduled by how many of the links are new.
    """

    page: PageState
    outlet: int
    now: float
    links: dict[int, list[Link]]
    sources: Sequence[tuple[str, PageKind]] = ()
    then: Callable[[int, int], None] | None = None
    is_urgent: bool = True
    fresh: int = 0
    new_sources: int = 0

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        found = self.fresh = 0
        for outlet, links in self.links.items():
            named, new = state.remember(links, outlet=outlet, now=self.now)
            found, self.fresh = found + named, self.fresh + new
        self.new_sources = state.add_sources(
            self.sources, outlet=self.outlet, now=self.now
        )[1]
        page = after_poll(self.page, now=self.now, fresh=self.fresh)
        state.save(
            replace(page, found=page.found + found, fresh=page.fresh + self.fresh)
        )

    def done(self, verdict: Verdict | None) -> None:
        if self.then is not None:
            self.then(self.fresh, self.new_sources)


@dataclass(kw_only=True)
class RobotsJob(_Job):
    """A robots.txt to keep for the next runs."""

    robots: RobotsState

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        state.save_robots(self.robots)


@dataclass(kw_only=True)
class OutletJob(_Job):
    """An outlet that a run begins with, and the sources that are known of it."""

    facts: OutletFacts
    sources: Sequence[tuple[str, PageKind]]
    now: float
    then: Callable[[Registered], None]
    is_urgent: bool = True
    row: Registered | None = None

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        self.row = register_outlet(state.db, self.facts)
        state.add_sources(self.sources, outlet=self.row.id, now=self.now)

    def done(self, verdict: Verdict | None) -> None:
        assert self.row is not None
        self.then(self.row)


@dataclass(kw_only=True)
class CallJob(_Job):
    """Anything else that is written in a transaction."""

    call: Callable[[CrawlState], None]

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        self.call(state)
