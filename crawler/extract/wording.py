"""How the finders read, tidy and compare short texts of a page."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
# Soft hyphens and directional marks are typesetting, not text; the joiners U+200C and
# U+200D stay, because Persian and Hindi are spelt with them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")


def tidy(text: str) -> str:
    """Return *text* on one line: entities read, tags and invisible marks out."""
    for _ in range(2):  # attributes and JSON-LD are often escaped twice
        if "&" not in text:
            break
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    return " ".join(_INVISIBLE.sub("", text).split())


def letters(text: str) -> str:
    """Return the letters and digits of *text* alone, to compare two printings."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(filter(str.isalnum, text.casefold()))


def element_text(element: HtmlElement) -> str:
    """Return the text that a reader sees in *element*, on one line."""
    if len(element) == 0:
        return " ".join(_INVISIBLE.sub("", element.text or "").split())
    return " ".join(_INVISIBLE.sub("", "".join(iter_texts(element))).split())


_UNSEEN = {"script", "style", "noscript", "template", "svg", "button"}
_BREAKING = {"p", "div", "br", "li", "ul", "h1", "h2", "h3", "h4", "td", "tr", "span"}


def iter_texts(element: HtmlElement) -> Iterable[str]:
    """Yield the texts in *element* in order, parted where the layout parts them."""
    # Pages nest deeper than Python calls itself.
    waiting = _inside(element)
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        else:
            waiting += _inside(part)


def _inside(element: HtmlElement) -> list[HtmlElement | str]:
    """The texts and elements right inside *element*, the last first."""
    found: list[HtmlElement | str] = [element.text or ""]
    for child in element:
        tag = child.tag
        # A span parts words only where its neighbour does not end a word.
        gap = " " if tag in _BREAKING and (tag != "span" or _is_marked(child)) else ""
        found.append(gap)
        if isinstance(tag, str) and tag not in _UNSEEN:
            found.append(child)
        found += (gap, child.tail or "")
    found.reverse()
    return found


def _is_marked(element: HtmlElement) -> bool:
    return bool(element.get("class") or element.get("itemprop"))


def marks_of(element: HtmlElement) -> str:
    """Return the names that the outlet's markup gives *element*, in lower case."""
    get = element.get
    return f"{get('class') or ''} {get('id') or ''} {get('itemprop') or ''}".lower()


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Return *texts* without those that repeat an earlier one's letters."""
    seen: dict[str, str] = {}
    for text in texts:
        seen.setdefault(letters(text), text)
    seen.pop("", None)
    return tuple(seen.values())


def split_url(address: str) -> SplitResult:
    """Return the parts of *address*, all empty where it is no address at all."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
