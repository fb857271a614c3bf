"""Front and section pages: their article links, and the feeds that they declare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from lxml import etree, html

from crawler.links import Anchor, in_scope, is_article_link
from storage.crawl_state import Link
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json+feed",
    }
)
# Places where feeds and sitemaps are when nobody says so.
WELL_KNOWN_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/index.xml", "/atom.xml")
WELL_KNOWN_SITEMAPS = (
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
    "/sitemap.xml",
    "/sitemap_index.xml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """What a front page shows: article links in its order, feeds, name, language."""

    links: tuple[Link, ...] = ()
    feeds: tuple[str, ...] = ()
    name: str | None = None
    language: str | None = None


def parse_front_page(
    body: bytes, url: str, *, domains: frozenset[str], limit: int = 500
) -> FrontPage:
    """Read a front or section page; only links under *domains* count."""
    try:
        tree = html.fromstring(body) if body.strip() else None
    except (etree.ParserError, ValueError):
        tree = None
    if tree is None:
        return FrontPage()
    base = _base(tree, url)
    links: dict[str, Link] = {}
    for anchor in _anchors(tree, base):
        if in_scope(anchor.url, domains) and is_article_link(anchor):
            links.setdefault(url_key(anchor.url), Link(url=anchor.url))
        if len(links) >= limit:
            break
    return FrontPage(
        links=tuple(links.values()),
        feeds=tuple(dict.fromkeys(_feeds(tree, base))),
        name=_name(tree),
        language=(tree.get("lang") or "")[:2].lower() or None,
    )


def _base(tree: Any, url: str) -> str:
    declared = tree.xpath("string(//base/@href)")
    return _join(url, declared) if declared else url


def _join(base: str, target: str) -> str:
    try:
        return urljoin(base, target.strip())
    except ValueError:
        return ""


def _anchors(tree: Any, base: str) -> Iterator[Anchor]:
    texts: dict[str, str] = {}
    for element in tree.iter("a"):
        if target := _join(base, element.get("href") or "").partition("#")[0]:
            text = " ".join("".join(element.itertext()).split())
            texts[target] = max(texts.get(target, ""), text, key=len)
    for target, text in texts.items():
        yield Anchor(target, text)


def _feeds(tree: Any, base: str) -> Iterator[str]:
    for element in tree.iter("link", "a"):
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        if kind in _FEED_TYPES and element.get("href"):
            yield _join(base, element.get("href"))


def _name(tree: Any) -> str | None:
    for path in ('//meta[@property="og:site_name"]/@content', "//title/text()"):
        if found := " ".join(tree.xpath(f"string({path})").split()):
            return str(found)[:100]
    return None
