"""Whose turn it is, with a clock of our own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from crawler.frontier import Frontier, Limits, OutletQueue
from crawler.outlets import Outlet
from crawler.registering import register
from storage.crawl_state import CrawlState, Link
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1795161600.0
HOSTS = ("one.example", "two.example")


class Clock:
    """The time that a test says it is."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def state(tmp_path: Path) -> Iterator[CrawlState]:
    with Store.open(tmp_path / "news.db") as store, store.transaction() as db:
        yield CrawlState(db)


def make_frontier(state: CrawlState, clock: Clock, **limits: int) -> Frontier:
    frontier = Frontier(state, limits=Limits(**limits), now=clock)
    for host in HOSTS:
        outlet = Outlet(name=host, home=f"http://{host}/")
        frontier.add(register(outlet, state, now=NOW, polls=2, poll_all=True))
    return frontier


def find_links(frontier: Frontier, queue: OutletQueue, *numbers: int) -> None:
    links = [Link(url=f"http://{queue.outlet.host}/a-{n}") for n in numbers]
    frontier.state.remember(links, outlet=queue.id, now=NOW)
    frontier.found_more([queue])


def take_all(frontier: Frontier) -> list[str]:
    return [page.url for _, page in iter(frontier.next, None)]


def finish(frontier: Frontier, *turns: tuple[OutletQueue, object]) -> None:
    for queue, page in turns:
        frontier.release(queue, page)  # type: ignore[arg-type]
        frontier.commit(queue, page.url_key)  # type: ignore[attr-defined]


def test_outlets_take_turns_and_come_back_with_new_links(state: CrawlState) -> None:
    frontier = make_frontier(state, Clock())
    homes = list(iter(frontier.next, None))
    assert [page.url for _, page in homes] == [f"http://{host}/" for host in HOSTS]
    assert not frontier.is_done
    finish(frontier, *homes)
    assert frontier.is_done
    one, two = frontier.queues.values()
    find_links(frontier, one, 1, 2, 3)
    find_links(frontier, two, 1)
    assert not frontier.is_done
    # Two at a time of a host; the third waits for one of them.
    assert take_all(frontier) == [
        "http://one.example/a-1",
        "http://two.example/a-1",
        "http://one.example/a-2",
    ]


def test_an_outlet_that_rests_is_asked_when_its_pause_is_over(
    state: CrawlState,
) -> None:
    clock = Clock()
    frontier = make_frontier(state, clock)
    finish(frontier, *iter(frontier.next, None))
    one, _ = frontier.queues.values()
    frontier.pause(one, 0.2)

    async def rest() -> list[str]:
        # Also of one that had nothing to ask when its pause began.
        await frontier.wait()
        find_links(frontier, one, 1)
        assert take_all(frontier) == []
        await frontier.wait()
        await asyncio.wait_for(frontier.wait(), 5.0)
        clock.now += 0.3
        return take_all(frontier)

    assert asyncio.run(rest()) == ["http://one.example/a-1"]


def test_a_page_that_is_asked_again_is_handed_out_once_more(state: CrawlState) -> None:
    frontier = make_frontier(state, Clock())
    queue, home = next(iter(frontier.next, None))
    frontier.ask_again(queue, home)
    assert home.url in take_all(frontier)
    assert frontier.busy == len(HOSTS)


def test_who_waits_is_woken_when_a_spent_budget_was_all_that_was_left(
    state: CrawlState,
) -> None:
    frontier = make_frontier(state, Clock(), budget=1)
    finish(frontier, *iter(frontier.next, None))
    queue = frontier.by_host[HOSTS[0]]
    find_links(frontier, queue, 1, 2)
    finish(frontier, *iter(frontier.next, None))
    find_links(frontier, queue, 3)
    asyncio.run(frontier.wait())
    assert not frontier.is_done
    assert frontier.next() is None
    asyncio.run(asyncio.wait_for(frontier.wait(), 1.0))
    assert frontier.is_done


def test_two_outlets_of_one_name_have_rows_of_their_own(state: CrawlState) -> None:
    outlets = [Outlet(name="The Nation", home=f"http://{host}/") for host in HOSTS]

    def rows() -> list[tuple[int, str]]:
        found: dict[int, str] = {}
        for one in outlets:
            queue = register(
                one, state, now=NOW, polls=2, poll_all=True, taken=found.keys()
            )
            found[queue.id] = queue.name
        return list(found.items())

    first = rows()
    assert [name for _, name in first] == ["The Nation", "The Nation (two.example)"]
    assert rows() == first
    outlets.reverse()
    assert rows() == first[::-1]


def test_what_was_taken_down_is_not_asked_for(state: CrawlState) -> None:
    state.db.execute(
        "INSERT INTO tombstones (url_key, reason, forgotten) VALUES (?, 'asked', ?)",
        ["one.example/a-1", "2026-11-01T00:00:00Z"],
    )
    frontier = make_frontier(state, Clock())
    find_links(frontier, frontier.queues[1], 1, 2)
    assert [page.url for page in state.due(1, now=NOW, limit=9)] == [
        "http://one.example/a-2"
    ]
