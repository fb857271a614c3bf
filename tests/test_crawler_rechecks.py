"""When to look again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crawler.polling import SAME_LINKS, pick_sources
from crawler.rechecks import (
    DAY,
    HOUR,
    LATEST_POLL,
    LATEST_RETRY,
    SOONEST_POLL,
    after_article,
    after_failure,
    after_poll,
    retry_after,
)
from storage.crawl_state import PageKind, PageState

NOW = 1_795_161_600.0


def page(kind: PageKind = "article", **values: object) -> PageState:
    return replace(PageState(url_key="a", url="http://a.example/", kind=kind), **values)  # type: ignore[arg-type]


def test_a_new_article_is_looked_at_soon_and_an_old_one_rarely() -> None:
    new = after_article(page(hint=NOW - HOUR), now=NOW, changed=False)
    old = after_article(page(hint=NOW - 900 * 24 * HOUR), now=NOW, changed=False)
    assert new.next_check == NOW + 2 * HOUR
    assert old.next_check is None


def test_looks_that_find_nothing_come_to_an_end() -> None:
    looks, state, now = 0, after_article(page(), now=NOW, changed=False), NOW
    while state.next_check is not None:
        assert state.next_check > now
        now, looks = state.next_check, looks + 1
        state = after_article(state, now=now, changed=False)
    assert looks < 12


@given(st.lists(st.integers(0, 20), max_size=40))
def test_a_source_is_polled_within_bounds(news: list[int]) -> None:
    state = page("feed")
    for fresh in news:
        state = replace(after_poll(state, now=NOW, fresh=fresh), last_fetched=NOW)
        assert state.interval is not None
        assert SOONEST_POLL <= state.interval <= LATEST_POLL


def test_a_busy_source_is_polled_sooner_than_a_quiet_one() -> None:
    busy = quiet = page("feed", last_fetched=NOW)
    for _ in range(5):
        busy = after_poll(busy, now=NOW, fresh=9)
        quiet = after_poll(quiet, now=NOW, fresh=0)
    assert (busy.interval or 0) < (quiet.interval or 0)


def test_failures_wait_longer_each_time_and_end() -> None:
    first = after_failure(page(), now=NOW)
    second = after_failure(first, now=NOW)
    assert NOW < (first.next_check or 0) < (second.next_check or 0)
    for _ in range(10):
        second = after_failure(second, now=NOW)
    assert second.next_check is None


def test_a_source_may_fail_for_years() -> None:
    failing = after_failure(page("section", failures=100_000), now=NOW)
    assert failing.next_check == NOW + LATEST_RETRY


def test_what_the_server_asks_for_is_waited() -> None:
    state = after_failure(page(), now=NOW, wait=86_400.0)
    assert state.next_check == NOW + 86_400.0


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after(b"120", now=NOW) == 120.0
    assert retry_after(b"Fri, 20 Nov 2026 08:02:00 GMT", now=NOW) == 120.0
    assert retry_after(b"soon", now=NOW) is None
    assert retry_after(None, now=NOW) is None


def source(url: str, kind: PageKind, **values: object) -> PageState:
    listed = {"outcome": "listing", "fetches": 1, "next_check": NOW + HOUR, **values}
    return replace(page(kind, **listed), url=url, url_key=url)


def test_new_sources_are_all_polled() -> None:
    new = [replace(page("feed"), url=str(n), url_key=str(n)) for n in range(5)]
    assert len(pick_sources(new, now=NOW, limit=2, poll_all=False)) == 5


def test_what_was_polled_under_a_wrong_clock_is_due() -> None:
    decades = 9_999 * DAY
    wrong = source("a", "feed", last_fetched=NOW + decades, next_check=NOW + decades)
    right = source("b", "feed", last_fetched=NOW - 1)
    assert pick_sources([wrong, right], now=NOW, limit=2, poll_all=False) == [wrong]


def test_a_round_polls_the_best_of_those_that_are_due() -> None:
    known = [
        source("front", "section", fresh=9, found=9),
        source("rss", "feed", found=9),
        source("atom", "feed", found=9, reason=f"{SAME_LINKS} rss"),
        source("news", "news sitemap", found=9),
        source("gone", "feed", outcome="failed"),
    ]
    assert pick_sources(known, now=NOW, limit=2, poll_all=False) == []
    named = pick_sources(known, now=NOW, limit=2, poll_all=True)
    assert [one.url for one in named] == ["news", "rss"]
    later = pick_sources(known, now=NOW + 2 * HOUR, limit=2, poll_all=False)
    assert [one.url for one in later] == ["news", "rss"]
