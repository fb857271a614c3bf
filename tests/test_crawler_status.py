"""What a person should look at, judged on a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.prometheus import render, write_prometheus
from storage.crawl_state import CrawlState, Link, PageState, RobotsState, iso
from storage.health import DAY, Thresholds, read_health
from storage.outlet_facts import OutletFacts, note_success, register_outlet
from storage.runs import (
    OutletCounts,
    count_outlet,
    finish_run,
    last_runs,
    redact,
    start_run,
)
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1_795_161_600.0
FACTS = OutletFacts(
    name="The Paper", host="paper.example", home="http://paper.example/"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "news.db") as store:
        yield store


def add_articles(
    store: Store, count: int, *, age: float, role: str = "canonical"
) -> int:
    with store.transaction() as db:
        outlet = register_outlet(db, FACTS).id
        for _ in range(count):
            db.execute(
                "INSERT INTO articles (url_key, url, outlet, headline, role, fetched)"
                " VALUES (hex(randomblob(8)), '', ?, 'h', ?, ?)",
                [outlet, role, iso(NOW - age)],
            )
    return outlet


def add_daily(store: Store, count: int, *, until: float) -> int:
    """Add an article a day, the last of them *until* days ago."""
    for day in range(count):
        outlet = add_articles(store, 1, age=(until + day) * DAY)
    store.db.execute("UPDATE articles SET published = fetched")
    return outlet


def alarms(store: Store) -> list[str]:
    health = read_health(store.db, now=NOW, thresholds=Thresholds(least=5))
    return [alarm for outlet in health.outlets for alarm in outlet.alarms]


def test_an_outlet_with_news_is_well(store: Store) -> None:
    add_articles(store, 9, age=3600)
    assert read_health(store.db, now=NOW).is_well


def test_an_outlet_that_goes_quiet_is_named(store: Store) -> None:
    add_articles(store, 30, age=6 * DAY)
    assert alarms(store) == ["gone quiet: nothing new for 6 days"]


@pytest.mark.parametrize("days", [4, 20, 29, 45, 400])
def test_a_quiet_outlet_is_named_for_as_long_as_it_is_quiet(
    store: Store, days: int
) -> None:
    outlet = add_daily(store, 60, until=days)
    for later in range(days + 1):
        with store.transaction() as db:
            note_success(db, outlet, now=NOW - (days - later) * DAY)
    expected = [f"gone quiet: nothing new for {days} days"] if days > 6 else []
    assert alarms(store) == expected


def test_what_a_wrong_clock_dated_hides_no_silence(store: Store) -> None:
    add_articles(store, 30, age=6 * DAY)
    add_articles(store, 1, age=-9999 * DAY)
    assert alarms(store) == ["gone quiet: nothing new for 6 days"]


def test_an_outlet_that_is_crawled_no_more_raises_no_alarm(store: Store) -> None:
    outlet = add_daily(store, 60, until=45)
    with store.transaction() as db:
        note_success(db, outlet, now=NOW - 45 * DAY)
        other = register_outlet(db, replace(FACTS, name="B", host="b", home="http://b"))
        for asked, days in ((outlet, 45), (other.id, 0)):
            when = datetime.fromtimestamp(NOW - days * DAY, UTC)
            run = start_run(db, ["crawl"], now=when)
            count_outlet(db, run, OutletCounts(outlet=asked, problem=None))
    assert alarms(store) == []


def test_a_yield_that_fell_is_named(store: Store) -> None:
    add_articles(store, 90, age=8 * DAY)
    add_articles(store, 1, age=3600)
    assert alarms(store) == ["yield fell: 1 new in a day, usually 11.38"]


def test_an_outlet_of_copies_is_named(store: Store) -> None:
    add_articles(store, 40, age=3600, role="copy")
    assert alarms(store) == ["nearly all copies: 100% of its articles"]


def test_errors_and_the_last_problem_are_named(store: Store) -> None:
    outlet = add_articles(store, 1, age=3600)
    with store.transaction() as db:
        state = CrawlState(db)
        for number in range(6):
            url = f"http://paper.example/{number}"
            state.save(
                PageState(
                    url_key=url,
                    url=url,
                    outlet=outlet,
                    outcome="failed",
                    reason="timeout",
                    last_fetched=NOW - 60,
                )
            )
        run = start_run(db, ["crawl"], now=datetime(2026, 11, 20, tzinfo=UTC))
        count_outlet(db, run, OutletCounts(outlet=outlet, problem="host not found"))
    assert alarms(store) == [
        "host not found",
        "errors: 6 of 6 fetches of the last day failed",
    ]


@pytest.mark.parametrize(
    ("failures", "expected"),
    [((2, 9), []), ((4, 3), ["no source can be read: HTTP 403, 3 times in a row"])],
)
def test_sources_that_fail_are_named(
    store: Store, failures: tuple[int, int], expected: list[str]
) -> None:
    outlet = add_articles(store, 1, age=3600)
    with store.transaction() as db:
        for number, row in enumerate([*failures, 99]):
            url = f"http://paper.example/feed-{number}"
            source = PageState(
                url_key=url,
                url=url,
                outlet=outlet,
                kind="feed",
                outcome="listing",
                reason="HTTP 403",
                failures=row,
                changed=NOW - DAY,
                last_fetched=NOW - 1,
                # The last one never brought a link.
                fresh=5 if number < 2 else 0,
            )
            CrawlState(db).save(source)
    assert alarms(store) == expected
    (health,) = read_health(store.db, now=NOW).outlets
    assert health.errors == {"feed HTTP 403": 2}
    assert health.last_success == iso(NOW - DAY)
    store.db.execute("UPDATE pages SET failures = 0")
    (health,) = read_health(store.db, now=NOW).outlets
    assert health.last_success == iso(NOW - 1)


def test_the_metrics_are_prometheus_text(store: Store, tmp_path: Path) -> None:
    add_articles(store, 2, age=3600)
    home = PageState(url_key="/", url=FACTS.home, outlet=1, kind="section")
    with store.transaction() as db:
        CrawlState(db).save(replace(home, outcome="listing", last_fetched=NOW - 1))
    file = tmp_path / "wirecopy.prom"
    write_prometheus(read_health(store.db, now=NOW), file)
    text = file.read_text()
    assert 'wirecopy_articles{outlet="paper.example"} 2\n' in text
    assert 'wirecopy_last_success_seconds{outlet="paper.example"} 1795161599\n' in text
    assert text.count("# TYPE wirecopy_articles gauge") == 1
    assert text == render(read_health(store.db, now=NOW))


def test_a_run_that_was_killed_is_known(store: Store) -> None:
    when = datetime(2026, 11, 20, 8, tzinfo=UTC)
    with store.transaction() as db:
        start_run(db, ["crawl"], now=when)
        second = start_run(db, ["crawl"], now=when)
        finish_run(db, second, outcome="done", counts={"new": 3}, now=when)
    newest, killed = last_runs(store.db)
    assert (newest.outcome, newest.counts["new"]) == ("done", 3)
    assert killed.outcome == "killed"


def test_commands_are_kept_without_secrets() -> None:
    command = "crawl http://me:secret@paper.example/?token=abc --db /home/me/news.db"
    assert redact(command) == "crawl http://paper.example/?token=... --db ~/news.db"


def test_links_are_queued_once_and_newest_first(store: Store) -> None:
    links = [
        Link(url="http://paper.example/a?utm_source=x", hint=1.0),
        Link(url="http://www.paper.example/a"),
        Link(url="http://paper.example/b", hint=NOW),
        Link(url="http://paper.example/c", hint=1e18),
    ]
    with store.transaction() as db:
        outlet = register_outlet(db, FACTS).id
        state = CrawlState(db)
        assert state.remember(links, outlet=outlet, now=NOW) == (4, 3)
        assert state.remember(links, outlet=outlet, now=NOW) == (4, 0)
    due = state.due(outlet, now=NOW, limit=9)
    assert [page.url_key for page in due] == [
        "paper.example/b",
        "paper.example/a",
        "paper.example/c",
    ]
    assert state.due(outlet, now=NOW, limit=9, without=["paper.example/b"])[0] == due[1]
    assert [p.url for p in state.due(outlet, now=NOW, limit=9, since=NOW - DAY)] == [
        "http://paper.example/b",
        "http://paper.example/c",
    ]


def test_robots_are_kept(store: Store) -> None:
    robots = RobotsState(
        host="http://a.example", status=200, body="x", fetched=NOW, etag='"1"'
    )
    with store.transaction() as db:
        CrawlState(db).save_robots(robots)
    assert CrawlState(store.db).robots("http://a.example") == robots
    assert CrawlState(store.db).robots("http://b.example") is None
