"""One page, parsed once: what every finder of the extraction reads."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawler.errors import NotAnArticle
from crawler.extract.charset import decode

# A record inside these keys is about another page or thing, not about this one.
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage")

# A page is read so far; articles are a hundredth of this, and time is bounded.
_LONGEST = 6_000_000  # characters

# The parser compares every attribute of an element with all others: of so many it
# makes minutes.
_GIANT_TAG = re.compile(r"<([a-zA-Z][\w-]*)\s[^<>]{50000,}>")
_MANY_ATTRIBUTES = 2_000
# First bytes of what is no page, whatever its Content-Type says.
_MAGIC = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"PK\x03\x04",
    b"\x00\x00\x00",
    b"ID3",
    b"\x1f\x8b",
)
_TAG = re.compile(r"<[a-zA-Z!]")
_BODY = re.compile(r"<body[\s>/]", re.IGNORECASE)
_HEAD = re.compile(
    r".*?</head\s*>|\s*(?:<!doctype[^>]*>\s*)?(?:<html[^>]*>)?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A parsed page.

    *tree* is shared by all finders, which never change it. *jsonld* lists every
    JSON-LD record of the page in order, with the members of lists and of ``@graph``
    as records of their own. *meta* maps the lower-case name, property, itemprop or
    http-equiv of a meta element to its contents in order. *memo* holds what finders
    worked out about the page for each other.
    """

    url: str
    html: str
    tree: HtmlElement
    jsonld: list[dict[str, Any]]
    meta: dict[str, list[str]]
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


def read_page(html: bytes | str, url: str, *, content_type: str | None = None) -> Page:
    """Decode and parse *html*; raises NotAnArticle where it is no page."""
    if isinstance(html, bytes) and html.startswith(_MAGIC):
        raise NotAnArticle("not a page")
    text = decode(html, content_type) if isinstance(html, bytes) else html
    if text.strip() and not _TAG.search(text):
        raise NotAnArticle("not a page")
    tree = _parse(text)
    return Page(
        url=url, html=text, tree=tree, jsonld=_read_jsonld(tree), meta=_read_meta(tree)
    )


def _parse(text: str) -> HtmlElement:
    # lxml refuses a str that declares an encoding, and NUL ends a C string.
    text = _GIANT_TAG.sub(_without_attributes, text[:_LONGEST].replace("\0", ""))
    text = _open_body(text)
    data = text.encode("utf-8", "replace")
    parser = HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        # Unclosed elements nest deeper than the 256 levels that it allows otherwise.
        huge_tree=True,
    )
    try:
        return document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise NotAnArticle("empty page") from error


def _without_attributes(tag: re.Match[str]) -> str:
    return f"<{tag[1]}>" if tag[0].count("=") > _MANY_ATTRIBUTES else tag[0]


def _open_body(text: str) -> str:
    """Write the body's tag where a page leaves it out, as HTML allows.

    libxml2 knows no article or main, and takes them for elements of the head.
    """
    if _BODY.search(text):
        return text
    head = _HEAD.match(text)
    at = head.end() if head else 0
    return f"{text[:at]}<body>{text[at:]}"


def _read_meta(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                found.setdefault(name, []).append(content)
    return found


def _read_jsonld(tree: HtmlElement) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            records.extend(_flatten(parse_json(script.text or "")))
    return records


def parse_json(text: str) -> Any:
    """Parse JSON as pages print it: comment marks, raw newlines; None if hopeless."""
    cleaned = text.strip().removeprefix("<!--").removeprefix("//<![CDATA[")
    cleaned = cleaned.removesuffix("-->").removesuffix("//]]>").strip().rstrip(";")
    try:
        return orjson.loads(cleaned)
    except orjson.JSONDecodeError:
        pass
    try:
        value = json.loads(cleaned, strict=False)
        # An escape may be half a character, which neither UTF-8 nor SQLite holds.
        return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="ignore"))
    except (ValueError, RecursionError):
        return None


def _flatten(value: Any) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    # The next one last: of a list of millions the first is not to be taken out.
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += reversed(item)
        elif isinstance(item, dict):
            records.append(item)
            nested = (item.get(key) for key in reversed(_NESTED))
            waiting += [one for one in nested if isinstance(one, list | dict)]
    return records
