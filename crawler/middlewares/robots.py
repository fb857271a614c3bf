"""Obeys robots.txt, with a timeout of its own and a cache in the database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK

from crawler.failures import DOWNLOAD_ERRORS, reason_of
from crawler.robots import MOST_BYTES, Robots, read_robots
from storage.crawl_state import RobotsState

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler

DISALLOWED = "disallowed by robots.txt"
UNREACHABLE = "robots.txt unreachable"


class DisallowedError(IgnoreRequest):
    """robots.txt forbids the URL, or could not be had."""


class RobotsMiddleware:
    """Asks each host for its rules once, before anything else of it."""

    def __init__(self, crawler: Crawler, *, now: Callable[[], float]) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.now = now
        self.timeout = settings.getfloat("WIRECOPY_ROBOTS_TIMEOUT")
        self.ttl = settings.getfloat("WIRECOPY_ROBOTS_TTL")
        self.delay_cap = settings.getfloat("WIRECOPY_DELAY_CAP")
        self._robots: dict[str, asyncio.Future[Robots]] = {}
        self._faults: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        import time

        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        return cls(crawler, now=time.time)

    async def process_request(self, request: Request) -> None:
        """Raise DisallowedError where the host's rules forbid the request."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlsplit(request.url)
        robots = await self.of(f"{parts.scheme}://{parts.netloc}")
        self._slow_down(parts.hostname or "", robots)
        if robots.unreachable is not None:
            raise DisallowedError(f"{UNREACHABLE}: {robots.unreachable}")
        if not robots.allows(request.url):
            raise DisallowedError(DISALLOWED)

    async def of(self, origin: str) -> Robots:
        """Return the rules of *origin* ("https://example.org"), asked for once."""
        if origin not in self._robots:
            self._robots[origin] = asyncio.ensure_future(self._load(origin))
        return await asyncio.shield(self._robots[origin])

    async def _load(self, origin: str) -> Robots:
        cached = self._session.state.robots(origin)
        if cached is not None and 0 <= self.now() - cached.fetched < self.ttl:
            return read_robots(cached)
        fetched = await self._fetch(origin, cached)
        is_failure = fetched.status is None or fetched.status >= 500
        if is_failure and cached is not None and (cached.status or 500) < 500:
            # Rules that were seen are better than none; asked for again next run.
            return read_robots(cached)
        if not is_failure:
            self._session.save_robots(fetched)
        return read_robots(fetched, self._faults.get(origin))

    async def _fetch(self, origin: str, cached: RobotsState | None) -> RobotsState:
        request = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            dont_filter=True,
            headers={"If-None-Match": cached.etag} if cached and cached.etag else {},
            meta={
                "dont_obey_robotstxt": True,
                "dont_retry": True,
                "download_timeout": self.timeout,
                "download_maxsize": MOST_BYTES * 4,
                "handle_httpstatus_list": [304],
            },
        )
        engine: Any = self.crawler.engine
        try:
            response = await engine.download_async(request)
        except DOWNLOAD_ERRORS as error:
            # The page's own request meets the same fault, and names it.
            self._faults[origin] = reason_of(error)
            return RobotsState(host=origin, status=None, body="", fetched=self.now())
        if response.status == 304 and cached is not None:
            return RobotsState(
                host=origin,
                status=cached.status,
                body=cached.body,
                etag=cached.etag,
                fetched=self.now(),
            )
        etag = response.headers.get("ETag")
        return RobotsState(
            host=origin,
            status=response.status,
            body=response.body[:MOST_BYTES].decode("utf-8", "replace"),
            etag=etag.decode("latin-1")[:500] if etag else None,
            fetched=self.now(),
        )

    def _slow_down(self, host: str, robots: Robots) -> None:
        if not robots.delay:
            return
        delay = min(robots.delay, self.delay_cap)
        self._session.note_delay(host, asked=robots.delay, obeyed=delay)
        engine: Any = self.crawler.engine
        downloader = engine.downloader
        # One connection, and no jitter: never faster than was asked.
        downloader.per_slot_settings[host] = {
            "concurrency": 1,
            "delay": delay,
            "jitter": 0.0,
        }
        slot = downloader.slots.get(host)
        if slot is not None:
            slot.concurrency, slot.delay, slot.jitter = 1, max(slot.delay, delay), 0.0

    @property
    def _session(self) -> Any:
        spider: Any = self.crawler.spider
        return spider.session
