"""Why a run came to nothing at an outlet, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.frontier import OutletQueue
    from storage.crawl_state import CrawlState

NOT_NEWS = "no feed, sitemap or article link found: is this a news outlet?"


def find_problem(queue: OutletQueue, state: CrawlState) -> str | None:
    """Return why an outlet was left, did not answer or names no article; else None."""
    if queue.stopped:
        return queue.stopped
    known = state.sources(queue.id)
    listed = [source for source in known if source.outcome == "listing"]
    if queue.counts["articles"] or state.is_news(queue.id):
        return _unanswered(queue, [source.reason for source in listed])
    if reason := _unread(queue):
        return f"no page could be read: {reason}"
    if listed or queue.counts["pages"]:
        return NOT_NEWS
    home = [source for source in known if source.url == queue.outlet.home]
    reasons = [source.reason for source in [*home, *known] if source.reason]
    return reasons[0] if reasons else None


def _unread(queue: OutletQueue) -> str | None:
    """Return what most pages failed with where every page that was named did."""
    failed = {
        name.removeprefix("failed: "): count
        for name, count in queue.counts.items()
        if name.startswith("failed: ")
    }
    if not failed or queue.counts["not an article"] or not queue.counts["pages"]:
        return None
    return max(failed, key=lambda reason: failed[reason])


def _unanswered(queue: OutletQueue, reasons: list[str | None]) -> str | None:
    """An outlet that answered before, and now not once, has a problem too."""
    if queue.counts["requests"] or not queue.counts["errors"]:
        return None
    return next((reason for reason in reasons if reason), None)
