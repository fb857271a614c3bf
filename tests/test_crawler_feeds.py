"""Feeds of every kind, and those that are made to hurt."""

from __future__ import annotations

import pytest

from crawler.feeds import parse_feed

URL = "http://paper.example/feeds/all"
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>The Paper</title>
<language>en</language>{items}</channel></rss>"""
ITEM = (
    "<item><title>t</title><link>/news/{n}</link>"
    "<pubDate>Fri, 20 Nov 2026 08:00:00 +0000</pubDate></item>"
)
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>The Paper</title>
<entry><title>t</title><id>urn:1</id><link href="http://paper.example/news/1"/>
<updated>2026-11-20T08:00:00Z</updated></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>The Paper</title></channel>
<item rdf:about="a"><title>t</title><link>http://paper.example/news/1</link></item>
</rdf:RDF>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "The Paper",
"items": [{"id": "1", "url": "/news/1", "date_published": "2026-11-20T08:00:00Z"}]}"""


def rss(count: int) -> bytes:
    return RSS.format(items="".join(ITEM.format(n=n) for n in range(count))).encode()


@pytest.mark.parametrize("body", [rss(1), ATOM, JSON])
def test_links_are_absolute_and_dated(body: bytes) -> None:
    (link,) = parse_feed(body, URL).links
    assert link.url in {"http://paper.example/news/1", "http://paper.example/news/0"}
    assert link.hint == 1795161600.0


def test_rdf_is_read() -> None:
    assert [link.url for link in parse_feed(RDF, URL).links] == [
        "http://paper.example/news/1"
    ]


def test_a_feed_says_who_it_is() -> None:
    feed = parse_feed(rss(1), URL)
    assert (feed.name, feed.language) == ("The Paper", "en")


def test_a_feed_of_any_length_ends_at_the_limit() -> None:
    links = parse_feed(rss(20_000), URL, limit=50).links
    assert [link.url for link in links[:2]] == [
        "http://paper.example/news/0",
        "http://paper.example/news/1",
    ]
    assert len(links) == 50


def test_entities_are_not_expanded() -> None:
    bomb = rss(1).replace(
        b"<rss",
        b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
        b'<!ENTITY x SYSTEM "file:///etc/hostname">]><rss',
    )
    bomb = bomb.replace(b"<title>t</title>", b"<title>&b;&x;</title>")
    assert [link.url for link in parse_feed(bomb, URL).links] == [
        "http://paper.example/news/0"
    ]


@pytest.mark.parametrize("body", [b"", b"<html><p>no feed", b"{", b"[1]", b"\x00\xff"])
def test_what_is_no_feed_has_no_links(body: bytes) -> None:
    assert parse_feed(body, URL).links == ()


@pytest.mark.parametrize(
    "reference", [b"&#xD83D;", b"&#55357;", b"&#x110000;", b"&#0;"]
)
def test_a_reference_to_no_character_takes_no_item_with_it(reference: bytes) -> None:
    feed = rss(2).replace(b"<title>t</title>", b"<title>t" + reference + b"</title>")
    assert len(parse_feed(feed, URL).links) == 2


@pytest.mark.parametrize("opened", [b"<!DOCTYPE [", b"<!ENTITY "])
def test_what_is_never_closed_is_read_once(opened: bytes) -> None:
    assert parse_feed(b"<rss>" + opened * 20_000, URL).links == ()
