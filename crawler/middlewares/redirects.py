"""Redirects: bounded, without loops, and on the politeness of the host they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.http import Response

# A page that moves between hosts more often is a tracker or a trap.
MOST_HOSTS = 3


class RedirectError(IgnoreRequest):
    """A chain of redirects that leads nowhere."""


class PoliteRedirectMiddleware(RedirectMiddleware):
    """Follows redirects to other URLs, never round in a circle."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Send no Referer."""
        request.headers.pop("Referer", None)

    def _engine_started(self) -> None:
        # The base class looks for a middleware that is switched off, and warns.
        return

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Return the next request of a chain, or the response where it ends."""
        target = super().process_response(request, response)
        if not isinstance(target, Request):
            return target
        seen = [*request.meta.get("redirect_urls", []), request.url]
        if target.url in seen:
            raise RedirectError("redirect loop")
        hosts = {url.split("/", 3)[2].lower() for url in [*seen, target.url]}
        if len(hosts) > MOST_HOSTS:
            raise RedirectError("redirected across too many hosts")
        # The slot of the host that sent us on would let us be rude to the next.
        target.meta.pop("download_slot", None)
        # A validator of the old address says nothing about the new one.
        for name in ("If-None-Match", "If-Modified-Since"):
            target.headers.pop(name, None)
        return target
