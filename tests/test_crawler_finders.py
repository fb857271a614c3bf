"""Whatever a page's markup holds, its finders answer and never raise."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.agency import find_agency
from crawler.extract.authors import find_authors
from crawler.extract.dateline import find_dateline
from crawler.extract.dates import find_dates
from crawler.extract.details import (
    find_access,
    find_canonical_url,
    find_image,
    find_section,
    find_tags,
)
from crawler.extract.headline import find_headline
from crawler.extract.page import read_page
from dedupe.block import Block

_WORDS = st.sampled_from(
    ["http://[bad", "By A", "2024-13-45T99:99", "9999999999", "Ann Bell", "", "x | y"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@id", "@type", "name", "url", "item"]), inner
        )
    ),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    [
        *("headline", "author", "datePublished", "dateModified", "publisher", "url"),
        *("@id", "mainEntityOfPage", "image", "keywords", "articleSection", "name"),
        *("isAccessibleForFree", "creditText", "itemListElement", "description"),
    ]
)
_TYPES = st.sampled_from(["NewsArticle", ["Article", 3], "BreadcrumbList", None, {}])
_RECORDS = st.tuples(_TYPES, st.dictionaries(_KEYS, _VALUES, max_size=6))


@settings(max_examples=150)
@given(
    st.lists(_RECORDS, max_size=3),
    _WORDS,
    st.sampled_from(["https://a.example/1", "http://[", ""]),
)
def test_finders_never_raise(
    records: list[tuple[Any, dict[str, Any]]], word: str, url: str
) -> None:
    told = [{"@type": kind, **fields} for kind, fields in records]
    html = (
        f'<script type="application/ld+json">{json.dumps(told)}</script>'
        f'<meta property="og:url" content="{word}"><meta name="author" content="{word}">'
        f'<meta property="og:title" content="{word}"><h1>{word}</h1>'
        f'<time datetime="{word}">{word}</time><span class="author">{word}</span>'
    )
    page = read_page(html, url)
    blocks = (Block(word or "x"), Block("(AP"))
    authors = find_authors(page)
    dateline = find_dateline(blocks, word)
    agency = find_agency(page, blocks, dateline=dateline, authors=authors)
    headline = find_headline(page)
    assert headline is None or headline.value
    assert agency is None or isinstance(agency.value, str)
    assert all(name.strip() for name in authors.names)
    dates = find_dates(page)
    assert dates.published is None or dates.published.when.tzinfo is not None
    for finder in (
        find_section,
        find_tags,
        find_image,
        find_canonical_url,
        find_access,
    ):
        found = finder(page)
        assert found is None or found.value
