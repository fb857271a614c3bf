"""Repeats inside one article, and nothing that repeats with reason."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.block import Block, BlockKind
from dedupe.blocks import CleanBody, clean, split_blocks

HEADLINE = "Harbour strike ends after a night of talks"
LEDE = (
    "Dockers went back to work on Friday after the port agreed to raise night pay by "
    "a tenth, ending the longest strike of the decade."
)
SECOND = (
    "Ships had waited outside the breakwater since Monday, and two ferries were sent "
    "to other ports along the coast."
)
THIRD = "The union said its members would vote on the offer in the coming week."


def texts(*lines: str | Block) -> list[Block]:
    return [line if isinstance(line, Block) else Block(line) for line in lines]


def kept(
    headline: str, *lines: str | Block, subheadline: str | None = None
) -> list[str]:
    body = clean(headline, texts(*lines), subheadline=subheadline)
    return [block.text for block in body.kept]


def reasons(headline: str, *lines: str | Block) -> list[tuple[int, str, int | None]]:
    body = clean(headline, texts(*lines))
    return [(gone.position, gone.reason, gone.repeats) for gone in body.removed]


@pytest.mark.parametrize("kind", ["caption", "paragraph", "subhead", "quote"])
def test_a_block_that_repeats_the_headline_goes(kind: BlockKind) -> None:
    again = Block(HEADLINE, kind)
    assert kept(HEADLINE, again, LEDE, again, SECOND) == [LEDE, SECOND]
    assert reasons(HEADLINE, LEDE, again) == [(1, "headline", None)]


@pytest.mark.parametrize(
    "again",
    [
        "HARBOUR STRIKE ENDS, AFTER A NIGHT OF TALKS!",
        "Harbour strike ends after a night of talks | The Breakwater",
        "Video: Harbour strike ends after a night of talks",
        "Breaking: Harbour strike ends after a night of talks - The Breakwater",
        "Harbour strike ends after night of talks",
        "Harbour strike ends after a night of talks (Photo: A. Reed)",
    ],
)
def test_a_headline_is_known_again_in_other_dress(again: str) -> None:
    assert kept(HEADLINE, again, LEDE, SECOND) == [LEDE, SECOND]
    assert kept(again, HEADLINE, LEDE, SECOND) == [LEDE, SECOND]


@pytest.mark.parametrize(
    "line",
    [
        (
            "Harbour strike ends after a night of talks, and the first ferry sails at dawn "
            "with passengers who had slept on the quay."
        ),
        "Harbour strike",
        "Harbour strike of 1987 ends after 12 nights of talks",
    ],
)
def test_what_says_more_or_other_than_the_headline_stays(line: str) -> None:
    assert kept(HEADLINE, line, LEDE, SECOND) == [line, LEDE, SECOND]


def test_of_two_equal_blocks_the_better_kind_and_then_the_earlier_stays() -> None:
    quote, caption = Block(SECOND, "quote"), Block(SECOND, "caption")
    body = clean(HEADLINE, texts(quote, LEDE, SECOND, caption, SECOND))
    assert body.positions == (1, 2)
    assert [gone.repeats for gone in body.removed] == [2, 2, 2]
    assert {gone.reason for gone in body.removed} == {"repeat"}


def test_the_fuller_of_two_near_equal_blocks_stays_where_it_stands() -> None:
    standfirst = LEDE.replace(", ending the longest strike of the decade", "")
    fuller = f"HALTON, May 3 - {LEDE}"
    assert kept(HEADLINE, LEDE, SECOND, fuller) == [SECOND, fuller]
    assert reasons(HEADLINE, LEDE, fuller) == [(0, "near repeat", 1)]
    assert kept(HEADLINE, f"{standfirst[:80]}…", LEDE) == [LEDE]


def test_a_swapped_word_is_near_and_a_swapped_fact_is_not() -> None:
    reworded = LEDE.replace("agreed", "consented")
    assert kept(HEADLINE, LEDE, SECOND, reworded) == [LEDE, SECOND]
    for fact in (
        LEDE.replace("Friday", "Sunday"),
        SECOND.replace("two", "2").replace("ferries", "12 ferries"),
    ):
        assert fact in kept(HEADLINE, LEDE, SECOND, fact)
    one = "The fire killed 12 people in the old harbour on Friday night."
    other = "The fire killed 15 people in the old harbour on Friday night."
    assert kept(HEADLINE, one, other) == [one, other]


def test_lines_that_only_a_number_parts_are_told_apart_without_aligning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dedupe.likeness.SequenceMatcher", None)
    row = "Ward {}: the council counted the votes of every polling station by hand."
    rows = [Block(row.format(number)) for number in range(200)]
    assert clean("Results", rows).kept == tuple(rows)


@pytest.mark.parametrize(
    "line",
    [
        "Q: Did you expect the port to give in at all?",
        "Reed: I would do the very same thing again tomorrow.",
        "12:35 GMT",
        "Halton 2 - 1 Breakwater United",
        "And the tide came in",
    ],
)
def test_short_lines_that_repeat_with_reason_stay(line: str) -> None:
    other = "Reed: No, and neither did the harbour master."
    lines = [line, LEDE, line, SECOND, other, line]
    assert kept(HEADLINE, *lines) == lines


def test_verse_keeps_its_refrain_even_when_it_is_the_headline() -> None:
    verse = ["Blow the wind", "Salt on the rail", "The nets are in", "Blow the wind"]
    verse += ["Gulls on the mast", "Home by the light", "Blow the wind"]
    assert kept("Blow the wind", *verse) == verse


def test_cells_and_a_quotation_inside_a_longer_paragraph_stay() -> None:
    cell = Block("Sailings from Halton to the outer islands", "cell")
    quotation = Block('"We slept on the quay for four nights running"', "quote")
    longer = (
        'Passengers were glad to leave. "We slept on the quay for four nights running," '
        "said one of them, who had come from the islands with her two children and a dog."
    )
    lines: list[str | Block] = [cell, LEDE, cell, quotation, longer]
    assert clean(HEADLINE, texts(*lines)).removed == ()


@pytest.mark.parametrize(
    "line",
    [
        "المصدر",
        "Source: Meridian Press",
        "(وكالات)",
        "Quelle: dpa",
        "来源：新华社",
        "(Reporting by A. Reed; editing by B. Holt)",
        "Sources",
        "Copyright Meridian Press. All rights reserved.",
    ],
)
def test_a_source_line_goes_only_from_the_end(line: str) -> None:
    assert kept(HEADLINE, LEDE, SECOND, line) == [LEDE, SECOND]
    assert reasons(HEADLINE, LEDE, line) == [(1, "source line", None)]
    assert kept(HEADLINE, LEDE, line, SECOND) == [LEDE, line, SECOND]


@pytest.mark.parametrize(
    "line",
    [
        "Sources said the port had no choice.",
        "(with pictures from Halton)",
        "Copyright law comes next.",
        "... - that was the last word",
        "*** | the harbour at dusk",
    ],
)
def test_a_last_sentence_is_no_source_line(line: str) -> None:
    assert kept(HEADLINE, LEDE, line) == [LEDE, line]


def test_a_standfirst_that_is_a_field_takes_its_captions_but_not_the_lede() -> None:
    caption = Block(LEDE, "caption")
    assert kept(HEADLINE, caption, SECOND, subheadline=LEDE) == [SECOND]
    assert kept(HEADLINE, LEDE, SECOND, subheadline=LEDE) == [LEDE, SECOND]


def test_an_article_of_nothing_but_its_headline_keeps_it() -> None:
    assert kept(HEADLINE, HEADLINE, HEADLINE) == [HEADLINE]
    assert kept(HEADLINE) == []


def test_a_plain_text_is_split_into_lines_with_their_places() -> None:
    split = split_blocks(f"\n{HEADLINE}\r\n  {LEDE}\t \n\n \n{THIRD}")
    assert [block.text for block in split.blocks] == [HEADLINE, LEDE, THIRD]
    for block, (start, end) in zip(split.blocks, split.spans, strict=True):
        assert " ".join(split.text[start:end].split()) == block.text


@pytest.mark.parametrize(
    "word",
    ["prime", "foreign", "finance", "trade", "health", "labour", "defence", "interior"],
)
def test_of_several_near_repeats_the_fullest_is_named(word: str) -> None:
    said = (
        f"The {word} minister told parliament on Monday that the old harbour would be "
        "closed for repairs until the end of the summer"
    )
    before = f"Papers seen at 45 offices say {said}"
    after = f"{said}, he wrote on page 12"
    assert reasons("", before, after, said) == [(2, "near repeat", 0)]
    assert reasons("", after, before, said) == [(2, "near repeat", 1)]


LONG = "Passengers waited for hours in the rain and nobody told them anything at all. "
NAMES = ["".join(letters).title() for letters in permutations("abcdefg", 4)]


@pytest.mark.parametrize(
    ("headline", "lines", "stay"),
    [
        ("a" + " -" * 20_000, [LEDE, SECOND], 2),
        ("", [LEDE] + ["Source: Meridian Press"] * 3_000, 1),
        ("", [LEDE, LEDE, "!" * 100_000 + " on the quay"], 2),
        ("", [LONG + "." * 50_000 + " a", LONG + "b" + "." * 50_000 + " a"], 1),
        ("", ["ha " * 9_000 + "hi ho", "ha " * 9_000 + "ho hi"], 2),
        ("", [f"{LONG}No, {name} said. {LONG}" for name in NAMES], len(NAMES)),
        ("", ["* * *"] * 3_000, 3_000),
    ],
)
def test_cleaning_any_text_comes_to_an_end(
    headline: str, lines: list[str], stay: int
) -> None:
    assert len(kept(headline, *lines)) == stay


KINDS = ["paragraph", "subhead", "list item", "quote", "caption", "cell"]
WORDS = st.sampled_from(
    [
        "harbour",
        "strike",
        "ends",
        "night",
        "talks",
        "12",
        "15",
        "the",
        "Reed:",
        "Source",
    ]
)
LINES = st.lists(WORDS, min_size=1, max_size=14).map(" ".join) | st.sampled_from(
    [HEADLINE, LEDE, SECOND, f"Video: {HEADLINE}", f"{LEDE[:70]}…", "المصدر", "Q: Why?"]
)
BODIES = st.lists(st.builds(Block, LINES, st.sampled_from(KINDS)), max_size=12)


def holds(headline: str, blocks: list[Block]) -> CleanBody:
    body = clean(headline, blocks)
    assert body.rebuild() == tuple(blocks)
    assert len(body.kept) + len(body.removed) == len(blocks)
    places = set(body.positions)
    assert all(gone.repeats is None or gone.repeats in places for gone in body.removed)
    again = clean(headline, body.kept)
    assert again.kept == body.kept
    assert again.removed == ()
    return body


@settings(max_examples=100)
@given(headline=LINES, blocks=BODIES)
def test_cleaning_is_idempotent_and_loses_nothing(
    headline: str, blocks: list[Block]
) -> None:
    body = holds(headline, blocks)
    assert bool(body.kept) == bool(blocks)


@settings(max_examples=60)
@given(headline=st.text(), lines=st.lists(st.text(min_size=1), max_size=6))
def test_no_text_is_too_strange(headline: str, lines: list[str]) -> None:
    holds(headline, texts(*lines, *lines, headline or "x"))
    split = split_blocks("\n".join(lines))
    assert all(block.text for block in split.blocks)
