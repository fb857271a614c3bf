"""The diff loses nothing, and marks what a reader would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.inspect.diff import changed_words, compare

BLOCKS = st.lists(
    st.text(st.sampled_from("ab كت 大桥.,\n"), max_size=25).filter(str.strip),
    max_size=6,
)


def written(segments):
    return "".join(one.text for one in segments)


@given(BLOCKS, BLOCKS)
def test_both_texts_can_be_read_from_the_rows(left, right):
    rows = compare(left, right)
    assert [written(row.left) for row in rows if row.left is not None] == left
    assert [written(row.right) for row in rows if row.right is not None] == right


@given(BLOCKS)
def test_a_text_beside_itself_has_no_mark(blocks):
    rows = compare(blocks, blocks)
    assert all(row.same for row in rows)
    assert changed_words(rows) == (0, 0)


def test_one_changed_word_is_marked_in_both():
    (row,) = compare(["twelve people came home"], ["fifteen people came home"])
    assert [(one.text, one.changed) for one in row.left] == [
        ("twelve ", True),
        ("people came home", False),
    ]
    assert row.right[0].text == "fifteen "


def test_chinese_is_compared_by_character():
    (row,) = compare(["大桥封闭三个月"], ["大桥封闭两个月"])
    assert [one.text for one in row.left if one.changed] == ["三"]
    assert [one.text for one in row.right if one.changed] == ["两"]


def test_a_copy_that_joins_two_paragraphs_has_only_its_own_words_marked():
    first, second = "The wall fell in March.", "Divers will repair it by June."
    rows = compare([first, second], [f"{first} {second}"])
    assert not any(one.changed for row in rows for one in row.right or ())


def test_very_long_gaps_are_shown_whole():
    rows = compare(["a " * 7000], ["b " * 7000])
    assert len(rows) == 2


def test_words_that_repeat_without_end_are_compared_at_once():
    assert len(compare(["a b " * 1500], ["b a a " * 1000])) == 2
