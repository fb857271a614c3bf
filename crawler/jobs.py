"""What the writer writes: pages with their articles, sources with their links.

A job crosses to the writer's process and comes back as what its write() returned.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from crawler.rechecks import after_poll

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.article import Article
    from storage.crawl_state import (
        CrawlState,
        Link,
        PageKind,
        PageState,
        RobotsState,
    )
    from storage.verdict import Verdict
    from storage.warc_writer import Exchange, WarcArchive


class Job(Protocol):
    """Something to write; *is_urgent* when the crawl waits for it."""

    is_urgent: bool

    @property
    def article(self) -> Article | None:
        """The article to add with it, under one savepoint."""

    def archive(self, archive: WarcArchive) -> None:
        """Keep what must be on the disk before the transaction begins."""

    def write(self, state: CrawlState, verdict: Verdict | None) -> Any:
        """Write the rest; inside the transaction, and again if that is repeated."""


class _Job:
    """A job without an article and without haste."""

    is_urgent = False
    article: Article | None = None

    def archive(self, archive: WarcArchive) -> None:
        """Nothing to keep."""


@dataclass(kw_only=True)
class PageJob(_Job):
    """A page that was fetched, and the article that was read from it, if any.

    *aliases* are further pages that came to the same article (the address that was
    redirected). *exchange* is what the archive keeps. write() returns the verdict.
    """

    page: PageState
    article: Article | None = None
    aliases: tuple[PageState, ...] = ()
    exchange: Exchange | None = None

    def archive(self, archive: WarcArchive) -> None:
        if self.exchange is not None:
            file, offset = archive.write(self.exchange)
            self.exchange = None
            self.page = replace(self.page, warc_file=file, warc_offset=offset)

    def write(self, state: CrawlState, verdict: Verdict | None) -> Verdict | None:
        article = self.page.article if verdict is None else verdict.article
        for page in (self.page, *self.aliases):
            state.save(replace(page, article=article))
        return verdict


@dataclass(kw_only=True)
class SourceJob(_Job):
    """A source that was polled: its links by outlet, and the sources that it names.

    *page* is scheduled by how many of the links are new. write() returns how many links
    and how many sources were new.
    """

    page: PageState
    outlet: int
    now: float
    links: dict[int, list[Link]] = field(default_factory=dict)
    sources: Sequence[tuple[str, PageKind]] = ()
    is_urgent: bool = True

    def write(self, state: CrawlState, verdict: Verdict | None) -> tuple[int, int]:
        found = fresh = 0
        for outlet, links in self.links.items():
            named, new = state.remember(links, outlet=outlet, now=self.now)
            found, fresh = found + named, fresh + new
        sources = state.add_sources(self.sources, outlet=self.outlet, now=self.now)[1]
        page = after_poll(self.page, now=self.now, fresh=fresh)
        state.save(replace(page, found=page.found + found, fresh=page.fresh + fresh))
        return fresh, sources


@dataclass(kw_only=True)
class RobotsJob(_Job):
    """A robots.txt to keep for the next runs."""

    robots: RobotsState

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        state.save_robots(self.robots)


@dataclass(kw_only=True)
class FlushJob(_Job):
    """Nothing to write, but what came before it is to be committed at once."""

    is_urgent: bool = True

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        """Nothing to write."""
