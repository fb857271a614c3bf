"""One by one, in any order, gives what a whole dump gives."""

from __future__ import annotations

import random
from itertools import combinations
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.batch import StoryBuilder
from dedupe.incremental import Engine, MemoryIndex, Proposer, make_entry
from dedupe.text_column import TextColumn
from tests.sentences import SMALL, WORDS, sentence


class Printed(NamedTuple):
    """One text as it was printed."""

    text: str
    headline: str | None
    published: int


def newsroom(seed: int) -> list[Printed]:
    """Stories, their trims, edits and corrections, and lines that strangers share."""
    rng = random.Random(seed)
    common = [sentence(rng) for _ in range(2)]
    found = []
    for _ in range(rng.randint(2, 6)):
        story = [sentence(rng) for _ in range(rng.randint(4, 8))]
        title = sentence(rng)
        for _ in range(rng.randint(1, 6)):
            body = story[: rng.randint(3, len(story))]
            if rng.random() < 0.5:
                body = [*body, rng.choice(common)]
            if rng.random() < 0.3:
                body[0] = body[0].replace(rng.choice(WORDS), "lantern")
            if rng.random() < 0.4:
                body.insert(1, f"The {rng.choice(WORDS)} counts {rng.randint(2, 4)}.")
            if rng.random() < 0.2:
                rng.shuffle(body)
            lines = (title, f"CORRECTION: {title}", sentence(rng), None)
            when = rng.choice((0, 30, 90)) * 3600
            found.append(Printed(" ".join(body), rng.choice(lines), when))
    return found


def partition_of(groups: list[int]) -> set[tuple[int, int]]:
    pairs = combinations(range(len(groups)), 2)
    return {(a, b) for a, b in pairs if groups[a] == groups[b]}


def in_batches(articles: list[Printed], size: int) -> set[tuple[int, int]]:
    with StoryBuilder(SMALL) as builder:
        for start in range(0, len(articles), size):
            texts, headlines, times = zip(*articles[start : start + size], strict=True)
            builder.add(
                TextColumn.from_strings(texts),
                TextColumn.from_strings(headlines),
                published=np.array(times, np.int64),
            )
        return partition_of(builder.finish().story.tolist())


def one_by_one(articles: list[Printed], order: list[int]) -> set[tuple[int, int]]:
    engine, ranks = Engine(SMALL), {}
    for i in order:
        text, headline, published = articles[i]
        entry = make_entry(text, headline, published=published, parameters=SMALL)
        assert entry is not None
        ranks[i] = entry.rank
        engine.add(entry)
    engine.settle()
    anchors = engine.stories()
    return partition_of([anchors[ranks[i]] for i in range(len(articles))])


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 50), shuffle=st.randoms())
def test_any_order_and_batch_size_gives_the_same_stories(
    seed: int, size: int, shuffle: random.Random
) -> None:
    articles = newsroom(seed)
    whole = in_batches(articles, len(articles))
    assert in_batches(articles, size) == whole
    order = list(range(len(articles)))
    shuffle.shuffle(order)
    assert one_by_one(articles, order) == whole


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), shuffle=st.randoms())
def test_rows_in_another_order_give_the_same_stories(
    seed: int, shuffle: random.Random
) -> None:
    articles = newsroom(seed)
    order = list(range(len(articles)))
    shuffle.shuffle(order)
    moved = in_batches([articles[i] for i in order], 7)
    back = {(min(order[a], order[b]), max(order[a], order[b])) for a, b in moved}
    assert back == in_batches(articles, 5)


def test_a_brief_has_no_entry() -> None:
    assert make_entry("Rain is expected in the north tonight.") is None
    assert make_entry("") is None


def test_versions_of_a_long_text_are_told() -> None:
    line = "The {} pier of the {} harbour was closed on the {} day. "
    text = "".join(line.format(n, 7 * n, n % 91) for n in range(600))
    engine = Engine()
    for number in range(6):
        entry = make_entry(f"{text} No {number} was the last of all.")
        assert entry is not None
        engine.add(entry)
    engine.settle()
    assert len(set(engine.stories().values())) == 1


def test_outlets_lines_around_one_headline_s_text_mask_it_not() -> None:
    rng = random.Random(4)
    story, title = [sentence(rng) for _ in range(2)], sentence(rng)
    around = [[sentence(rng) for _ in range(6)] for _ in range(6)]
    masked = []
    for titles in ([title] * 6, [sentence(rng) for _ in range(6)]):
        index = MemoryIndex()
        for lines, headline in zip(around, titles, strict=True):
            entry = make_entry(" ".join([*story, *lines]), headline, parameters=SMALL)
            assert entry is not None
            index.add(entry)
        masked.append(len(Proposer(index, SMALL).masked(entry)))
    assert masked == [0, 2]
