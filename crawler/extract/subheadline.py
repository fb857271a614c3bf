"""The standfirst: the line that the outlet prints between headline and body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extract.found import Found
from crawler.extract.jsonld import first_text
from crawler.extract.meta import first_meta
from crawler.extract.wording import element_text, letters, marks_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.extract.page import Page

_MARKS = (
    *("standfirst", "subheadline", "sub-headline", "subtitle", "sub-title", "subhead"),
    *("article-summary", "article__summary", "article-lead", "article__lead", "dek"),
    *("article-intro", "article__intro", "chapo", "chapeau", "sottotitolo", "bajada"),
    *("entradilla", "teaser-text", "lead-text", "article-description", "deck"),
)
_ELSEWHERE = {"nav", "aside", "footer", "figure", "form", "li", "a"}
_LONGEST = 600


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
    for element in page.tree.iter("p", "h2", "h3", "div", "span", "strong"):
        marks = marks_of(element) if element.attrib else ""
        marked = any(mark in marks for mark in _MARKS)
        if not (marked or _is_own_text(element)):
            continue
        text = _text(element)
        if letters(text) in keys and _is_lead(element):
            return Found(text, "meta")
        if marked and _is_standfirst(text, headline) and _is_lead(element):
            return Found(text, "markup")
    return None


def _is_own_text(element: HtmlElement) -> bool:
    return len(element) < 4 and bool(element.text and len(element.text) > 20)


def _text(element: HtmlElement) -> str:
    text = element_text(element)
    return text if len(text) <= _LONGEST else ""


def _is_standfirst(text: str, headline: str) -> bool:
    return len(text) >= 25 and letters(text) != letters(headline)


def _is_lead(element: HtmlElement) -> bool:
    return not any(parent.tag in _ELSEWHERE for parent in element.iterancestors())
