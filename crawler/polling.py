"""Which of an outlet's sources a round polls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.crawl_state import PageKind, PageState

# A news sitemap names every article of two days, a feed the last few, a front page
# links, and a sitemap years: the order in which equals are asked.
_ORDER: dict[PageKind, int] = {
    "news sitemap": 0,
    "feed": 1,
    "section": 2,
    "sitemap": 3,
    "article": 4,
}

# The reason of a feed that another feed of the outlet repeats; it is not polled again.
SAME_LINKS = "same links as"
# Polls after which a source is judged by what it brought, and not by its kind: who
# was read first had all the new links.
ENOUGH_POLLS = 5


def pick_sources(
    sources: Sequence[PageState], *, now: float, limit: int, poll_all: bool
) -> list[PageState]:
    """Pick the sources to poll: every new one, and *limit* of those that are due.

    The most productive go first, among equals the longest unasked. Where *poll_all* is
    set and fewer are due, the best of the others fill up; failed ones never do.
    """
    new = [source for source in sources if source.outcome is None]
    known = [s for s in sources if s.outcome is not None and not _is_twin(s)]
    due = sorted((s for s in known if _is_due(s, now)), key=_merit)
    picked = due[:limit]
    if poll_all and not new:
        others = [s for s in known if s not in picked and s.outcome == "listing"]
        picked += sorted(others, key=_merit)[: limit - len(picked)]
    return [*sorted(new, key=lambda source: _ORDER[source.kind]), *picked]


def _is_twin(source: PageState) -> bool:
    return (source.reason or "").startswith(SAME_LINKS)


def _is_due(source: PageState, now: float) -> bool:
    if source.last_fetched is not None and source.last_fetched > now:
        # The clock was wrong when it was polled, and so is the time to poll it again.
        return True
    return source.next_check is not None and source.next_check <= now


def _merit(source: PageState) -> tuple[bool, float, int, float]:
    return (
        source.outcome != "listing",
        -source.fresh / source.fetches if source.fetches >= ENOUGH_POLLS else -1.0,
        _ORDER[source.kind],
        source.last_fetched or 0.0,
    )
