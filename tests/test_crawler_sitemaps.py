"""Sitemaps, their indexes, and which of their files can hold something new."""

from __future__ import annotations

import gzip

import pytest

from crawler.sitemaps import gunzip, parse_moment, parse_sitemap, pick_children
from storage.crawl_state import Link

NOW = 1795161600.0  # 2026-11-20T08:00Z
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = f"""<urlset {SPACE} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://paper.example/a</loc><news:news><news:publication>
<news:name>The Paper</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-20T08:00:00Z</news:publication_date></news:news></url>
</urlset>""".encode()
INDEX = f"""<sitemapindex {SPACE}>
<sitemap><loc>http://paper.example/2019.xml</loc><lastmod>2019-12-31</lastmod></sitemap>
<sitemap><loc>http://paper.example/new.xml</loc><lastmod>2026-11-20</lastmod></sitemap>
</sitemapindex>""".encode()


def test_a_news_sitemap_says_what_it_is() -> None:
    sitemap = parse_sitemap(NEWS)
    assert sitemap.links == (Link(url="http://paper.example/a", hint=NOW),)
    assert (sitemap.is_news, sitemap.name, sitemap.language) == (
        True,
        "The Paper",
        "en",
    )


def test_gzip_is_unpacked_and_bounded() -> None:
    assert parse_sitemap(gzip.compress(NEWS)) == parse_sitemap(NEWS)
    assert len(gunzip(gzip.compress(b"\0" * 1_000_000), most=1000)) == 1000


def test_an_index_names_its_files() -> None:
    assert [child.url for child in parse_sitemap(INDEX).children] == [
        "http://paper.example/2019.xml",
        "http://paper.example/new.xml",
    ]


def test_only_files_that_can_hold_something_new_are_picked() -> None:
    children = parse_sitemap(INDEX).children
    assert [c.url for c in pick_children(children, since=None, now=NOW)] == [
        "http://paper.example/new.xml"
    ]
    assert len(pick_children(children, since=0.0, now=NOW)) == 2


@pytest.mark.parametrize(
    ("name", "picked"),
    [
        ("sitemap-2026-11.xml", True),
        ("sitemap-20261120.xml", True),
        ("sitemap-2025-01.xml", False),
        ("2026/10/01.xml", False),
        ("image-sitemap.xml", False),
        ("tags.xml", False),
        ("news-latest.xml", True),
    ],
)
def test_a_date_in_the_name_counts(name: str, picked: bool) -> None:
    child = Link(url=f"http://paper.example/{name}")
    assert bool(pick_children([child], since=None, now=NOW)) is picked


def test_text_sitemaps_and_broken_ones_give_what_they_hold() -> None:
    assert len(parse_sitemap(b"http://a.example/1\nhttp://a.example/2\n").links) == 2
    assert len(parse_sitemap(NEWS[:-20]).links) == 1
    assert parse_sitemap(b"").links == ()


def test_the_limit_holds() -> None:
    url = "<url><loc>http://a.example/{}</loc></url>"
    body = (
        f"<urlset {SPACE}>" + "".join(url.format(n) for n in range(500)) + "</urlset>"
    )
    assert len(parse_sitemap(body.encode(), limit=10).links) == 10


@pytest.mark.parametrize("text", ["", "soon", None, "99999-01-01", "2026-13-01"])
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert parse_moment(text) is None


def test_a_large_index_is_picked_from_at_once() -> None:
    names = [
        f"http://paper.example/{kind}{n}.xml" for n in range(5000) for kind in "nz"
    ]
    children = [Link(url=name.replace("/n", "/news-")) for name in names]
    assert pick_children(children, since=None, now=NOW)
