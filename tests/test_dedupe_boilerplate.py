"""An outlet's own lines: learnt, unlearnt, and never an agency's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.block import Block
from dedupe.blocks import clean, split_blocks
from dedupe.boilerplate import (
    BlockCounts,
    block_key,
    counted_keys,
    is_boilerplate,
    mask,
)
from dedupe.clean_column import clean_column, find_lines
from dedupe.dump_boilerplate import (
    LineKeys,
    find_boilerplate,
    line_keys,
    mask_column,
    number_days,
)
from dedupe.gathering import UNKNOWN_TIME
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINE = "Sign up for the Breakwater briefing and read it before breakfast."


def story(number: int, lines: int = 4) -> list[str]:
    return [
        f"Paragraph {place} of story {number} tells what nobody else has told yet."
        for place in range(lines)
    ]


def test_a_line_is_boilerplate_from_enough_stories_on_enough_days() -> None:
    assert is_boilerplate(BlockCounts(stories=5, days=3))
    assert not is_boilerplate(BlockCounts(stories=4, days=3))
    assert not is_boilerplate(BlockCounts(stories=500, days=2))


def test_a_key_is_that_of_the_folded_words() -> None:
    assert block_key(LINE) == block_key(LINE.upper().replace(".", " !"))
    assert block_key("12 dead") != block_key("15 dead")
    assert 0 <= block_key(LINE) < 1 << 63


def test_a_block_that_is_most_of_its_article_is_not_counted() -> None:
    line = Block("Share this article")
    brief = [Block("Gold fell to its lowest price in a month on Friday."), line]
    assert counted_keys(brief) == {block_key(line.text)}
    alone = [Block("Gold fell to its lowest price in a month on Friday, dealers said.")]
    assert counted_keys(alone) == frozenset()
    assert len(counted_keys([Block(text) for text in story(1)])) == 4


def test_masking_is_recorded_and_uncovers_the_source_line() -> None:
    blocks = [*map(Block, story(1)), Block("Source: Meridian Press"), Block(LINE)]
    body = mask(clean("A headline of its own", blocks), {block_key(LINE)})
    assert [block.text for block in body.kept] == story(1)
    assert [gone.reason for gone in body.removed] == ["source line", "boilerplate"]
    assert body.rebuild() == tuple(blocks)


def test_nothing_known_masks_nothing() -> None:
    body = clean("A headline of its own", [Block(LINE), *map(Block, story(1))])
    assert mask(body, ()) is body


def judged(
    texts: list[str],
    outlets: NDArray[np.int64] | None = None,
    days: NDArray[np.int64] | None = None,
) -> set[str]:
    column = TextColumn.from_strings(texts)
    lines = find_lines(column)
    found = find_boilerplate(line_keys(lines, column), outlets=outlets, days=days)
    spans = zip(lines.starts[found], lines.ends[found], strict=True)
    return {column.data[start:end].tobytes().decode() for start, end in spans}


def test_without_outlets_a_line_among_strangers_is_boilerplate() -> None:
    assert judged(["\n".join([*story(i), LINE]) for i in range(6)]) == {LINE}
    assert judged(["\n".join([*story(i), LINE]) for i in range(4)]) == set()


def test_a_text_that_is_printed_often_is_one_stranger() -> None:
    printed = ["\n".join(story(1, 4 + i % 5)) for i in range(30)]
    assert judged(printed) == set()
    outlets, days = np.zeros(30, np.int64), np.arange(30)
    assert judged(printed, outlets=outlets, days=days) == set()


def test_with_outlets_days_count() -> None:
    texts = ["\n".join([*story(i), LINE]) for i in range(12)]
    texts += ["\n".join(story(i)) for i in range(12, 60)]
    copies = [texts[i % 12] for i in range(24)]
    outlets = np.arange(84) % 2
    days = np.arange(84) % 7
    assert judged(texts + copies, outlets=outlets, days=days) == {LINE}


def test_days_before_1970_are_days_too() -> None:
    texts = ["\n".join([*story(i), LINE]) for i in range(12)]
    texts += ["\n".join(story(i)) for i in range(12, 60)]
    texts += texts[:12] * 2
    outlets = np.zeros(84, np.int64)
    for days, found in ((7, {LINE}), (2, set())):
        published = -86_400 * (np.arange(84) % days) - 1
        published[12:60] = UNKNOWN_TIME
        assert judged(texts, outlets, number_days(published)) == found


def test_many_cuts_of_a_long_text_come_to_an_end() -> None:
    text = "\n".join(["!" * 4_000_000, *story(1)[:1] * 5_000])
    found = clean_column(TextColumn.from_strings([text]))
    assert len(found.cuts) == 4_999
    assert found.cuts[-1].end == len(text)


def test_a_column_of_very_many_texts_comes_to_an_end() -> None:
    long = [
        "\n".join(f"a{n}b{line} c{n}d{line} e{n}f{line}" for line in range(600))
        for n in range(3)
    ]
    texts = ["a"] * 131_072
    texts[1], texts[65_536], texts[131_071] = long
    column = TextColumn.from_strings(texts)
    assert clean_column(column).texts is column


def test_versions_of_one_text_of_very_many_lines_are_one_stranger() -> None:
    keys = np.tile(np.arange(30_000, dtype=np.uint64) << np.uint64(20), 6)
    found = find_boilerplate(
        LineKeys(keys=keys, articles=np.repeat(np.arange(6), 30_000))
    )
    assert not found.any()


def test_masking_a_column_can_be_undone_to_the_letter() -> None:
    texts = ["\r\n\n".join([LINE, *story(i), LINE]) + "\n" for i in range(6)]
    column = TextColumn.from_strings(texts)
    lines = line_keys(find_lines(column), column)
    known = np.unique(lines.keys[find_boilerplate(lines)])
    masked = mask_column(column, known)
    assert all(LINE not in masked.texts[i] for i in range(6))
    assert [masked.rebuild(i) for i in range(6)] == texts


TEXTS = st.lists(
    st.lists(
        st.sampled_from([*story(1), *story(2), LINE, "المصدر", "", "é\u2028x"])
    ).map("\n".join),
    max_size=6,
)


@settings(max_examples=40)
@given(texts=TEXTS, headline=st.sampled_from(["", story(1)[0], "Another"]))
def test_a_column_is_cleaned_as_its_articles_are(
    texts: list[str], headline: str
) -> None:
    column = TextColumn.from_strings(texts)
    cleaned = clean_column(column, TextColumn.from_strings([headline] * len(texts)))
    for place, text in enumerate(texts):
        body = clean(headline, split_blocks(text).blocks)
        assert cleaned.rebuild(place) == text
        assert split_blocks(cleaned.texts[place]).blocks == body.kept
        gone = [cut.reason for cut in cleaned.cuts if cut.article == place]
        assert gone == [removed.reason for removed in body.removed]
