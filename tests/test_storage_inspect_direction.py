"""Stored strings are shown in their direction and cannot reach out of their place."""

from __future__ import annotations

import pytest

from storage.inspect.direction import (
    direction,
    language_tag,
    plain,
    printable,
    web_url,
    without_formula,
)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ar", "rtl"),
        ("fa-IR", "rtl"),
        ("az-Arab", "rtl"),
        ("ks-Latn", "ltr"),
        ("en", "ltr"),
        ("zh-Hans", "ltr"),
        (None, "auto"),
        ('" onclick="', "auto"),
    ],
)
def test_direction_follows_language_and_script(language, expected):
    assert direction(language) == expected


def test_a_language_that_is_none_leaves_no_attribute():
    assert language_tag('en" onload="x') == ""
    assert language_tag("pt-BR") == "pt-BR"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//host/path",
        "http:",
        "http://[",
        "",
        None,
    ],
)
def test_only_web_addresses_are_linked(url):
    assert web_url(url) is None


def test_a_web_address_is_linked_as_it_is():
    assert web_url(" https://example.org/a?b=c ") == "https://example.org/a?b=c"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\t=1", "\rx", " =1"]
)
def test_a_formula_is_quoted(cell):
    assert without_formula(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-12", "+3.5", "-1e-7", "plain", "", None, 7, -2.5])
def test_numbers_and_texts_stay(cell):
    assert without_formula(cell) == cell


def test_a_title_is_one_line_without_reordering():
    assert plain("a\u202eb\n\u2066c\x00") == "ab c"
    assert printable("a\x08b\ud800") == "ab"
