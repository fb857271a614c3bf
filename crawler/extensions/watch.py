"""Calls a function of the command's now and then, so that it can show progress."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

SECONDS = 0.5


class Watch:
    """Calls WIRECOPY_WATCH with the session twice a second."""

    def __init__(self, crawler: Crawler, watch: Callable[[Any], None]) -> None:
        self.crawler = crawler
        self.watch = watch
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        watch = crawler.settings.get("WIRECOPY_WATCH")
        if watch is None:
            raise NotConfigured
        extension = cls(crawler, watch)
        crawler.signals.connect(extension.begin, signal=signals.spider_opened)
        crawler.signals.connect(extension.end, signal=signals.spider_closed)
        return extension

    def begin(self) -> None:
        """Begin to call."""
        self._timer = asyncio.get_running_loop().call_later(SECONDS, self.begin)
        session = getattr(self.crawler.spider, "session", None)
        if session is not None and hasattr(session, "frontier"):
            self.watch(session)

    def end(self) -> None:
        """Call no more."""
        if self._timer is not None:
            self._timer.cancel()
