"""When an article was published and modified, and where the page says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from crawler.extract.heading import find_heading
from crawler.extract.jsonld import iter_values
from crawler.extract.marks import after, before, marked
from crawler.extract.meta import iter_meta
from crawler.extract.stamps import Stamp, read_stamp
from crawler.extract.wording import element_text, marks_of, split_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.extract.page import Page
    from storage.article import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An aware UTC datetime, how precise it is, and where it was read from.

    *source* is "json-ld", "meta", "time", "text", "script" or "url".
    """

    when: datetime
    precision: Precision
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """When the page says its article was published and last modified."""

    published: Moment | None = None
    modified: Moment | None = None


_PUBLISHED_META = (
    *("article:published_time", "og:article:published_time", "article:published"),
    *("datepublished", "og:published_time", "parsely-pub-date", "sailthru.date"),
    *("cxenseparse:recs:publishtime", "cxenseparse:publishtime", "publishdate"),
    *("publish-date", "publish_date", "pubdate", "published_time", "published-date"),
    *("dcterms.created", "dcterms.date", "dc.date.issued", "dc.date", "dcterms.issued"),
    *("article.published", "article:post_date", "article_date_original", "date"),
    *("firstpublished", "first_published", "originalpublicationdate", "displaydate"),
    *(
        "timestamp",
        "_pubtime",
        "weibo:article:create_at",
        "creation_date",
        "dc.created",
    ),
    *("citation_publication_date", "vr:published_time", "rnews:datepublished"),
    *("apub:time", "publication-date", "cre.pubdate", "created", "datecreated"),
)
_MODIFIED_META = (
    *("article:modified_time", "og:updated_time", "og:modified_time", "datemodified"),
    *("article:updated_time", "dcterms.modified", "dc.date.modified", "last-modified"),
    *(
        "lastmod",
        "revision_date",
        "article:modified",
        "modified",
        "cxenseparse:dsu-modified-time",
    ),
)
_SCRIPT = re.compile(
    r"""["'](?:datePublished|publishedAt|published_at|publishDate|publish_date|pubDate|
    publicationDate|publishTime|publish_time|publishedDate|firstPublished(?:At|Date)?|
    published|pubtime|ptime|displayDate)["']\s*:\s*["']?([^"',}]{8,40})""",
    re.VERBOSE,
)
_MODIFIED_WORDS = re.compile(
    r"modif|updat|aktuali|last.?mod|mis.?à.?jour|edited|actualiz|atualiz|güncel|обновл"
    r"|تحديث|بروزرسانی|به‌روز|更新|수정|aggiorn|diperbarui|अपडेट",
    re.IGNORECASE,
)
_TITLE_DAY = re.compile(r"[|–—,-]\s*(\d{1,4}[./-]\d{1,2}[./-]\d{2,4})\s*$")
_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-/_.]?(0[1-9]|1[0-2]|[1-9](?=[-/_]))[-/_.]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
_URL_PARTED = re.compile(
    r"/((?:19|20)\d\d)/[a-z][\w.-]*/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/"
)
_URL_NAMED = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})/(\d{1,2})(?!\d)")
_URL_YEAR = re.compile(r"/((?:19|20)\d\d)(?=[/-])")
_COMMENT = re.compile(r"(?:^|\s)comment", re.IGNORECASE)
_FARTHEST_ZONE = timedelta(hours=14)


def find_dates(page: Page, *, fetched: datetime | None = None) -> Dates:
    """Return when the article was published and modified.

    The first witness gives the day; a later one of the same day may add the clock or
    the zone. *fetched* (aware) is the latest that any date can be: what lies after it
    is no date of this page. Nothing is ever dated "now".
    """
    published = _settle(_published(page), fetched)
    modified = _settle(_modified(page), fetched)
    if published and modified and modified.when < published.when:
        modified = None
    return Dates(published=published, modified=modified)


def _settle(
    witnesses: Iterator[tuple[Stamp, str]], fetched: datetime | None
) -> Moment | None:
    """Return the first believable stamp, made as precise as its day's others allow."""
    best: tuple[Stamp, str] | None = None
    for told, source in witnesses:
        stamp = _bounded(told, fetched)
        if stamp is None:
            continue
        if best is None or _tells_more(stamp, best[0]):
            best = (stamp, source)
        if _is_full(best[0]):
            break
    if best is None:
        return None
    return Moment(when=best[0].when, precision=best[0].precision, source=best[1])


def _bounded(stamp: Stamp, fetched: datetime | None) -> Stamp | None:
    """Return *stamp* as far as it can be true of a page fetched at *fetched*, or None.

    A clock without a zone may be ahead of UTC by the easternmost zone's hours: what is
    left of it then is its day, and never a later one than the fetch's.
    """
    if fetched is None or stamp.when <= fetched:
        return stamp
    if _is_full(stamp) or stamp.when - fetched > _FARTHEST_ZONE:
        return None
    day = min(stamp.local.date(), fetched.astimezone(UTC).date())
    return Stamp(datetime.combine(day, time()), "day")


def _is_full(stamp: Stamp) -> bool:
    return stamp.precision != "day" and stamp.offset is not None


def _tells_more(stamp: Stamp, best: Stamp) -> bool:
    """Tell whether *stamp* is the moment of *best*, told more fully."""
    if stamp.precision == "day" or _is_full(best):
        return False
    if best.precision == "day":
        return abs(stamp.when - best.when) < timedelta(hours=38) and (
            stamp.local.date() == best.local.date()
            or (
                stamp.offset is not None
                and abs((stamp.local.date() - best.local.date()).days) <= 1
            )
        )
    # The same clock with its zone named, or the same instant told in another zone.
    gap = abs(stamp.local - best.local)
    whole = gap.seconds % 900 < 60 or gap.seconds % 900 > 840
    return stamp.offset is not None and gap <= _FARTHEST_ZONE and whole


def _published(page: Page) -> Iterator[tuple[Stamp, str]]:
    month_first = _is_month_first(page)
    for text in _texts(iter_values(page, "datePublished", "dateCreated", "uploadDate")):
        yield from _stamped(text, "json-ld", month_first)
    for text in iter_meta(page, *_PUBLISHED_META):
        yield from _stamped(text, "meta", month_first)
    near, far = _parted(page, _marked(page, "datepublished"))
    yield from _times(near, month_first)
    for text in (*iter_meta(page, "og:title"), page.tree.findtext(".//title") or ""):
        tail = _TITLE_DAY.search(text)
        if tail:
            yield from _stamped(tail[1], "text", month_first)
    yield from _from_visible(page, _below_heading(page), month_first)
    yield from _times(far, month_first)
    yield from _from_visible(page, _above_heading(page), month_first)
    yield from _from_visible(page, _named_for_dates(page), month_first)
    for match in _SCRIPT.finditer(page.html):
        yield from _stamped(match[1], "script", month_first)
    yield from _from_url(page.url)
    yield from _from_updates(page, month_first)


def _modified(page: Page) -> Iterator[tuple[Stamp, str]]:
    for text in _texts(iter_values(page, "dateModified")):
        yield from _stamped(text, "json-ld", False)
    for text in iter_meta(page, *_MODIFIED_META):
        yield from _stamped(text, "meta", False)
    for _, text in _marked(page, "datemodified"):
        yield from _stamped(text, "time", False)


def _texts(values: Iterator[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, int) and value > 0:
            yield str(value)


def _stamped(text: str, source: str, month_first: bool) -> Iterator[tuple[Stamp, str]]:
    if stamp := read_stamp(text.strip(), month_first=month_first):
        yield stamp, source


def _marked(page: Page, itemprop: str) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the machine-readable dates of the elements that print them."""
    found = marked(page)
    named = [e for e in found.date if (e.get("itemprop") or "").lower() == itemprop]
    others = found.time if itemprop == "datepublished" else []
    for element in chain(named, others):
        text = (
            element.get("datetime") or element.get("content") or element_text(element)
        )
        if text and not _is_in_teaser(element):
            yield element, text


def _is_in_teaser(element: HtmlElement) -> bool:
    return any(
        parent.tag in {"aside", "nav", "footer", "li", "a"}
        for parent in element.iterancestors()
    )


def _parted(
    page: Page, found: Iterator[tuple[HtmlElement, str]]
) -> tuple[list[tuple[HtmlElement, str]], list[tuple[HtmlElement, str]]]:
    """Part *found* into what is named datePublished or near the headline, and others.

    A time far from the headline may be another article's, or a comment's.
    """
    around = chain(_below_heading(page), _above_heading(page))
    near = {element for element, _ in around}
    close: list[tuple[HtmlElement, str]] = []
    others: list[tuple[HtmlElement, str]] = []
    for element, text in found:
        is_close = element.get("itemprop") or element in near
        (close if is_close else others).append((element, text))
    return close, others


def _times(
    found: list[tuple[HtmlElement, str]], month_first: bool
) -> Iterator[tuple[Stamp, str]]:
    for element, text in found:
        if not _MODIFIED_WORDS.search(marks_of(element)):
            yield from _stamped(text, "time", month_first)


def _below_heading(page: Page) -> Iterator[tuple[HtmlElement, int]]:
    """Yield the elements after the headline, and how long a date line there can be."""
    heading = find_heading(page)
    if heading is not None:
        yield from ((element, 120) for element in after(heading, 40))


def _above_heading(page: Page) -> Iterator[tuple[HtmlElement, int]]:
    heading = find_heading(page)
    if heading is not None:
        yield from ((element, 80) for element in before(heading, 12))


def _named_for_dates(page: Page) -> Iterator[tuple[HtmlElement, int]]:
    for element in marked(page).date:
        if not _COMMENT.search(marks_of(element)):
            yield element, 200


def _from_visible(
    page: Page, places: Iterator[tuple[HtmlElement, int]], month_first: bool
) -> Iterator[tuple[Stamp, str]]:
    """Yield the dates printed in *places*, but for those of a year long before.

    An address that names a year knows better than a text that tells of another.
    """
    told = _URL_YEAR.search(split_url(page.url).path)
    for element, longest in places:
        for stamp, source in _printed_in(element, month_first, longest=longest):
            if not told or abs(stamp.local.year - int(told[1])) <= 1:
                yield stamp, source


def _printed_in(
    element: HtmlElement, month_first: bool, *, longest: int
) -> Iterator[tuple[Stamp, str]]:
    if (text := _dated_text(element, longest)) and not _MODIFIED_WORDS.search(text):
        yield from _stamped(text, "text", month_first)


def _dated_text(element: HtmlElement, longest: int) -> str:
    """Return the text of a short element that prints digits, or ""."""
    if not isinstance(element.tag, str) or element.tag in {"script", "style", "a"}:
        return ""
    own = " ".join(chain([element.text or ""], (c.tail or "" for c in element)))
    if len(own.strip()) > longest or len(element) > 8:
        return ""
    text = own if len(element) == 0 else element_text(element)
    if len(text) > 2 * longest or sum(map(str.isdecimal, text)) < 3:
        return ""
    return text[:longest]


def _from_updates(page: Page, month_first: bool) -> Iterator[tuple[Stamp, str]]:
    """Yield the dates of lines about an update: the same day's, if nothing else."""
    for element in marked(page).date:
        text = _dated_text(element, 120)
        if text and _MODIFIED_WORDS.search(text):
            yield from _stamped(text, "text", month_first)


def _from_url(url: str) -> Iterator[tuple[Stamp, str]]:
    address = unquote(f"{split_url(url).path}?{split_url(url).query}").lower()
    if match := _URL_DAY.search(address) or _URL_PARTED.search(address):
        yield from _stamped("-".join(p.zfill(2) for p in match.groups()), "url", False)
    elif match := _URL_NAMED.search(address):
        yield from _stamped(f"{match[3]} {match[2]} {match[1]}", "url", False)


def _is_month_first(page: Page) -> bool:
    said = f"{page.tree.get('lang') or ''} {' '.join(page.meta.get('og:locale', ()))}"
    said = said.lower().replace("_", "-")
    if "en-us" in said or "en-ph" in said:
        return True
    host = split_url(page.url).hostname or ""
    return said.strip().startswith("en") and "en-" not in said and host.endswith(".com")
