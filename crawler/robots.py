"""robots.txt: what a host allows, how fast, and where its sitemaps are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from protego import Protego

if TYPE_CHECKING:
    from storage.crawl_state import RobotsState

AGENT = "wirecopy"
# RFC 9309 asks for at least 500 KiB to be read.
MOST_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for us; *delay* is its Crawl-delay in seconds.

    *unreachable* says why they could not be had; then nothing is allowed.
    """

    rules: Protego | None
    delay: float | None = None
    sitemaps: tuple[str, ...] = ()
    unreachable: str | None = None

    def allows(self, url: str) -> bool:
        """Tell whether *url* may be fetched."""
        if self.unreachable is not None:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, AGENT))


def read_robots(state: RobotsState, fault: str | None = None) -> Robots:
    """Read a robots.txt by RFC 9309; *fault* says why there is none.

    None at all (a 4xx) allows everything; one that cannot be had (a 5xx, no answer)
    nothing, for the rules may be there.
    """
    if state.status is None or state.status >= 500:
        return Robots(rules=None, unreachable=fault or f"HTTP {state.status}")
    if state.status >= 400:
        return Robots(rules=None)
    rules = Protego.parse(state.body)
    delay = rules.crawl_delay(AGENT)
    rate = rules.request_rate(AGENT)
    if rate is not None and rate.requests:
        delay = max(delay or 0.0, rate.seconds / rate.requests)
    return Robots(
        rules=rules,
        delay=float(delay) if delay else None,
        sitemaps=tuple(rules.sitemaps)[:50],
    )
