"""Front and section pages: their article links, and the feeds that they declare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from crawler.errors import NotAnArticle
from crawler.extract.jsonld import types_of
from crawler.extract.page import Page, read_page
from crawler.links import Anchor, in_scope, is_article_link
from crawler.naming import Claim
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
_OUTLET_TYPES = frozenset(
    {"website", "newsmediaorganization", "organization", "newspaper", "periodical"}
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
    """What a front page shows: article links in its order, feeds, names, language."""

    links: tuple[Link, ...] = ()
    feeds: tuple[str, ...] = ()
    names: tuple[Claim, ...] = ()
    language: str | None = None


def parse_front_page(
    body: bytes, url: str, *, domains: frozenset[str], limit: int = 500
) -> FrontPage:
    """Read a front or section page; only links under *domains* count.

    A page that is an article itself leads to itself, and its title names no outlet.
    """
    try:
        page = read_page(body, url)
    except NotAnArticle:
        return FrontPage()
    tree = page.tree
    base = _base(tree, url)
    is_article = _is_article(page, url)
    links = {url_key(url): Link(url=url)} if is_article else {}
    for anchor in _anchors(tree, base):
        if in_scope(anchor.url, domains) and is_article_link(anchor):
            links.setdefault(url_key(anchor.url), Link(url=anchor.url))
        if len(links) >= limit:
            break
    return FrontPage(
        links=tuple(links.values()),
        feeds=tuple(dict.fromkeys(_feeds(tree, base))),
        names=tuple(
            name for name in _names(page) if name.source != "title" or not is_article
        ),
        language=(tree.get("lang") or "")[:2].lower() or None,
    )


def _is_article(page: Page, url: str) -> bool:
    says_so = page.meta.get("og:type", [])[:1] == ["article"]
    return says_so and urlsplit(url).path.strip("/") != ""


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


def _names(page: Page) -> Iterator[Claim]:
    """Yield what the page calls its outlet, in the fields that are meant for it."""
    for name in ("og:site_name", "application-name", "apple-mobile-web-app-title"):
        for text in page.meta.get(name, [])[:1]:
            yield Claim(source="og", text=text)
    for record in page.jsonld:
        if isinstance(name := _record_name(record), str):
            yield Claim(source="json-ld", text=name)
    if title := " ".join(page.tree.xpath("string(//title)").split()):
        yield Claim(source="title", text=str(title)[:200])


def _record_name(record: dict[str, Any]) -> Any:
    if types_of(record) & _OUTLET_TYPES:
        return record.get("name")
    publisher = record.get("publisher")
    return publisher.get("name") if isinstance(publisher, dict) else None
