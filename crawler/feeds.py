"""Feeds: RSS, RDF, Atom and JSON Feed, from anyone and of any size."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import orjson

from storage.crawl_state import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

_OLDER = frozenset({"next", "prev-archive"})
_ITEM_END = re.compile(rb"</(?:[\w-]+:)?(?:item|entry)\s*>")
_ROOT = re.compile(rb"<((?:[\w-]+:)?(?:rss|RDF|feed))[\s>]")
# Entities are the tool of every XML bomb and no feed needs its own.
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ENTITY = b"<!ENTITY"
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]+)|([0-9]+));?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed says: the links of its items, and what it says of itself.

    *older* is the page or archive of it that comes next (RFC 5005, JSON Feed).
    """

    links: tuple[Link, ...]
    name: str | None = None
    language: str | None = None
    older: str | None = None


def parse_feed(body: bytes, url: str, *, limit: int = 5000) -> Feed:
    """Read a feed's first *limit* items; links are made absolute against *url*.

    A document that is no feed has no links. Nothing outside the document is read.
    """
    if body.lstrip()[:1] == b"{":
        return _parse_json(body, url, limit)
    import feedparser

    parsed = feedparser.parse(
        _defused(_cut(body, limit)),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-location": url},
    )
    return Feed(
        links=tuple(_links(parsed.entries, url, limit)),
        name=_text(parsed.feed.get("title")),
        language=_text(parsed.feed.get("language")),
        older=_older(parsed.feed.get("links") or (), url),
    )


def _older(links: Iterable[Any], url: str) -> str | None:
    for link in links:
        if link.get("rel") in _OLDER and link.get("href"):
            return _absolute(url, link["href"])
    return None


def _links(entries: Iterable[Any], url: str, limit: int) -> Iterable[Link]:
    for entry in list(entries)[:limit]:
        target = entry.get("feedburner_origlink") or entry.get("link")
        if not target and str(entry.get("id", "")).startswith("http"):
            target = entry["id"]
        if target:
            yield Link(url=_absolute(url, target), hint=_moment(entry))


def _moment(entry: Any) -> float | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        if moment := entry.get(name):
            try:
                return float(calendar.timegm(moment))
            except (OverflowError, ValueError, TypeError):
                continue
    return None


def _absolute(base: str, target: str) -> str:
    try:
        return urljoin(base, target.strip())
    except ValueError:
        return target.strip()


def _cut(body: bytes, limit: int) -> bytes:
    """End a feed after *limit* items, as a document that still is well formed."""
    ends = _ITEM_END.finditer(body)
    for number, end in enumerate(ends, start=1):
        if number == limit:
            root = _ROOT.search(body)
            name = root.group(1) if root else b"rss"
            close = b"</channel>" if name == b"rss" else b""
            return body[: end.end()] + close + b"</" + name + b">"
    return body


def _defused(body: bytes) -> bytes:
    """Take out what feedparser would expand, or would fail at."""
    # Looked for at its first place alone: each that is never closed is read to the end.
    start = body.find(b"<!DOCTYPE")
    if start >= 0 and (found := _DOCTYPE.match(body, start)):
        body = body[:start] + body[found.end() :]
    first, *others = body.split(_ENTITY)
    rest = (other.partition(b">")[2] for other in others)
    return _REFERENCE.sub(_readable, first + b"".join(rest))


def _readable(reference: re.Match[bytes]) -> bytes:
    """Return a character reference; nothing where it names no character."""
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0")[:8]
    number = int(digits or b"0", 16 if hexadecimal else 10)
    is_one = 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return reference.group() if is_one else b""


def _parse_json(body: bytes, url: str, limit: int) -> Feed:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Feed(links=())
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        return Feed(links=())
    links = (_json_link(item, url) for item in items[:limit] if isinstance(item, dict))
    return Feed(
        links=tuple(link for link in links if link),
        name=_text(document.get("title")),
        language=_text(document.get("language")),
        older=_text(document.get("next_url")),
    )


def _json_link(item: dict[str, Any], url: str) -> Link | None:
    target = item.get("url") or item.get("external_url") or item.get("id")
    if not isinstance(target, str) or not target:
        return None
    from crawler.sitemaps import parse_moment

    when = item.get("date_published") or item.get("date_modified")
    return Link(url=_absolute(url, target), hint=parse_moment(when))


def _text(value: Any) -> str | None:
    return " ".join(value.split())[:200] or None if isinstance(value, str) else None
