"""Folding, and the kernel against it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.fold_table import CLASS_SHIFT, EXPANDS, PARTS, VANISHES, fold_table
from dedupe.number_words import number_words, word_hash
from dedupe.shingles import analyse_texts
from dedupe.text import fold, fold_character, words
from dedupe.text_column import TextColumn


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße, ÉCOLE!", "strasse ecole"),
        ("أحمد قـــال إنّ", "احمد قال ان"),
        ("١٢٣ 1,000", "123 1000"),
        ("کتاب\u200cها", "كتاب ها"),
        ("क्\u200cष", "क्ष"),
        ("۱٬۰۰۰ ١,٥٠٠ २,०००", "1000 1500 2000"),
        ("١٬٠٠٠٠ ١٬٠٠ １，０００", "1 0000 1 00 1000"),
        ("कि", "कि"),
        ("İstanbul ısı", "istanbul isi"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_scripts_without_spaces_give_characters() -> None:
    assert words("東京abc 日") == ["東", "京", "abc", "日"]


def test_the_table_folds_as_the_function_does() -> None:
    table, expansions = fold_table()
    for code in [*range(0x3400), *range(0xFB00, 0xFFFF), *range(0x1D400, 0x1D800)]:
        entry = int(table[code])
        kind, value = entry >> CLASS_SHIFT & 7, entry & 0x1FFFFF
        if kind == EXPANDS:
            size = int(expansions[value])
            folded = "".join(map(chr, expansions[value + 1 : value + 1 + size]))
        else:
            folded = {PARTS: " ", VANISHES: ""}.get(kind, chr(value))
        assert folded == fold_character(chr(code)), hex(code)


LETTERS = st.text("abcÄé ßx.,!?ابة東ก\n-_'7٠۱२٬，０\u200c", max_size=60)


@settings(max_examples=200)
@given(text=LETTERS)
def test_the_kernel_finds_the_words_of_the_function(text: str) -> None:
    found = analyse_texts(TextColumn.from_strings([text]))
    digits = number_words()
    expected = []
    for word in words(text):
        if "぀" <= word <= "鿿" or "฀" <= word <= "๿":
            continue
        expected.append(word_hash(digits.get(word, word)) >> 37 & 0x7FFFFFF)
    tokens = found.tokens.tolist()
    assert [t >> 5 for t in tokens if not t & 16] == expected
    assert len(tokens) == len(words(text))


@settings(max_examples=200)
@given(data=st.binary(max_size=80))
def test_no_bytes_are_too_strange(data: bytes) -> None:
    found = analyse_texts(TextColumn.from_bytes([data, b"", data]))
    assert found.folds[0] == found.folds[2]
