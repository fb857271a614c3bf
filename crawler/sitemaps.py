"""Sitemaps: plain, news, text and index files, gzipped or not, of any size."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from lxml import etree

from storage.crawl_state import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_BYTES = 64 * 1024 * 1024
DAY = 86400.0
# Back to when a sitemap can hold something new for a crawl that runs every day.
RECENT = 2 * DAY
# Files of one index that a crawl of every day, and a search in archives, read at most.
MOST_FILES, MOST_ARCHIVES = 50, 2000
# What one file may name by the standard.
MOST_ENTRIES = 50_000
_NEWS_NAME = re.compile(r"news|latest|recent|today|google", re.IGNORECASE)
_NOT_TEXT = re.compile(
    r"(?:image|video|photo|author|tag|categor|topic|section|page|static|taxonom)s?"
    r"[^/]*$",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(0[1-9]|1[0-2])(?:[-_/.]?([0-2]\d|3[01]))?)?(?!\d)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a sitemap names: pages, or further sitemaps; *is_news* by its namespace."""

    links: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()
    is_news: bool = False
    language: str | None = None
    name: str | None = None


def parse_sitemap(body: bytes, *, limit: int = MOST_ENTRIES) -> Sitemap:
    """Read the first *limit* entries of a sitemap; broken XML gives what came before.

    Raises nothing: a document that is no sitemap names nothing.
    """
    body = gunzip(body)
    if body.lstrip()[:1] != b"<":
        return Sitemap(links=tuple(_text_links(body, limit)))
    pages: list[Link] = []
    children: list[Link] = []
    about: dict[str, str] = {}
    for element in _elements(body):
        kind = etree.QName(element).localname
        entry = _entry(element, about)
        if entry is not None:
            (children if kind == "sitemap" else pages).append(entry)
        element.clear()
        if len(pages) + len(children) >= limit:
            break
    return Sitemap(
        links=tuple(pages),
        children=tuple(children),
        is_news="news" in about,
        language=about.get("language"),
        name=about.get("name"),
    )


def pick_children(
    children: Iterable[Link], *, since: float | None, now: float
) -> list[Link]:
    """Pick the files of an index that can hold something new; newest first.

    A file is left out where its lastmod or the date in its name ends before *since*
    (by default two days before *now*), and where it lists pictures, people or tags. Of
    undated files only news files and the last three can.
    """
    floor = since if since is not None else now - RECENT
    listed = [child for child in children if not _NOT_TEXT.search(child.url)]
    dated = [(_latest(child), child) for child in listed]
    dated = [(last, child) for last, child in dated if last is None or last >= floor]
    # An index may name tens of thousands: what is looked up again stands in a dict.
    news = dict.fromkeys(c for _, c in dated if _NEWS_NAME.search(c.url))
    new = [(last, child) for last, child in dated if last is not None]
    unknown = [child for last, child in dated if last is None and child not in news]
    keep = unknown if since is not None else unknown[-3:]
    ordered = [child for _, child in sorted(new, key=lambda pair: -pair[0])]
    most = MOST_FILES if floor >= now - RECENT else MOST_ARCHIVES
    return list(dict.fromkeys([*news, *ordered, *keep]))[:most]


def gunzip(body: bytes, most: int = MOST_BYTES) -> bytes:
    """Unpack *body* where it is gzip, up to *most* bytes; else return it as it is."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, most)
    except zlib.error:
        return b""


def parse_moment(text: Any) -> float | None:
    """Read a W3C date ("2026", "2026-11-20", "...T08:00Z") as epoch seconds."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    if re.fullmatch(r"\d{4}(?:-\d{2})?", text):
        text += "-01-01" if len(text) == 4 else "-01"
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _elements(body: bytes) -> Iterator[Any]:
    context = etree.iterparse(
        BytesIO(body),
        tag=("{*}url", "{*}sitemap"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
    )
    try:
        for _, element in context:
            yield element
    except etree.XMLSyntaxError:
        return


def _entry(element: Any, about: dict[str, str]) -> Link | None:
    found: dict[str, str] = {}
    for child in element.iter():
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child)
        if "sitemap-news" in (name.namespace or ""):
            about["news"] = "yes"
            if name.localname in {"name", "language"}:
                about.setdefault(name.localname, (child.text or "").strip())
        found.setdefault(name.localname, (child.text or "").strip())
    if not found.get("loc"):
        return None
    when = found.get("publication_date") or found.get("lastmod")
    return Link(url=found["loc"], hint=parse_moment(when))


def _text_links(body: bytes, limit: int) -> Iterator[Link]:
    for line in body.decode("utf-8", "replace").splitlines()[:limit]:
        if line.strip().startswith(("http://", "https://")):
            yield Link(url=line.strip())


def _latest(child: Link) -> float | None:
    """Return the last moment that a file can speak of, by lastmod or by its name."""
    if child.hint is not None:
        return child.hint + DAY
    dates = _DATED.findall(child.url)
    if not dates:
        return None
    year, month, day = dates[-1]
    last_day = (12 if not month else int(month), 31 if not day else int(day))
    try:
        if day:
            end = datetime(int(year), int(month), int(day), tzinfo=UTC)
        else:
            end = datetime(int(year), last_day[0], 28, tzinfo=UTC)
    except ValueError:
        return None
    return end.timestamp() + (DAY if day else 4 * DAY)
