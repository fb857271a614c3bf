"""A source's document, whatever it turns out to be, read into links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.feeds import parse_feed
from crawler.front_pages import parse_front_page
from crawler.links import Anchor, in_scope, is_article_link, is_trap
from crawler.naming import Claim
from crawler.sitemaps import RECENT, gunzip, parse_sitemap, pick_children

if TYPE_CHECKING:
    from crawler.outlets import Outlet
    from storage.crawl_state import Link, PageKind

_HEAD = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a feed, sitemap or section page came to.

    *is_one* is False where the document is none of these. *sources* are feeds and
    sitemaps that it names in turn.
    """

    kind: PageKind
    links: tuple[Link, ...] = ()
    sources: tuple[tuple[str, PageKind], ...] = ()
    names: tuple[Claim, ...] = ()
    language: str | None = None
    is_one: bool = True


def read_source(
    body: bytes,
    url: str,
    *,
    kind: PageKind,
    outlet: Outlet,
    since: float | None,
    now: float,
    limit: int,
) -> Source:
    """Read what a source named, by what the document is and not by what was expected.

    Links out of the outlet's domains and into traps are left out; so is, in a sitemap
    without news, what is older than *since* (two days where it is None) or leads to no
    article by its look.
    """
    body = gunzip(body)
    head = body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head[:1] == b"{" or _has(head, b"<rss", b"<rdf:rdf", b"<feed"):
        return _read_feed(body, url, outlet, since, limit)
    if _has(head, b"<urlset", b"<sitemapindex", b":urlset", b":sitemapindex"):
        return _read_sitemap(body, kind, outlet, since, now, limit)
    if kind == "section" or (kind == "feed" and _has(head, b"<html")):
        return _read_section(body, url, outlet)
    if head[:4] == b"http" and kind in {"sitemap", "news sitemap"}:
        return _read_sitemap(body, kind, outlet, since, now, limit)
    return Source(kind=kind, is_one=False)


def _read_feed(
    body: bytes, url: str, outlet: Outlet, since: float | None, limit: int
) -> Source:
    feed = parse_feed(body, url, limit=limit)
    dates = [link.hint for link in feed.links if link.hint is not None]
    goes_on = since is not None and bool(dates) and min(dates) >= since
    older = feed.older if goes_on else None
    return Source(
        kind="feed",
        sources=((older, _FEED),) if older and in_scope(older, outlet.domains) else (),
        links=_ours(feed.links, outlet),
        names=(Claim(source="feed", text=feed.name),) if feed.name else (),
        language=feed.language,
    )


def _read_sitemap(
    body: bytes,
    kind: PageKind,
    outlet: Outlet,
    since: float | None,
    now: float,
    limit: int,
) -> Source:
    sitemap = parse_sitemap(body)
    children = pick_children(sitemap.children, since=since, now=now)
    links = sitemap.links
    if not sitemap.is_news:
        floor = since if since is not None else now - RECENT
        links = tuple(link for link in links if _may_be_new(link, floor, since))
    newest = sorted(links, key=lambda link: link.hint or 0.0, reverse=True)[:limit]
    return Source(
        kind="news sitemap" if sitemap.is_news else "sitemap",
        links=_ours(tuple(newest), outlet),
        sources=tuple(
            (child.url, "sitemap")
            for child in children
            if in_scope(child.url, outlet.domains)
        ),
        names=_publication(sitemap.name),
        language=sitemap.language,
    )


def _read_section(body: bytes, url: str, outlet: Outlet) -> Source:
    page = parse_front_page(body, url, domains=outlet.domains)
    feeds = tuple(
        (feed, _FEED) for feed in page.feeds[:10] if in_scope(feed, outlet.domains)
    )
    return Source(
        kind="section",
        links=page.links,
        sources=feeds,
        names=page.names,
        language=page.language,
        is_one=b"<" in body[:_HEAD],
    )


_FEED: PageKind = "feed"


def _publication(name: str | None) -> tuple[Claim, ...]:
    return (Claim(source="news sitemap", text=name),) if name else ()


def _may_be_new(link: Link, floor: float, since: float | None) -> bool:
    if link.hint is None:
        return since is not None and is_article_link(Anchor(link.url))
    return link.hint >= floor and is_article_link(Anchor(link.url, "a lastmod of late"))


def _ours(links: tuple[Link, ...], outlet: Outlet) -> tuple[Link, ...]:
    domains = outlet.domains
    return tuple(
        link for link in links if in_scope(link.url, domains) and not is_trap(link.url)
    )


def _has(head: bytes, *signs: bytes) -> bool:
    return any(sign in head for sign in signs)
