"""Find an article that is not among the page's elements: in a script or the JSON-LD."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING

import orjson
from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from crawler.extract.body_candidates import Candidate, cut
from crawler.extract.body_states import read_states
from crawler.extract.body_witness import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extract.page import Page

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+', re.DOTALL)
_SHORTEST = 300  # characters
_PARAGRAPH = re.compile(r"<p[\s>]|<br\s*/?>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\u003[cC]|\\[\"/n]")


def read_scripts(page: Page) -> list[Candidate]:
    """The blocks of the longest HTML text among the scripts' strings, all witnessed.

    Where they hold none, the strings of one place of their data are its paragraphs.
    """
    html = max(_texts(page), key=_weight, default="")
    if _weight(html) < 2:
        html = _marked_up(read_states(page))
    return _cut(html)


def read_records(page: Page) -> list[Candidate]:
    """The blocks of the longest articleBody in the JSON-LD, all witnessed."""
    text = max(written_bodies(page), key=len, default="")
    return _cut(text if _PARAGRAPH.search(text) else _marked_up(text.splitlines()))


def written_bodies(page: Page) -> list[str]:
    """What the JSON-LD says the text is."""
    told = (record.get("articleBody") for record in page.jsonld)
    return [text for text in told if isinstance(text, str)]


def _marked_up(paragraphs: list[str]) -> str:
    return "".join(
        f"<p>{escape(unescape(text), quote=False)}</p>" for text in paragraphs
    )


def _cut(html: str) -> list[Candidate]:
    if not html:
        return []
    try:
        parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = document_fromstring(
            f"<body><article>{html}</article></body>".encode("utf-8", "replace"),
            parser=parser,
        )
    except (etree.LxmlError, ValueError):
        return []
    candidates = cut(tree)
    for candidate in candidates:
        candidate.witnessed = True
    count(candidates)
    return candidates


def _weight(html: str) -> int:
    return len(_PARAGRAPH.findall(html))


def _texts(page: Page) -> list[str]:
    found = []
    for script in page.tree.iter("script"):
        text = script.text or ""
        found += [_unescape(string) for string in _strings(text)]
    return found


def _strings(script: str) -> Iterator[str]:
    """Yield the long strings of a script, in one pass also where one never ends."""
    start = script.find('"') if len(script) >= _SHORTEST else -1
    while start >= 0 and (inside := _STRING.match(script, start)):
        end = inside.end()
        if end >= len(script):
            return
        if end - start > _SHORTEST:
            yield script[start : end + 1]
            end = script.find('"', end + 1)
        start = end


def _unescape(string: str) -> str:
    """Undo JSON's escapes, as often as frameworks apply them."""
    for _ in range(4):
        try:
            text = orjson.loads(string if string.startswith('"') else f'"{string}"')
        except orjson.JSONDecodeError:
            break
        if not _ESCAPED.search(text):
            return str(text)
        string = text
    return string
