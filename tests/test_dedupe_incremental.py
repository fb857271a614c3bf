"""One by one, in any order, gives what a whole dump gives."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.batch import StoryBuilder
from dedupe.incremental import Engine, make_entry
from dedupe.parameters import Parameters
from dedupe.text import TextColumn

WORDS = [
    "river",
    "council",
    "bridge",
    "market",
    "storm",
    "vote",
    "harbour",
    "budget",
    "school",
    "minister",
    "strike",
    "train",
    "farmer",
    "court",
    "police",
    "garden",
    "winter",
    "border",
    "engine",
    "theatre",
    "doctor",
    "island",
    "letter",
    "museum",
    "pilot",
    "valley",
    "factory",
    "union",
    "harvest",
    "tunnel",
]
# Small caps, so that small sets reach them.
SMALL = Parameters(bucket_cap=4, hubs=2, stranger_groups=3)


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(9, 14))).capitalize() + "."


def newsroom(seed: int) -> list[str]:
    """Stories, their trims and edits, and lines that strangers share."""
    rng = random.Random(seed)
    common = [sentence(rng) for _ in range(2)]
    texts = []
    for _ in range(rng.randint(2, 6)):
        story = [sentence(rng) for _ in range(rng.randint(4, 8))]
        for _ in range(rng.randint(1, 6)):
            body = story[: rng.randint(3, len(story))]
            if rng.random() < 0.5:
                body = [*body, rng.choice(common)]
            if rng.random() < 0.3:
                body[0] = body[0].replace(rng.choice(WORDS), "lantern")
            if rng.random() < 0.2:
                rng.shuffle(body)
            texts.append(" ".join(body))
    return texts


def partition_of(groups: list[int]) -> set[tuple[int, int]]:
    pairs = combinations(range(len(groups)), 2)
    return {(a, b) for a, b in pairs if groups[a] == groups[b]}


def in_batches(texts: list[str], size: int) -> set[tuple[int, int]]:
    with StoryBuilder(SMALL) as builder:
        for start in range(0, len(texts), size):
            builder.add(TextColumn.from_strings(texts[start : start + size]))
        return partition_of(builder.finish().story.tolist())


def one_by_one(texts: list[str], order: list[int]) -> set[tuple[int, int]]:
    engine, ranks = Engine(SMALL), {}
    for i in order:
        entry = make_entry(texts[i], parameters=SMALL)
        assert entry is not None
        ranks[i] = entry.rank
        engine.add(entry)
    engine.settle()
    anchors = engine.stories()
    return partition_of([anchors[ranks[i]] for i in range(len(texts))])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 50), shuffle=st.randoms())
def test_any_order_and_batch_size_gives_the_same_stories(
    seed: int, size: int, shuffle: random.Random
) -> None:
    texts = newsroom(seed)
    whole = in_batches(texts, len(texts))
    assert in_batches(texts, size) == whole
    order = list(range(len(texts)))
    shuffle.shuffle(order)
    assert one_by_one(texts, order) == whole


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), shuffle=st.randoms())
def test_rows_in_another_order_give_the_same_stories(
    seed: int, shuffle: random.Random
) -> None:
    texts = newsroom(seed)
    order = list(range(len(texts)))
    shuffle.shuffle(order)
    moved = in_batches([texts[i] for i in order], 7)
    back = {(min(order[a], order[b]), max(order[a], order[b])) for a, b in moved}
    assert back == in_batches(texts, 5)


def test_a_brief_has_no_entry() -> None:
    assert make_entry("Rain is expected in the north tonight.") is None
    assert make_entry("") is None
