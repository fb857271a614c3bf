"""Where on the page the headline is printed: dates and authors stand around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extract.body_keys import size_of
from crawler.extract.marks import marked
from crawler.extract.meta import iter_meta
from crawler.extract.wording import element_text, letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.extract.page import Page

_ELSEWHERE = ("h2", "h3", "h4", "b", "strong", "font", "td", "div", "span", "p")
_LEAST = 12  # letters
_LONGEST = 400  # characters


def find_heading(page: Page) -> HtmlElement | None:
    """Return the element that prints what the page is called, or the first h1, or None.

    Many pages print the outlet's name as their first h1; old ones have none at all.
    """
    if "heading" not in page.memo:
        page.memo["heading"] = _find(page)
    heading: HtmlElement | None = page.memo["heading"]
    return heading


def _find(page: Page) -> HtmlElement | None:
    titles = {letters(page.tree.findtext(".//title") or "")}
    titles |= {letters(text) for text in iter_meta(page, "og:title", "twitter:title")}
    titles.discard("")
    first = marked(page).h1
    for heading in first:
        if _is_called(letters(element_text(heading)), titles):
            return heading
    if first and any(letters(element_text(heading)) for heading in first[:1]):
        return first[0]
    for element in page.tree.iter(*_ELSEWHERE):
        own = element.text
        if own and len(own) < _LONGEST and _is_called(letters(own), titles):
            return element
    return first[0] if first else None


def _is_called(key: str, titles: set[str]) -> bool:
    """Whether one of *titles* begins with *key*: the outlet's name follows there."""
    return size_of(key) >= _LEAST and any(title.startswith(key) for title in titles)
