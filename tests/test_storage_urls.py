"""The identity of an article across the spellings of its URL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.urls import article_id, article_key, host_of, source_key, url_key

PLAIN = "http://paper.example/world/2026/11/20/flood-in-the-old-harbour-48213"


@pytest.mark.parametrize(
    "variant",
    [
        "https://www.paper.example/world/2026/11/20/flood-in-the-old-harbour-48213/",
        "http://m.paper.example/world/2026/11/20/flood-in-the-old-harbour-48213",
        "http://amp.paper.example/world/2026/11/20/flood-in-the-old-harbour-48213",
        PLAIN + "/amp",
        PLAIN + "/amp/",
        PLAIN + "?amp=1",
        PLAIN + "?outputType=amp",
        PLAIN + "?page=2",
        PLAIN + "/page/3",
        PLAIN + "/print",
        PLAIN + "?utm_source=rss&utm_medium=feed",
        PLAIN + "?fbclid=abc#comments",
        PLAIN + "?ref=rss",
        PLAIN + ";jsessionid=A1B2",
        "http://PAPER.example:80/world/2026/11/20/flood%2Din-the-old-harbour-48213",
        "http://paper.example//world/2026/11/20/flood-in-the-old-harbour-48213",
    ],
)
def test_variants_of_one_article_have_one_key(variant: str) -> None:
    assert url_key(variant) == url_key(PLAIN)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://paper.example/?p=12", "http://paper.example/?p=13"),
        ("http://paper.example/a?sid=12", "http://paper.example/a?sid=13"),
        ("http://paper.example/a", "http://paper.example:8080/a"),
        ("http://sport.paper.example/a", "http://paper.example/a"),
        ("http://paper.example/amplifier", "http://paper.example/lifier"),
        ("http://paper.example/news/1", "http://paper.example/news/2"),
    ],
)
def test_different_articles_have_different_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_order_and_escapes_of_parameters_make_no_difference() -> None:
    assert url_key("http://a.example/x?b=2&a=%41") == url_key(
        "https://a.example/x?a=A&b=2"
    )


def test_international_hosts_are_written_in_ascii() -> None:
    assert host_of("http://www.bücher.example/") == "xn--bcher-kva.example"


@given(st.text(max_size=80))
def test_any_text_has_a_key_and_a_host(text: str) -> None:
    assert isinstance(url_key(text), str)
    assert isinstance(host_of(text), str)
    assert isinstance(source_key(text), str)


@given(st.from_regex(r"http://[a-z]{1,8}\.example/[a-z0-9/._%-]{0,30}", fullmatch=True))
def test_a_key_is_the_key_of_itself(url: str) -> None:
    key = url_key(url)
    assert url_key(f"http://{key}") == key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (PLAIN, "48213"),
        ("http://a.example/20261120/story", None),
        ("http://a.example/20261120/story-7654321", "7654321"),
        (
            "http://a.example/x/141e61e9-8a07-42e4-a527-2f03f45e7ef0",
            "141e61e9-8a07-42e4-a527-2f03f45e7ef0",
        ),
        ("http://a.example/news/12", None),
    ],
)
def test_the_id_in_a_url(url: str, expected: str | None) -> None:
    assert article_id(url) == expected


def test_a_canonical_link_that_shares_the_id_is_trusted() -> None:
    canonical = "https://www.paper.example/48213/a-new-slug-for-the-flood"
    assert article_key(PLAIN, canonical) == url_key(canonical)


@pytest.mark.parametrize(
    "canonical",
    [
        "https://www.paper.example/",
        "https://www.paper.example/world",
        "https://other.example/world/2026/11/20/flood-in-the-old-harbour-48213",
        "https://www.paper.example/world/another-article-99999",
    ],
)
def test_a_canonical_link_to_something_else_is_not_trusted(canonical: str) -> None:
    assert article_key(PLAIN, canonical) == url_key(PLAIN)


def test_half_a_character_has_a_key_too() -> None:
    assert url_key("http://paper.example/\ud800?a=\udc00") == "paper.example/%3F?a=%3F"


def test_what_is_no_url_has_no_number() -> None:
    assert article_id("http://[paper.example/news-4512345") is None
