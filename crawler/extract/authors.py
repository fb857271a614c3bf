"""Who wrote an article: the byline as printed, and the names in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from crawler.extract.agencies import find_agency_named
from crawler.extract.by_words import has_by, is_by, strip_by
from crawler.extract.heading import find_heading
from crawler.extract.jsonld import iter_values, resolve, text_of
from crawler.extract.marks import after, marked
from crawler.extract.meta import is_outlet, iter_meta, outlet_keys
from crawler.extract.names import is_person, names_in
from crawler.extract.page import parse_json
from crawler.extract.wording import element_text, letters, marks_of, split_url, unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.extract.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Authors:
    """*names* in the order of printing; *byline* is the author line as printed.

    *source* is "json-ld", "meta", "markup" or "text", and "" where nobody is named.
    """

    names: tuple[str, ...] = ()
    byline: str | None = None
    source: str = ""


_META = (
    *("author", "article:author", "article:author_name", "parsely-author", "byl"),
    *("og:author", "sailthru.author", "cxenseparse:author", "dable:author", "byline"),
    *("article:byline", "articleauthor", "rnews:author", "twitter:data1_author"),
)
_INVERTED_META = ("citation_author", "dc.creator", "dc.contributor", "dcterms.creator")
_NOT_BYLINE = re.compile(
    r"bio|avatar|image|photo|img|social|follow|comment|related|more|teaser|card|"
    r"about|description|box-?list|newsletter|caption|credit",
    re.IGNORECASE,
)
_ELSEWHERE = {"nav", "aside", "footer", "figure", "form", "li"}
_LONGEST = 160
_NEAR = 160


def find_authors(page: Page) -> Authors:
    """Return the authors that the surest witness names.

    The outlet's own name counts only where every witness stops at it: then the page
    says that nobody else signed the article.
    """
    outlet = outlet_keys(page)
    byline = ""
    fallback: Authors | None = None
    for source, names, line in _witnesses(page):
        byline = byline or line
        people = tuple(name for name in names if not is_outlet(name, outlet))
        if people:
            return Authors(names=people, byline=line or byline or None, source=source)
        if names and fallback is None:
            fallback = Authors(names=names, byline=line or None, source=source)
    return fallback or Authors(byline=byline or None)


def _witnesses(page: Page) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield each witness's name, the names that it tells, and the line as printed."""
    line = _printed_byline(page)
    yield "json-ld", _from_records(page), line
    yield "meta", _from_meta(page), line
    yield "markup", tuple(filter(is_person, names_in(line))), line
    for spoken in _iter_spoken(page):
        yield "text", tuple(filter(_may_sign, names_in(spoken))), spoken
    labelled = _labelled_byline(page)
    yield "text", tuple(filter(is_person, names_in(labelled))), labelled


def _from_records(page: Page) -> tuple[str, ...]:
    names: list[str] = []
    for value in iter_values(page, "author", "creator"):
        name = _record_name(resolve(page, value))
        is_whole = is_outlet(name, outlet_keys(page))
        names += [name] if is_whole else names_in(name, printed=False)
    return unique(names)


def _record_name(value: Any) -> str:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = parse_json(value) or ""
    if isinstance(value, dict) and not value.get("name"):
        parts = (text_of(value.get(key)) for key in ("givenName", "familyName"))
        return " ".join(filter(None, parts)) or text_of(value.get("byline"))
    return text_of(value)


def _from_meta(page: Page) -> tuple[str, ...]:
    # An author line with the outlet's own address in it names the outlet.
    host = (split_url(page.url).hostname or "").removeprefix("www.")
    for name in _META:
        told = [
            t
            for t in iter_meta(page, name)
            if "://" not in t and (not host or host not in t)
            if not ("," in t and is_outlet(t, outlet_keys(page)))
        ]
        names = [n for text in told for n in names_in(text) if len(text) <= _LONGEST]
        people = [n for n in names if not is_outlet(n, outlet_keys(page))]
        if people:
            return unique(people)
    inverted = [
        name
        for text in iter_meta(page, *_INVERTED_META)
        for name in names_in(text, inverted=True)
    ]
    return unique(inverted)


def _printed_byline(page: Page) -> str:
    """Return the text of the element that the markup marks as the author line."""
    for element in marked(page).byline:
        if _is_byline(element):
            text = _linked_names(element) or element_text(element)
            if 1 < len(text) <= _LONGEST and any(map(is_person, names_in(text))):
                return text
    return ""


def _is_byline(element: HtmlElement) -> bool:
    return not _NOT_BYLINE.search(marks_of(element)) and _is_own(element)


def _is_own(element: HtmlElement) -> bool:
    """Tell whether *element* stands with the article, and not in a box beside it."""
    for parent in islice(element.iterancestors(), 4):
        names = parent.get("class") or ""
        if _NOT_BYLINE.search(names):
            return False
        if parent.tag in _ELSEWHERE and "author" not in names.lower():
            return False
    return True


def _linked_names(element: HtmlElement) -> str:
    """Return the texts of the links to authors' own pages; other links share."""
    links = [link for link in element.iter("a") if link is not element]
    texts = [element_text(link) for link in links if _AUTHOR_PAGE.search(_target(link))]
    return ", ".join(text for text in unique(texts) if len(text) < 40)


def _target(link: HtmlElement) -> str:
    return f"{link.get('rel') or ''} {link.get('href') or ''}".lower()


_AUTHOR_PAGE = re.compile(
    r"author|byline|/by/|profile|people|person|staff|journalist|reporter|contributor"
    r"|autor|auteur|redakt|writers?/|columnist|yazar|penulis"
)


def _iter_spoken(page: Page) -> Iterator[str]:
    """Yield the short lines after the headline that open with "By".

    A bold line of names alone above the first paragraph is one too, without a "By".
    """
    heading = find_heading(page)
    for element in after(heading, _NEAR) if heading is not None else ():
        own = (element.text or "").strip()
        if not own or len(own) >= _LONGEST:
            continue
        if (line := _spoken_in(element, own)) and _is_own(element):
            yield line


def _labelled_byline(page: Page) -> str:
    """Return what follows a label "Author" of its own element, anywhere on the page."""
    for element in marked(page).all:
        if element.tag in _LABELS and is_by(element.text or "") and len(element) == 0:
            parent = element.getparent()
            text = element_text(parent) if parent is not None else ""
            if text and len(text) < _LONGEST and any(map(is_person, names_in(text))):
                return text
    return ""


_LABELS = {"strong", "b", "dt", "th", "label", "span", "em"}


def _spoken_in(element: HtmlElement, own: str) -> str:
    if is_by(own) or has_by(own):
        parent = element.getparent()
        wider = element_text(parent) if parent is not None and is_by(own) else ""
        for text in (wider, element_text(element)):
            line = _AFTER_NAMES.split(text)[0]
            if len(line) < _LONGEST and any(map(_may_sign, names_in(line))):
                return line
        return ""
    if (
        element.tag in {"strong", "b"}
        and _is_alone(element, own)
        and (strip_by(own) != own or not _CASELESS.search(own))
    ):
        return own if all(map(is_person, names_in(own))) else ""
    return ""


def _may_sign(name: str) -> bool:
    """Tell whether *name* may follow a "By": a person, or initials of a desk."""
    if is_person(name):
        return True
    is_desk = name.isascii() and name.isupper() and len(name) <= 6
    return is_desk and find_agency_named(name) is None


# A short bold line in these scripts may be anything.
_CASELESS = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_AFTER_NAMES = re.compile(r"\s[·•|]\s|,\s+in\s+|\s{2,}")


def _is_alone(element: HtmlElement, own: str) -> bool:
    """Tell whether *element* is all that its paragraph prints."""
    parent = element.getparent()
    return (
        parent is not None
        and parent.tag == "p"
        and letters(element_text(parent)) == letters(own)
        and not own.endswith((".", "!", "?", ":"))
    )
