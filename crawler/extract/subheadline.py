"""The standfirst: the line that the outlet prints between headline and body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extract.found import Found
from crawler.extract.jsonld import first_text
from crawler.extract.marks import after, marked
from crawler.extract.meta import first_meta
from crawler.extract.wording import element_text, letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.extract.page import Page

_ELSEWHERE = {"nav", "aside", "footer", "figure", "form", "li", "a"}
_TEXT = {"p", "h2", "h3", "div", "span", "strong", "b", "em", "section"}
_LONGEST = 600
_NEAR = 100


def find_subheadline(page: Page, headline: str = "") -> Found[str] | None:
    """Return the standfirst that is printed on the page, or None.

    A description that only search engines see is no standfirst: it counts where an
    element of the page prints it too, or where the markup marks such an element.
    """
    told = [
        first_text(page, "alternativeHeadline"),
        first_text(page, "description"),
        first_meta(page, "og:description"),
        first_meta(page, "description"),
    ]
    keys = {letters(text) for text in told if text} - {letters(headline), ""}
    found = marked(page)
    for element in found.standfirst:
        text = _text(element)
        if _is_standfirst(text, headline) and _is_lead(element):
            return Found(text, "markup")
    for element in after(found.h1[0], _NEAR) if keys and found.h1 else ():
        if element.tag in _TEXT and _begins(element, keys) and _is_lead(element):
            text = _text(element)
            if letters(text) in keys:
                return Found(text, "meta")
    return None


def _begins(element: HtmlElement, keys: set[str]) -> bool:
    """Tell whether *element* may print one of *keys*, by its first letters."""
    start = letters((element.text or "")[:30])
    return not start or any(key.startswith(start) for key in keys)


def _text(element: HtmlElement) -> str:
    text = element_text(element)
    return text if len(text) <= _LONGEST else ""


def _is_standfirst(text: str, headline: str) -> bool:
    return len(text) >= 25 and letters(text) != letters(headline)


def _is_lead(element: HtmlElement) -> bool:
    return not any(parent.tag in _ELSEWHERE for parent in element.iterancestors())
