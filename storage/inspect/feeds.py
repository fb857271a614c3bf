"""Stories as feeds: one entry a story, however many outlets printed it.

Atom is RFC 4287, JSON Feed is version 1.1 (jsonfeed.org). Entries carry the beginning
of the canonical text and link to the outlet that printed it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from storage.articles import iso
from storage.inspect.article import read_json
from storage.inspect.direction import language_tag, plain, printable, web_url
from storage.inspect.wording import count, parse_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

_ATOM = "http://www.w3.org/2005/Atom"
_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a feed says of itself; *page_of* gives a story's address here."""

    name: str
    home: str
    address: str
    page_of: Callable[[int], str]


def atom_feed(channel: Channel, rows: Sequence[sqlite3.Row]) -> bytes:
    """Write *rows* (story_rows) as an Atom feed."""
    ElementTree.register_namespace("", _ATOM)
    feed = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", channel.address)
    _add(feed, "title", channel.name)
    _add(feed, "updated", max((_updated(row) for row in rows), default=_EPOCH))
    _link(feed, channel.address, "self", "application/atom+xml")
    _link(feed, channel.home, "alternate", "text/html")
    for row in rows:
        feed.append(_entry(channel, row))
    written: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return written


def json_feed(channel: Channel, rows: Sequence[sqlite3.Row]) -> dict[str, Any]:
    """Return *rows* (story_rows) as a JSON Feed."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.name,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "items": [_item(channel, row) for row in rows],
    }


def story_urn(row: sqlite3.Row) -> str:
    """Return an identifier that stays when the database moves to another address."""
    key = f"{row['id']} {row['first_published'] or row['published'] or ''}"
    return f"urn:sha256:{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _entry(channel: Channel, row: sqlite3.Row) -> ElementTree.Element:
    entry = ElementTree.Element(f"{{{_ATOM}}}entry")
    if tag := language_tag(row["language"]):
        entry.set("{http://www.w3.org/XML/1998/namespace}lang", tag)
    _add(entry, "id", story_urn(row))
    _add(entry, "title", plain(row["headline"]) or "(no headline)")
    _add(entry, "updated", _updated(row))
    if published := _time(row["first_published"] or row["published"]):
        _add(entry, "published", published)
    page = channel.page_of(row["id"])
    _link(entry, web_url(row["url"]) or page, "alternate", "text/html")
    _link(entry, page, "related", "text/html")
    for name in _authors(row):
        _add(_add(entry, "author"), "name", name)
    for term in filter(None, (row["agency"], row["section"])):
        _add(entry, "category").set("term", plain(term))
    _add(entry, "summary", _summary(row))
    return entry


def _item(channel: Channel, row: sqlite3.Row) -> dict[str, Any]:
    page = channel.page_of(row["id"])
    item = {
        "id": story_urn(row),
        "url": web_url(row["url"]) or page,
        "external_url": page,
        "title": plain(row["headline"]),
        "content_text": _summary(row),
        "date_published": _time(row["first_published"] or row["published"]),
        "date_modified": _updated(row),
        "language": language_tag(row["language"]),
        "authors": [{"name": name} for name in _authors(row)],
        "tags": [plain(term) for term in (row["agency"], row["section"]) if term],
        "_wirecopy": {
            "story": row["id"],
            "articles": row["size"],
            "outlets": row["outlets"],
            "outlet": row["outlet"],
            "agency": row["agency"],
        },
    }
    return {name: value for name, value in item.items() if value not in ("", None, [])}


def _summary(row: sqlite3.Row) -> str:
    lead = row["subheadline"] or row["lead"] + ("…" if row["is_cut"] else "")
    others = row["outlets"] - 1
    printed = f"\n\nPrinted by {count(others, 'other outlet')}." if others > 0 else ""
    return printable(lead) + printed


def _authors(row: sqlite3.Row) -> list[str]:
    names = [plain(name) for name in read_json(row["authors"], [])]
    return [name for name in names if name] or [plain(row["outlet"] or "unknown")]


def _updated(row: sqlite3.Row) -> str:
    times = (row["modified"], row["last_published"], row["published"], row["fetched"])
    return next((found for one in times if (found := _time(one))), _EPOCH)


def _time(text: str | None) -> str | None:
    return iso(parse_time(text))


def _add(
    parent: ElementTree.Element, name: str, text: str | None = None
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}")
    child.text = text
    return child


def _link(parent: ElementTree.Element, href: str, rel: str, kind: str) -> None:
    link = _add(parent, "link")
    link.set("href", href)
    link.set("rel", rel)
    link.set("type", kind)
