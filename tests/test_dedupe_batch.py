"""Verdicts and stories of small sets of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.batch import StoryBuilder, find_stories
from dedupe.candidates import even_spans
from dedupe.explain import shared_passages
from dedupe.gathering import MemorySpill
from dedupe.kernels import pairs
from dedupe.stories import mark_digests
from dedupe.text_column import TextColumn
from dedupe.verify import Verified, record, verify

if TYPE_CHECKING:
    from numpy.typing import NDArray

STORY = (
    "The ferry to the northern islands stopped before noon because the wind had "
    "turned. Passengers slept in the school hall while farmers brought bread and "
    "milk. The mayor said that the pier would open again once divers had looked at "
    "its pillars. Nobody was hurt, and the mail arrived by helicopter in the evening. "
)
MORE = (
    "An engineer from the capital blamed the old ropes, which the company had meant "
    "to change last spring. The captain thanked the children who sang until midnight."
)
OTHER = (
    "Three bakeries closed in the old town after rents had doubled within a year. "
    "Their owners met the council and asked for a market hall beside the station, "
    "where stalls would cost less and visitors would find them without a map."
)
HOUR = 3600


def test_copies_join_and_strangers_do_not() -> None:
    texts = [STORY + MORE, STORY, OTHER, STORY + MORE, (STORY + MORE).upper()]
    stories = find_stories(texts)
    assert stories.story.tolist() == [0, 0, 1, 0, 0]
    assert stories.verdict(2) is None
    assert stories.role(0) == "canonical"
    assert stories.verdict(3) == "exact"
    assert stories.verdict(1) == "excerpt" or stories.verdict(1) == "near"
    assert stories.survivors.tolist() == [0, 2]


def test_keep_rules() -> None:
    texts, times = [STORY, STORY + MORE], [5 * HOUR, 9 * HOUR]
    assert find_stories(texts, published=times).survivors.tolist() == [0]
    assert find_stories(texts, keep="longest").survivors.tolist() == [1]
    kept = find_stories(texts, outlets=["a", "b"], keep=["b", "a"])
    assert kept.survivors.tolist() == [1]


def test_a_template_filled_twice_is_no_copy() -> None:
    form = "Acme said net profit was {} million in the quarter against {} million. " * 4
    a = record(form.format(*range(11, 19)))
    b = record(form.format(*range(31, 39)))
    assert verify(a, b).verdict == "rejected"


def test_one_number_corrected_joins() -> None:
    title = "Ferry stops as wind turns on islands"
    a = record(STORY + "Twelve boats stayed out.", title, published=0)
    b = record(STORY + "Fifteen boats stayed out.", title, published=HOUR)
    assert verify(a, b).verdict == "correction"
    assert not verify(a, record(OTHER, "Bakeries close")).joins


def test_briefs_join_only_when_equal_and_close() -> None:
    brief = "Rain is expected in the north tonight."
    stories = find_stories(
        [brief, brief, brief, brief + " Perhaps.", "", ""],
        published=[0, 40 * HOUR, 900 * HOUR, 0, 0, 0],
    )
    assert stories.story[0] == stories.story[1]
    assert len(set(stories.story.tolist())) == 5


def test_explain_shows_what_is_shared() -> None:
    stories = find_stories([STORY + MORE, OTHER + " " + STORY])
    found = stories.explain(0, 1)
    passage = max(found.passages, key=lambda p: p.words)
    left = (STORY + MORE)[passage.start_a : passage.end_a]
    right = (OTHER + " " + STORY)[passage.start_b : passage.end_b]
    assert left == right
    assert left.startswith("The ferry")


def test_texts_of_one_word_are_explained() -> None:
    (passage,) = shared_passages("ha " * 5_000, "ha " * 5_000)
    assert passage.words == 5_000


@settings(max_examples=40)
@given(
    texts=st.lists(st.text(max_size=120) | st.sampled_from([STORY, MORE]), max_size=8)
)
def test_every_article_has_one_story_and_every_story_one_canonical(
    texts: list[str],
) -> None:
    stories = find_stories(texts)
    assert len(stories) == len(texts)
    assert np.count_nonzero(stories.is_canonical) == len(stories.canonical)
    assert sorted(a for m in stories.members() for a in m) == list(range(len(texts)))


def test_a_day_is_no_earlier_than_the_hours_of_that_day() -> None:
    """Published on a day, at half past ten of it, and at midnight of the next."""
    times = [0, 10 * 3600, 86_400]
    kept = find_stories(
        [STORY] * 3, published=times, precisions=["day", "minute", "day"]
    )
    assert kept.survivors.tolist() == [1]
    days = find_stories([STORY] * 2, published=[86_400, 0], precisions=["day", "day"])
    assert days.survivors.tolist() == [1]
    assert find_stories([STORY] * 3, published=times).survivors.tolist() == [0]


def test_times_that_may_be_the_same_do_not_say_which_text_corrects() -> None:
    wrong = STORY + " Twelve boats with all of their crews stayed out."
    right = STORY + " Fifteen boats with all of their crews stayed out."
    told = [[right, wrong], ["Breakwater of Port Ellen closed after storm"] * 2]
    wished = {"outlets": ["a", "b"], "keep": ["a"], "published": [0, 3600]}
    unsure = find_stories(*told, **wished, precisions=["day", "minute"])
    assert unsure.survivors.tolist() == [0]
    assert find_stories(*told, **wished).survivors.tolist() == [1]


def test_many_equal_briefs_are_paired_with_the_next_ones() -> None:
    brief, n = "Rain is expected in the north tonight.", 20_000
    stories = find_stories([brief] * n, published=list(range(n)))
    assert stories.pair_counts == {"exact": 99 * n - 99 * 100 // 2}


def test_versions_of_a_long_text_are_compared() -> None:
    line = "The {} pier of the {} harbour was closed on the {} day. "
    text = "".join(line.format(n, 7 * n, n % 91) for n in range(30_000))
    stories = find_stories([f"{text} No. {n} was the last of all." for n in range(6)])
    assert len(stories.canonical) == 1


def test_a_text_of_very_many_others_is_their_digest() -> None:
    found = Verified(
        left=np.arange(6_000, dtype=np.uint32),
        right=np.full(6_000, 6_000, np.uint32),
        verdicts=np.full(6_000, pairs.EXCERPT, np.uint8),
        reasons=np.zeros(6_000, np.uint8),
        figures=np.tile(np.float32([0.1, 1, 0.1]), (6_000, 1)),
    )
    lengths = np.append(np.full(6_000, 40), 240_000)
    assert np.flatnonzero(mark_digests(found, lengths, 3)).tolist() == [6_000]
    assert set(found.verdicts.tolist()) == {pairs.DIGEST}


class Recording(MemorySpill):
    """Remembers the most that was taken at once."""

    most = 0

    def take(
        self, starts: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        self.most = max(self.most, int(counts.sum()))
        return super().take(starts, counts)


def test_of_long_texts_few_are_read_at_a_time() -> None:
    line = "The {} pier of the {} harbour was closed on the {} day. "
    text = "".join(line.format(n, 7 * n, n % 91) for n in range(1_000))
    spill = Recording()
    with StoryBuilder(spill=spill, at_once=8) as builder:
        builder.add(
            TextColumn.from_strings(f"{text} No {n} was last." for n in range(40))
        )
        assert len(builder.finish().canonical) == 1
    assert 11_000 < spill.most < 70_000


@given(
    weights=st.lists(st.integers(1, 50), max_size=40),
    parts=st.integers(1, 9),
    heaviest=st.integers(1, 200),
)
def test_spans_of_one_weight(weights: list[int], parts: int, heaviest: int) -> None:
    found = even_spans(np.array(weights, np.int64), parts, heaviest)
    rows = [row for first, last in found for row in range(first, last)]
    assert rows == list(range(len(weights)))
    share = sum(weights) / max(parts, -(-sum(weights) // heaviest))
    for first, last in found:
        assert sum(weights[first:last]) <= share + weights[first]
