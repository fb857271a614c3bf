"""Headlines and paragraphs told again in other words."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.repeats import find_repeats

OTHERS = [
    "Ferry to the outer islands delayed by fog",
    "Museum of rope opens in the old customs house",
    "Lifeboat crew honoured for winter rescue",
    "Council votes to dredge the inner channel",
    "Herring catch falls for a third season",
]
HEADLINE = "Harbour strike ends after long night of talks with dockers"


@pytest.mark.parametrize(
    "again",
    [
        "Update 1: Harbour strike ends after long night of talks with dockers",
        "After long night of talks with dockers harbour strike ends",
        "HARBOUR STRIKE ENDS, AFTER LONG NIGHT OF TALKS WITH DOCKERS!",
        "Harbour strike over after long night of talks with dockers",
    ],
)
def test_a_reworded_headline_is_found(again: str) -> None:
    found = find_repeats([*OTHERS, HEADLINE, again])
    assert [group.members for group in found.groups] == [(5, 6)]
    assert found.groups[0].first == 5


def test_numbers_are_evidence() -> None:
    units = [*OTHERS, f"{HEADLINE} at 12 piers", f"{HEADLINE} at 15 piers"]
    assert find_repeats(units).groups == ()


def test_a_lead_in_in_arabic_is_no_part_of_the_headline() -> None:
    headline = "انتهاء إضراب الميناء بعد ليلة طويلة من المحادثات"
    found = find_repeats([headline, *OTHERS, f"عاجل: {headline}"])
    assert found.pairs.tolist() == [[0, 6]]


def test_near_equal_paragraphs_are_found() -> None:
    paragraph = (
        "Dockers went back to work on Friday after the port agreed to raise night pay "
        "by a tenth, ending the longest strike that the harbour has seen."
    )
    reworded = paragraph.replace("agreed", "consented")
    found = find_repeats([*OTHERS, paragraph, reworded], "paragraph")
    assert [group.members for group in found.groups] == [(5, 6)]


@given(units=st.lists(st.text(max_size=40) | st.sampled_from(OTHERS), max_size=12))
def test_groups_are_disjoint_and_begin_with_their_first(units: list[str]) -> None:
    found = find_repeats(units)
    members = [member for group in found.groups for member in group.members]
    assert len(members) == len(set(members))
    assert all(group.first == min(group.members) for group in found.groups)
    assert (found.pairs[:, 0] < found.pairs[:, 1]).all()


def test_very_many_equal_headlines_are_one_group() -> None:
    found = find_repeats(["Harbour strike ends after a night of talks"] * 3_000)
    (group,) = found.groups
    assert group.members == tuple(range(3_000))
    assert group.similarity == (1.0,) * 3_000
    assert found.pairs.tolist() == [[0, place] for place in range(1, 3_000)]


def test_equal_headlines_are_in_one_group_whatever_lies_between() -> None:
    rng = random.Random(5)
    names = [f"word{n}" for n in range(300)]
    said = [" ".join(rng.choices(names, k=rng.randint(4, 9))) for _ in range(130)]
    units = [rng.choice(said) + rng.choice(["", "", " 12", " 15"]) for _ in range(400)]
    firsts: dict[str, set[int]] = {}
    for group in find_repeats(units).groups:
        for member in group.members:
            firsts.setdefault(units[member], set()).add(group.first)
    assert all(len(found) == 1 for found in firsts.values())
