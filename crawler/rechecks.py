"""When to look again: at articles, at sources, and after failures.

Pure arithmetic on epoch seconds; the state that it reads and makes is a row of pages.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.crawl_state import PageState

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

# A new article is corrected within hours, an old one hardly ever.
FIRST_LOOK, LAST_LOOK = 2 * HOUR, 45 * DAY
SOONEST_POLL, LATEST_POLL, FIRST_POLL = 5 * MINUTE, 1 * DAY, 15 * MINUTE
FIRST_RETRY, LATEST_RETRY, MOST_FAILURES = 15 * MINUTE, 7 * DAY, 8
# Doublings after which every first wait has come to LATEST_RETRY; sources fail for years.
_MOST_DOUBLINGS = 10
# A page that is gone is asked for twice more: some outlets unpublish by mistake.
_GONE = {404, 410, 451}


def after_article(page: PageState, *, now: float, changed: bool) -> PageState:
    """Schedule the next look at an article that was fetched at *now*.

    Each look that finds nothing new doubles the wait; a change halves it. No further
    look when the wait would pass LAST_LOOK.
    """
    if page.interval is None:
        born = page.hint if page.hint and page.hint < now else now
        interval = max(FIRST_LOOK, (now - born) / 2)
    else:
        interval = page.interval / 2 if changed else page.interval * 2
    interval = max(FIRST_LOOK, interval)
    next_check = now + interval if interval <= LAST_LOOK else None
    return replace(page, interval=interval, next_check=next_check, failures=0)


def after_poll(page: PageState, *, now: float, fresh: int) -> PageState:
    """Schedule the next poll of a source that named *fresh* new links.

    A source that had news is polled sooner, one that had none later, so that the wait
    settles near the time in which one new link appears.
    """
    interval = page.interval or FIRST_POLL
    if page.last_fetched is not None:
        interval = interval / 2 if fresh > 1 else interval * (1.0 if fresh else 1.5)
    interval = min(max(interval, SOONEST_POLL), LATEST_POLL)
    return replace(page, interval=interval, next_check=now + interval, failures=0)


def after_failure(
    page: PageState, *, now: float, status: int | None = None, wait: float | None = None
) -> PageState:
    """Schedule the retry of a failed fetch; *wait* is what the server asked for.

    The wait doubles with every failure in a row, and ends after MOST_FAILURES.
    """
    failures = page.failures + 1
    most = 3 if status in _GONE else MOST_FAILURES
    first = DAY if status in _GONE else FIRST_RETRY
    doublings = min(failures - 1, _MOST_DOUBLINGS)
    pause = min(first * 2.0**doublings, LATEST_RETRY)
    if page.kind != "article":
        most = 1_000_000
    next_check = now + max(pause, wait or 0.0) if failures < most else None
    return replace(page, failures=failures, next_check=next_check)


def retry_after(header: bytes | None, *, now: float) -> float | None:
    """Read a Retry-After header, a number of seconds or a date, as seconds from now."""
    text = (header or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
