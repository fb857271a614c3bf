"""HTML entities left in the texts of a dump."""

from __future__ import annotations

import html

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.entities import without_entities
from dedupe.shingles import analyse_texts
from dedupe.text_column import TextColumn


def spelt(*texts: str) -> list[str]:
    column = without_entities(TextColumn.from_strings(texts))
    return [column[i] for i in range(len(column))]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("it&#39;s &quot;it&quot;", 'it\'s "it"'),
        ("Stra&szlig;e &#x645;&#1606;", "Straße من"),
        ("&amp;quot;AT&amp;T&amp;quot;", '"AT&T"'),
        ("&nosuch; &notit; a & b; &#;", "&nosuch; &notit; a & b; &#;"),
    ],
)
def test_entities_become_what_they_spell(text: str, meant: str) -> None:
    assert spelt(text) == [meant]


def test_what_is_escaped_very_often_comes_to_an_end() -> None:
    column = without_entities(TextColumn.from_strings(["&" + "amp;" * 100_000, "a"]))
    assert len(column[0]) < 400_000
    assert column[1] == "a"


def test_no_entity_reaches_into_the_next_text() -> None:
    assert spelt("&am", "p; &amp;", "", "&lt;") == ["&am", "p; &", "", "<"]


def test_a_part_of_a_column_keeps_its_rows() -> None:
    whole = TextColumn.from_strings(["&gt;", "a &lt; b", "c"])
    part = without_entities(whole.slice(1, 3))
    assert [part[0], part[1]] == ["a < b", "c"]


def test_a_column_without_entities_is_not_copied() -> None:
    column = TextColumn.from_strings(["a & b", "c"])
    assert without_entities(column) is column


@settings(max_examples=100)
@given(texts=st.lists(st.text("aé'\"<>&;#1 ", max_size=20), max_size=4))
def test_escaping_changes_no_token(texts: list[str]) -> None:
    plain = analyse_texts(TextColumn.from_strings(spelt(*texts)))
    escaped = TextColumn.from_strings([html.escape(text) for text in texts])
    found = analyse_texts(escaped)
    assert np.array_equal(found.tokens, plain.tokens)
    assert np.array_equal(found.token_offsets, plain.token_offsets)
