"""Why a run came to nothing at an outlet, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.frontier import OutletQueue
    from storage.crawl_state import CrawlState

# Before the reason, in an outlet's counts.
FAILED_PAGE = "failed page: "
FAILED_SOURCE = "failed source: "
NOT_NEWS = "no feed, sitemap or article link found: is this a news outlet?"


def find_problem(queue: OutletQueue, state: CrawlState) -> str | None:
    """Return why an outlet was left, did not answer or names no article; else None."""
    if queue.stopped:
        return queue.stopped
    known = state.sources(queue.id)
    listed = [source for source in known if source.outcome == "listing"]
    if queue.counts["articles"] or state.is_news(queue.id):
        return _unanswered(queue)
    if reason := _unread(queue):
        return f"no page could be read: {reason}"
    if listed or queue.counts["pages"]:
        return NOT_NEWS
    home = [source for source in known if source.url == queue.outlet.home]
    reasons = [source.reason for source in [*home, *known] if source.reason]
    return reasons[0] if reasons else None


def _unread(queue: OutletQueue) -> str | None:
    """Return what most pages failed with where every page that was named did."""
    if queue.counts["not an article"] or not queue.counts["pages"]:
        return None
    return _most_common(queue, FAILED_PAGE)


def _unanswered(queue: OutletQueue) -> str | None:
    """An outlet that gave pages before, and now not one, has a problem too."""
    if queue.counts["answered"] or not queue.failures[queue.outlet.host]:
        return None
    return _most_common(queue, FAILED_SOURCE) or _most_common(queue, FAILED_PAGE)


def _most_common(queue: OutletQueue, prefix: str) -> str | None:
    counts = {
        name.removeprefix(prefix): count
        for name, count in queue.counts.items()
        if name.startswith(prefix)
    }
    return max(counts, key=counts.__getitem__, default=None)
