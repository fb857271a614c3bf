"""Scrapy's AutoThrottle, never below what a host's robots.txt asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.extensions.throttle import AutoThrottle

if TYPE_CHECKING:
    from scrapy.core.downloader import Slot
    from scrapy.http import Response


class PoliteThrottle(AutoThrottle):
    """Adapts the delay of a host to how long it takes to answer."""

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        engine: Any = self.crawler.engine
        asked = engine.downloader.per_slot_settings.get(urlsplit(response.url).hostname)
        if asked:
            slot.delay = max(slot.delay, asked["delay"])
