"""The elements of a page that its markup marks, found in one pass over the tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.extract.page import Page

_KINDS = {
    "byline": re.compile(
        r"(?:^|[\s_-])(?:by-?line|by-?author|authors?|reporters?|writers?|journalists?|"
        r"autore?s?|auteurs?|autoren|penulis|yazar|muhabir|firma|signature|"
        r"author-?name|article-?author|post-?author)(?:$|[\s_-])"
    ),
    "date": re.compile(
        r"date|time|publi|posted|pub-|stamp|fecha|datum|tarih|zeit|data(?:$|[\s_-])|meta"
        r"|byline|info|source"
    ),
    "headline": re.compile(r"(?:^|\s)headline(?:$|\s)"),
    "menu": re.compile(
        r"(?:^|[\s_-])(?:nav|menu|navbar|navigation|bread-?crumbs?|crumbs?)(?:$|[\s_-])"
    ),
}

_STEMS = {
    "byline": (
        *("author", "by-line", "byline", "reporter", "writer", "journalist", "autor"),
        *("auteur", "penulis", "yazar", "muhabir", "firma", "signature"),
    ),
    "date": (
        *("date", "time", "publi", "posted", "pub-", "stamp", "fecha", "datum"),
        *("tarih", "zeit", "data", "meta", "byline", "info", "source"),
    ),
    "headline": ("headline",),
    "menu": ("nav", "menu", "crumb"),
}


@dataclass(slots=True)
class Marked:
    """Elements by what their tag, class, id, itemprop or rel says, in page order.

    *all* keeps every element alive: lxml makes a new object for one that nobody holds,
    which costs more than everything else here.
    """

    all: list[HtmlElement]
    h1: list[HtmlElement] = field(default_factory=list)
    time: list[HtmlElement] = field(default_factory=list)
    byline: list[HtmlElement] = field(default_factory=list)
    date: list[HtmlElement] = field(default_factory=list)
    headline: list[HtmlElement] = field(default_factory=list)
    menu: list[HtmlElement] = field(default_factory=list)


_PAGE_WIDE = {"html", "body", "head", "script", "style", "meta", "link", "main", "form"}


def marked(page: Page) -> Marked:
    """Return the marked elements of *page*, found once and kept in its memo."""
    known = page.memo.get("marked")
    if isinstance(known, Marked):
        return known
    found = Marked(list(page.tree.iter()))
    for element in found.all:
        tag = element.tag
        if tag == "h1":
            found.h1.append(element)
        elif tag == "time":
            found.time.append(element)
        elif tag == "nav":
            found.menu.append(element)
        if tag in _PAGE_WIDE:
            continue
        get = element.get
        rel = get("rel") if tag == "a" else None
        for kind in _kinds(get("class") or get("id"), get("itemprop"), rel):
            getattr(found, kind).append(element)
    page.memo["marked"] = found
    return found


@lru_cache(maxsize=50_000)
def _kinds(*names: str | None) -> tuple[str, ...]:
    text = " ".join(filter(None, names)).lower()
    # Most names hold none of the stems, and a substring is found far sooner than a
    # pattern.
    return tuple(
        kind
        for kind, words in _KINDS.items()
        if any(stem in text for stem in _STEMS[kind]) and words.search(text)
    )


def after(element: HtmlElement, limit: int) -> Iterator[HtmlElement]:
    """Yield up to *limit* elements that follow *element* in page order."""
    left = limit
    node: HtmlElement | None = element
    while node is not None and left > 0:
        for sibling in node.itersiblings():
            for following in sibling.iter():
                yield following
                left -= 1
                if left <= 0:
                    return
        node = node.getparent()


def before(element: HtmlElement, limit: int) -> Iterator[HtmlElement]:
    """Yield up to *limit* elements that stand right before *element*, nearest first."""
    left = limit
    node: HtmlElement | None = element
    for _ in range(3):
        if node is None:
            return
        for sibling in node.itersiblings(preceding=True):
            for inside in sibling.iter():
                yield inside
                left -= 1
                if left <= 0:
                    return
        node = node.getparent()
