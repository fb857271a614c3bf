"""How fast a host is asked: never faster than its robots.txt says, slower if it is slow."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import signals

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response

# A host that answers within this many seconds is not strained by what we ask of it.
QUICK = 0.5
# What a host says of itself with these is not that it has time for more.
_STRAINED = frozenset({429, 500, 502, 503, 504})


class PoliteThrottle:
    """Adapts the delay of a host to how long it takes to answer.

    A slow host is asked once in the time that an answer takes it (twice as seldom as two
    requests at a time would be), with AUTOTHROTTLE_MAX_DELAY as the longest.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.adapts = crawler.settings.getbool("AUTOTHROTTLE_ENABLED")
        self.most = crawler.settings.getfloat("AUTOTHROTTLE_MAX_DELAY")
        self.least = crawler.settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        throttle = cls(crawler)
        crawler.signals.connect(throttle.answered, signal=signals.response_downloaded)
        return throttle

    def answered(self, response: Response, request: Request) -> None:
        """Set when, and how often, the host of *response* may be asked again."""
        engine: Any = self.crawler.engine
        downloader = engine.downloader
        slot = downloader.slots.get(request.meta.get("download_slot"))
        if slot is None:
            return
        asked = downloader.per_slot_settings.get(urlsplit(response.url).hostname)
        if asked or request.meta.get("dont_obey_robotstxt"):
            # Counted from the answer: when the host saw the request is not known, and
            # robots.txt is a request like any other.
            slot.lastseen = monotonic()
        if self.adapts:
            self._adapt(slot, request.meta.get("download_latency", 0.0), response)
        if asked:
            slot.delay = max(slot.delay, asked["delay"])

    def _adapt(self, slot: Slot, latency: float, response: Response) -> None:
        target = latency if latency > QUICK else 0.0
        delay = max(target, (slot.delay + target) / 2, self.least)
        if response.status in _STRAINED:
            delay = max(delay, slot.delay)
        slot.delay = min(delay, self.most) if delay > _SHORTEST else 0.0


# A pause that no host would notice, in seconds.
_SHORTEST = 0.02
