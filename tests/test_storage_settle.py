from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from dedupe.batch import find_stories
from storage.articles import load_article, load_clean_body
from storage.check import check
from storage.settle import count_waiting, settle
from storage.store import Store
from tests.storage_articles import START, make_article, prose

if TYPE_CHECKING:
    from pathlib import Path

    from storage.article import Article

PLEA = "Support the Harbour Post and read us every morning before the tide comes in."


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db", now=lambda: START) as opened:
        yield opened


def with_plea(number: int, **fields: object) -> Article:
    return make_article(
        number, blocks=[*prose(number), PLEA], minutes=number * 60 * 24, **fields
    )


def bodies_with(store: Store, text: str) -> int:
    rows = store.db.conn.execute(
        "SELECT count(*) FROM articles WHERE instr(body, ?)", [text]
    )
    return int(rows.fetchone()[0])


def test_a_line_of_many_stories_leaves_the_first_ones_too(store: Store) -> None:
    for number in range(6):
        store.add(with_plea(number))
    assert bodies_with(store, PLEA) > 0
    report = settle(store)
    assert report.articles > 0
    assert bodies_with(store, PLEA) == 0
    assert count_waiting(store) == 0
    for number in range(6):
        assert load_article(store.db, number + 1).blocks[-1].text == PLEA
        removed = load_clean_body(store.db, number + 1).removed
        assert [block.reason for block in removed] == ["boilerplate"]
    found = store.db.conn.execute(
        "SELECT count(*) FROM search WHERE search MATCH 'tide'"
    )
    assert found.fetchone() == (0,)
    assert check(store).problems == ()


def test_a_line_that_few_stories_hold_comes_back(store: Store) -> None:
    for number in range(5):
        store.add(with_plea(number))
    settle(store)
    assert bodies_with(store, PLEA) == 0
    changed = make_article(0, text=90, fetched=START + timedelta(days=9))
    store.add(changed)
    settle(store)
    assert bodies_with(store, PLEA) == 4
    assert check(store).problems == ()


def test_a_line_on_few_days_is_no_boilerplate(store: Store) -> None:
    for number in range(8):
        store.add(make_article(number, blocks=[*prose(number), PLEA]))
    settle(store)
    assert bodies_with(store, PLEA) == 8


def test_another_outlet_keeps_the_line(store: Store) -> None:
    for number in range(6):
        store.add(with_plea(number))
    store.add(with_plea(20, outlet="Valley Echo"))
    settle(store)
    assert bodies_with(store, PLEA) == 1


def mixed_articles(seed: int) -> list[Article]:
    """Copies, trims, edits, wraps and plain articles of four outlets, shuffled."""
    rng = random.Random(seed)
    articles = []
    for number in range(90):
        text = rng.randrange(30)
        lines = prose(text, 6)
        kind = rng.choice(["whole", "whole", "trim", "edit", "wrap"])
        if kind == "trim":
            lines = lines[: rng.randint(2, 5)]
        elif kind == "edit":
            lines[rng.randrange(6)] = prose(1000 + number, 1)[0]
        elif kind == "wrap":
            lines = [*prose(2000 + number, 2), *lines]
        if rng.random() < 0.5:
            lines.append(PLEA)
        articles.append(
            make_article(
                number,
                text=text,
                blocks=lines,
                outlet=f"Paper {number % 4}",
                minutes=rng.randrange(60 * 24 * 6),
            )
        )
    return articles


def partition(store: Store) -> set[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for story, url in store.db.conn.execute("SELECT story, url FROM articles"):
        groups.setdefault(story, set()).add(url)
    return {frozenset(group) for group in groups.values()}


def batch_partition(store: Store) -> set[frozenset[str]]:
    rows = store.db.conn.execute(
        "SELECT url, body, headline, published FROM articles ORDER BY id"
    ).fetchall()
    found = find_stories(
        [row[1] for row in rows],
        [row[2] for row in rows],
        published=[datetime.fromisoformat(row[3]).timestamp() for row in rows],
    )
    groups: dict[int, set[str]] = {}
    for row, story in zip(rows, found.story.tolist(), strict=True):
        groups.setdefault(story, set()).add(row[0])
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_and_batch_gives_the_dump_s_stories(
    tmp_path: Path, seed: int
) -> None:
    articles = mixed_articles(seed)
    seen = []
    for turn, size in enumerate((1, 7, 90)):
        random.Random(turn).shuffle(articles)
        with Store.open(tmp_path / f"{turn}.db") as store:
            for start in range(0, len(articles), size):
                store.add_all(articles[start : start + size])
            settle(store)
            assert partition(store) == batch_partition(store)
            assert check(store).problems == ()
            seen.append(partition(store))
    assert seen[0] == seen[1] == seen[2]
    assert 1 < len(seen[0]) < len(articles)


def test_settle_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(_: int) -> None:
        raise StoppedError

    whole, halved = tmp_path / "whole.db", tmp_path / "halved.db"
    for path in (whole, halved):
        with Store.open(path) as store:
            store.add_all([with_plea(number) for number in range(120)])
    with Store.open(whole) as store:
        settle(store)
        expected = partition(store)
    with Store.open(halved) as store, pytest.raises(StoppedError):
        settle(store, progress=stop)
    with Store.open(halved) as store:
        settle(store)
        assert partition(store) == expected
        assert bodies_with(store, PLEA) == 0


def test_what_another_process_learnt_is_heeded(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Store.open(path) as store, Store.open(path) as other:
        store.add(make_article(1))
        (outlet,) = store.db.execute("SELECT id FROM outlets").fetchone()
        assert store.adder.blocks.boilerplate(outlet) == set()
        with other.transaction() as db:
            db.execute(
                "INSERT INTO outlet_blocks (outlet, block, text, stories, days,"
                " boilerplate) VALUES (?, 7, 'Subscribe', 9, 9, 1)",
                [outlet],
            )
        with store.transaction():
            assert store.adder.blocks.boilerplate(outlet) == {7}
