"""Which links lead to articles."""

from __future__ import annotations

import pytest

from crawler.front_pages import parse_front_page
from crawler.links import Anchor, in_scope, is_article_link, is_trap, registered_domain
from crawler.naming import Claim

HOST = "http://paper.example"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/world/2026/11/20/flood-in-the-old-harbour", ""),
        ("/news/flood-in-the-old-harbour-48213", ""),
        ("/doc/7715044", "Flood in the old harbour of the town"),
        ("/article/20260714-abc", "洪水が古い港を襲い住民が避難した"),
        ("/?p=123456", "The mayor resigns after the flood report"),
        ("/x/141e61e9-8a07-42e4-a527-2f03f45e7ef0", "Flood in the old harbour"),
    ],
)
def test_article_links(path: str, text: str) -> None:
    assert is_article_link(Anchor(HOST + path, text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "The Paper"),
        ("/world", "World"),
        ("/tag/flood-in-the-old-harbour", "Flood in the old harbour of the town"),
        ("/author/jane-doe-of-the-harbour-desk", "Jane Doe of the harbour desk"),
        ("/2026/11/20/picture-of-the-flood-48213.jpg", "Picture of the flood"),
        ("/login?next=/2026/11/20/flood", "Log in to read on and comment"),
        ("/a/b/a/b/a/b/a/b/flood-in-the-old-harbour-48213", "Flood"),
    ],
)
def test_other_links(path: str, text: str) -> None:
    assert not is_article_link(Anchor(HOST + path, text))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/hostname", "mailto:a", "http://[x/2026"]
)
def test_other_schemes_are_no_articles(url: str) -> None:
    assert not is_article_link(Anchor(url, "A long text that looks like a headline"))


def test_traps_are_known() -> None:
    assert is_trap(HOST + "/cal/next/next/next/next/day")
    assert is_trap(HOST + "/?" + "&".join(f"f{n}=1" for n in range(20)))
    assert not is_trap(HOST + "/world/2026/11/20/flood")


def test_scope_is_the_registered_domain() -> None:
    domains = frozenset({registered_domain("http://www.paper.co.uk/")})
    assert in_scope("http://feeds.paper.co.uk/a", domains)
    assert not in_scope("http://other.co.uk/a", domains)


def test_a_front_page_gives_links_feeds_and_its_name() -> None:
    body = b"""<html lang="en-GB"><head><title>x</title><base href="/base/">
    <meta property="og:site_name" content="The Paper">
    <link rel=alternate type="application/rss+xml" href="../feed"></head><body>
    <a href="2026/11/20/flood-in-the-old-harbour">A flood in the old harbour</a>
    <a href="2026/11/20/flood-in-the-old-harbour?utm_source=x">again</a>
    <a href="http://other.example/2026/11/20/flood-in-the-old-harbour">elsewhere</a>
    </body></html>"""
    page = parse_front_page(body, HOST + "/", domains=frozenset({"paper.example"}))
    assert [link.url for link in page.links] == [
        HOST + "/base/2026/11/20/flood-in-the-old-harbour"
    ]
    assert page.feeds == (HOST + "/feed",)
    assert Claim(source="og", text="The Paper") in page.names
    assert page.language == "en"


def test_an_article_in_place_of_a_front_page_leads_to_itself_and_names_nobody() -> None:
    body = b"""<html><head><title>A flood in the old harbour</title>
    <meta property="og:type" content="article"></head><body>
    <a href="/2026/11/20/another-flood-in-the-harbour">Another flood</a></body></html>"""
    url = HOST + "/news/flood"
    page = parse_front_page(body, url, domains=frozenset({"paper.example"}))
    assert [link.url for link in page.links] == [
        url,
        HOST + "/2026/11/20/another-flood-in-the-harbour",
    ]
    assert page.names == ()
    home = parse_front_page(body, HOST + "/", domains=frozenset({"paper.example"}))
    assert len(home.links) == len(home.names) == 1


@pytest.mark.parametrize("body", [b"", b"\x00", b"<a href='http://[::1'>x</a>"])
def test_broken_front_pages_have_no_links(body: bytes) -> None:
    assert parse_front_page(body, HOST, domains=frozenset()).links == ()
