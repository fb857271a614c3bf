"""Pages of every shape, damaged byte by byte: an article, or a reason, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import NotAnArticle
from crawler.extract.article import extract
from tests.page_layouts import LAYOUTS
from tests.page_shapes import SHAPES
from tests.page_stories import URL, stories

MADE = [*SHAPES.values(), *LAYOUTS.values()]
STORIES = stories()
# Bytes that parsers stumble over: ends of elements, attributes, comments, characters.
PIECES = [
    *(b"", b"\0", b"<", b">", b'"', b"'", b"&", b"&#", b"</", b"<!--", b"-->", b"]]>"),
    *(b"</div>", b"</p>", b"<p>", b"<br>", b"<table><td>", b"</script>", b"<script>"),
    *(b"<svg>", b"<template>", b"<noscript>", b"{", b"}", b"\\", b"\\u", b"\\ud83d"),
    *(
        b"\xff",
        b"\xfe\xff",
        b"\xc3",
        b"\xe2\x80\xa8",
        b"\xed\xa0\x80",
        b"\x1b$B",
        b"\r",
    ),
    *(b"<h1>", b"<article>", b"<b><i></b></i>", b"<a href=/>", b"9" * 400, b"[" * 400),
]
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 300), st.sampled_from(PIECES)),
    min_size=1,
    max_size=12,
)


def mutated(page: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for place, length, piece in edits:
        at = int(place * len(page))
        page = page[:at] + piece + page[at + length :]
    return page


@settings(max_examples=60)
@given(st.sampled_from(MADE), st.sampled_from(STORIES), EDITS)
def test_a_damaged_page_is_an_article_or_refused(shape, story, edits) -> None:
    page = mutated(shape(story).encode(), edits)
    try:
        article = extract(page, URL)
    except NotAnArticle:
        return
    assert article.headline.strip()
    assert article.blocks
    for block in article.blocks:
        assert block.text == block.text.strip() != ""
        assert not {"\u2028", "\u2029", "\n"} & set(block.text)
    assert article.published is None or article.published.year > 1900


@settings(max_examples=20)
@given(
    st.sampled_from(STORIES), st.sampled_from(["cp1256", "gb18030", "utf-16", "cp1251"])
)
def test_a_page_in_the_wrong_bytes_is_an_article_or_refused(story, charset) -> None:
    page = SHAPES["gutenberg"](story).encode(charset, "xmlcharrefreplace")
    try:
        assert extract(page, URL, content_type="text/html; charset=utf-8").blocks
    except NotAnArticle:
        return


def lines(element: str) -> str:
    return element * 4_000


@pytest.mark.parametrize(
    "hostile",
    [
        lines('<li><a href="/n">Another story about the harbour</a></li>'),
        lines("<div class=a>"),
        lines("<b>"),
        lines("word<br>"),
        lines("Sentence ends.<br>"),
        lines("<h1>Council votes</h1>"),
        lines("<article><h1>x</h1>"),
        lines("<figure><figcaption>A long caption of a picture.</figcaption></figure>"),
        lines('<p style="display:none">A sentence that nobody sees on the page.</p>'),
        lines('<span class="caption">x</span>'),
        "<script>" + lines('a={"b":') + "</script>",
        "<script>" + lines("x=[") + "</script>",
        '<script type="application/json">' + lines('{"a":[') + "</script>",
        '<script type="application/json">["' + lines("A sentence. ") + '"]</script>',
        '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"'
        + lines("A sentence of the text. ")
        + '"}</script>',
        "<p>" + lines("(Reuters) - "),
        "<p>" + lines("14 May 2026 "),
        '<p class="byline">' + lines("Ana Serrano, "),
        f"<title>{lines('a - b | ')}</title>",
        lines('<a href="/">Home</a>'),
        lines("<nav><a href=/n>World</a></nav>"),
    ],
)
def test_endless_pages_end(hostile: str) -> None:
    """The suite's own limit of time is the measure; each takes a second or two."""
    story = STORIES[0]
    page = SHAPES["gutenberg"](story).replace("</body>", f"{hostile}</body>")
    try:
        assert extract(page, URL).headline
    except NotAnArticle:
        return
