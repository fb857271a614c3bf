"""Keys that many articles hold: the database decides as a whole dump does."""

from __future__ import annotations

import gzip
import json
import random
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.batch import find_stories
from dedupe.block import Block
from dedupe.parameters import DEFAULT, Parameters
from storage.article import Article
from storage.check import check
from storage.forget import forget
from storage.parameters import save_parameters
from storage.settle import count_waiting, settle
from storage.store import Store
from tests.sentences import SMALL, WORDS, sentence
from tests.storage_articles import START

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@pytest.fixture(autouse=True, scope="module")
def few_at_once():
    """Let most keys be in their tables, so that those and the waiting are both read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.recent_keys.MOST", 800)
        patch.setattr("storage.key_filter._LEAST", 0)
        # And let the stories of a batch be decided in several parts.
        patch.setattr("storage.stories._AT_ONCE", 6)
        yield


def newsroom(seed: int) -> list[Article]:
    """Stories with trims and edits, lines that strangers share, texts of such alone."""
    rng = random.Random(seed)
    common = [sentence(rng) for _ in range(3)]
    articles: list[Article] = []
    for _ in range(rng.randint(2, 6)):
        story = [sentence(rng) for _ in range(rng.randint(4, 8))]
        headline = " ".join(rng.choices(WORDS, k=6))
        for _ in range(rng.randint(1, 8)):
            body = story[: rng.randint(3, len(story))]
            if rng.random() < 0.5:
                body = [*body, rng.choice(common)]
            if rng.random() < 0.3:
                body[0] = body[0].replace(rng.choice(WORDS), "lantern")
            if rng.random() < 0.2:
                rng.shuffle(body)
            if rng.random() < 0.15:
                body = rng.sample(common, 3)
            if rng.random() < 0.2:
                body = [f"{headline} again today."]
            articles.append(
                printed(len(articles), body, headline, rng.randint(0, 200), rng)
            )
    return articles


def printed(
    number: int, body: list[str], headline: str, hours: int, rng: random.Random
) -> Article:
    whole = rng.random() < 0.5
    return Article(
        url=f"http://paper-{number}.test/news/{number}",
        outlet=f"Paper {number}",
        headline=headline,
        blocks=tuple(map(Block, [" ".join(body)] if whole else body)),
        published=START + timedelta(hours=hours),
        published_precision="second",
        fetched=START + timedelta(hours=300),
    )


def partition(keys: Sequence[str], groups: Sequence[int]) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for key, group in zip(keys, groups, strict=True):
        found.setdefault(group, set()).add(key)
    return {frozenset(group) for group in found.values()}


def settled(
    articles: Iterable[Article], path: Path, parameters: Parameters, size: int
) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """The stories of a database after settle, and of its bodies as a dump."""
    with Store.open(path) as store:
        with store.transaction() as db:
            save_parameters(db, parameters)
        store.reload()
        some = list(articles)
        for start in range(0, len(some), size):
            store.add_all(some[start : start + size])
        settle(store)
        assert count_waiting(store) == 0
        assert check(store).problems == ()
        rows = store.db.conn.execute(
            "SELECT url, story, body, headline, published FROM articles ORDER BY id"
        ).fetchall()
    urls = [row[0] for row in rows]
    found = find_stories(
        [row[2] for row in rows],
        [row[3] for row in rows],
        published=[
            row[4] and datetime.fromisoformat(row[4]).timestamp() for row in rows
        ],
        parameters=parameters,
    )
    return (
        partition(urls, [row[1] for row in rows]),
        partition(urls, found.story.tolist()),
    )


@settings(max_examples=10)
@given(
    seed=st.integers(0, 10**6),
    size=st.sampled_from([1, 5, 50]),
    order=st.integers(0, 10**6),
)
# A pair on the edge, whose verdict rests on which of its texts is the left one.
@example(seed=720673, size=1, order=3)
# Briefs that are each a day from the next: those in the middle tie.
@example(seed=355311, size=5, order=119446)
def test_small_caps_any_order_the_dump_s_stories(
    seed: int, size: int, order: int
) -> None:
    articles = newsroom(seed)
    random.Random(order).shuffle(articles)
    with tempfile.TemporaryDirectory() as folder:
        ours, whole = settled(articles, Path(folder) / "news.db", SMALL, size)
    assert ours == whole


@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), order=st.integers(0, 10**6))
# Texts that become relatives when one is printed again under another headline.
@example(seed=45, order=316)
@example(seed=54, order=379)
def test_other_headlines_in_any_order_the_dump_s_stories(seed: int, order: int) -> None:
    rng = random.Random(order)
    articles = printed_again(newsroom(seed), rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "news.db"
        with Store.open(path) as store:
            store.add_all(articles[::2])
            for article in articles[::6]:
                forget(store, article.url, reason="asked for")
        ours, whole = settled(articles, path, SMALL, 5)
    assert ours == whole


def printed_again(articles: list[Article], rng: random.Random) -> list[Article]:
    """The *articles* and as many copies, many of both under another headline."""
    headlines = [" ".join(rng.choices(WORDS, k=6)) for _ in range(3)]
    found = [
        replace(
            article,
            url=f"http://paper-{number}.test/again/{number}",
            headline=rng.choice([article.headline, *headlines]),
        )
        for number, article in enumerate(
            articles + rng.choices(articles, k=len(articles))
        )
    ]
    rng.shuffle(found)
    return found


@pytest.mark.shared
def test_real_rows_in_any_order_the_dump_s_stories(
    shared: Path, tmp_path: Path
) -> None:
    with gzip.open(shared / "dumps" / "reuters21578.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(3000), strict=False)]
    random.Random(1).shuffle(rows)
    articles = [
        Article(
            url=f"http://paper-{number}.test/news/{number}",
            outlet=f"Paper {number % 3000}",
            headline=row["headline"] or "",
            blocks=tuple(map(Block, filter(None, row["text"].split("\n")))),
            published=datetime.strptime(
                row["date"].title(), "%d-%b-%Y %H:%M:%S.%f"
            ).replace(tzinfo=UTC),
            fetched=START,
        )
        for number, row in enumerate(rows)
    ]
    ours, whole = settled(articles, tmp_path / "news.db", DEFAULT, 100)
    assert ours == whole
