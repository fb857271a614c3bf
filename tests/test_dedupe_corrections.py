"""Marks of correction in headlines, and what they do to verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.batch import find_stories
from dedupe.corrections import MARKS, length_of_mark, without_marks
from dedupe.text_column import TextColumn
from dedupe.verify import record, verify

HOUR = 3600
TITLE = "Breakwater of Port Ellen closed after the storm"
STORY = (
    "The harbour council closed the old breakwater on Tuesday after the storm broke two "
    "of its gates, and said that engineers would need until spring to repair the wall. "
    "Fishing boats have to use the northern basin until then, the mayor told reporters. "
)
NAMES = [(code, name) for code, names in MARKS.items() for name in names.split()]


@pytest.mark.parametrize(("code", "name"), NAMES)
def test_a_mark_in_front_is_told_in_every_language(code: str, name: str) -> None:
    said = name.replace("_", " ")
    for mark in (
        f"{said}: ",
        f"{said.upper()}-",
        f"[{said.capitalize()}] ",
        f"【{said}】",
    ):
        assert (mark + TITLE)[length_of_mark(mark + TITLE) :] == TITLE, (code, mark)


@pytest.mark.parametrize(
    "headline",
    [
        "Correction officers ask for better pay",
        "Amended law passes the lower house",
        "Correction: ",
        "تصحيح أوضاع العمال يبدأ غدا",
        "更正义的社会需要时间",
        "수정된 예산안 통과",
    ],
)
def test_a_word_of_the_headline_is_no_mark(headline: str) -> None:
    assert length_of_mark(headline) == 0


@given(st.lists(st.text(max_size=40), max_size=5), st.sampled_from(NAMES))
def test_a_column_loses_its_marks_alone(
    texts: list[str], name: tuple[str, str]
) -> None:
    marked = [f"{name[1].replace('_', ' ')}: {TITLE}", *texts]
    column = TextColumn.from_strings(["before", *marked]).slice(1, len(marked) + 1)
    cleared, rows = without_marks(column)
    assert rows == [n for n, told in enumerate(marked) if length_of_mark(told)]
    assert len(cleared) == len(column)
    assert cleared[0].strip() == TITLE
    for row in range(1, len(column)):
        told = column[row]
        assert cleared[row].strip() == told[length_of_mark(told) :].strip()


def test_a_column_without_marks_is_the_same_column() -> None:
    column = TextColumn.from_strings([TITLE, None, "Cold", TITLE[::-1]])
    assert without_marks(column)[0] is column
    nothing = TextColumn(np.zeros(0, np.uint8), np.zeros(1, np.int64))
    assert without_marks(nothing) == (nothing, [])


@pytest.mark.parametrize("mark", ["CORRECTION-", "Corrected: ", "تصحيح: ", "更正："])
def test_a_text_that_says_it_corrects_is_a_correction(mark: str) -> None:
    wrong = STORY + "Twelve boats with all of their crews stayed out."
    right = STORY + "Fifteen boats with all of their crews stayed out."
    found = verify(
        record(wrong, TITLE, published=0), record(right, mark + TITLE, published=HOUR)
    )
    assert found.verdict == "correction"
    stories = find_stories([wrong, right], [TITLE, mark + TITLE], published=[0, HOUR])
    assert stories.survivors.tolist() == [1]


def verdict_of(right: str, headline: str, hours: int = 1) -> str:
    wrong = STORY + "Twelve boats under Captain Fenwick stayed out."
    old, new = (
        record(wrong, TITLE, published=0),
        record(STORY + right, headline, published=hours * HOUR),
    )
    assert verify(new, old).verdict == verify(old, new).verdict
    return verify(old, new).verdict


@pytest.mark.parametrize(
    ("said", "one_fact"),
    [
        ("Fifteen boats under Captain Fenwick stayed out.", True),
        ("Twelve boats under Captain Tennant stayed out.", True),
        ("Fifteen boats under Captain Tennant stayed out.", False),
    ],
)
def test_a_marked_text_corrects_one_fact_under_another_headline(
    said: str, one_fact: bool
) -> None:
    marked, other = "CORRECTION: Harbour council shuts a wall", "Council shuts a wall"
    assert (verdict_of(said, marked) == "correction") == one_fact
    assert verdict_of(said, marked, hours=49) != "correction"
    assert verdict_of(said, other) != "correction"
    assert verdict_of(said, f"CORRECTION: {TITLE}") == "correction"


def test_a_mark_holds_whoever_prints_the_corrected_text_first() -> None:
    texts = [STORY + f"{n} boats under Captain Fenwick stayed out." for n in (12, 15)]
    headlines = [
        TITLE,
        "Fifteen boats still out at sea",
        "CORRECTED: Fifteen boats at sea",
    ]
    rows = [(0, 0), (1, 1), (1, 2)]
    for order in (rows, rows[::-1], [rows[2], rows[0], rows[1]]):
        stories = find_stories(
            [texts[text] for text, _ in order],
            [headlines[line] for _, line in order],
            published=[line * HOUR for _, line in order],
        )
        assert len(stories.survivors) == 1, order
        assert order[stories.survivors[0]] == (1, 1)
