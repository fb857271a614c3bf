"""The headline as the outlet prints it, from witnesses checked against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from crawler.extract.found import Found
from crawler.extract.jsonld import first_text, iter_values, text_of, types_of
from crawler.extract.marks import marked
from crawler.extract.meta import first_meta, outlet_keys
from crawler.extract.wording import element_text, letters, split_url, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.html import HtmlElement

    from crawler.extract.page import Page

# What outlets put between a headline and their own name. A dash or colon needs space
# on a side, or it is part of a word or sentence; the bars, low lines and the
# full-width colon do not.
_SEPARATOR = re.compile(
    r"\s+[-\u2010-\u2015|¦·•*/~:»«›‹>←→:]+\s+|\s*[|ǀ│∣❘ㅣ｜︱_＿]+\s*|\s+::\s+|\s*-{2,}\s*|\s*：\s*|\s*[»›]\s*"
    r"|\s+[-\u2013\u2014](?=\S)|(?<=\S)[\u2013\u2014-]\s+"
)
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
# Chinese and Korean titles glue the outlet on with a bare hyphen or two.
_GLUED = re.compile(rf"(?<=[{_CJK}\W])[-–—]+(?=[^-–—]{{2,14}}$)")
# What Chinese outlets are called, where a page does not say that it is one.
_CHINESE_OUTLET = re.compile(
    r"[\u4e00-\u9fff]{1,8}(?:[网網报報]|新闻|新聞|频道|頻道|在线|在線|电视台|電視台|卫视|官网|门户)"
)
_DATE = re.compile(r"\W*(?:\d{1,4}\W+){2}\d{1,4}\W*|by .{3,40}", re.IGNORECASE)
# Sections are named by the first links of the first menus.
_MENUS = 12
_MENU_LINKS = 150
_LABEL = 30  # characters
_GENERIC = {
    *("news", "opinion", "world", "national", "sport", "sports", "business"),
    *("politics", "video", "videos", "photos", "live", "breakingnews", "analysis"),
    *("politik", "wirtschaft", "panorama", "kultur", "meinung", "ausland", "inland"),
    *("actualité", "opinión", "deportes", "economía", "mundo", "cronaca", "esteri"),
    *("новости", "политика", "общество", "мир", "سياسة", "أخبار", "اقتصاد", "رياضة"),
    *("国际", "國際", "国内", "社会", "社會", "财经", "財經", "体育", "體育", "娱乐"),
    *("政治", "経済", "经济", "国際", "スポーツ", "要闻", "时政", "军事", "科技"),
    *("新闻", "新聞", "국제", "정치", "사회", "경제", "समाचार", "اخبار", "سیاسی"),
}
_BARS = {"|", "ǀ", "│", "∣", "❘", "ㅣ", "｜", "_"}
_LEAD = re.compile(r"(.{2,40}?)(?:(\s+[-–—·•»›]+)|\s*[:：])\s*(?=\S)")
_HEADING = ("h1", "h2", "h3", "b", "strong", "font", "td", "div", "span", "p")


@dataclass(frozen=True, slots=True)
class _Witnesses:
    og: str
    twitter: str
    record: str
    heading: str
    title: str

    def all(self) -> tuple[str, ...]:
        return (self.og, self.record, self.heading, self.twitter, self.title)


def find_headline(page: Page) -> Found[str] | None:
    """Return the headline and the witness that gave it, or None.

    Every witness is cleaned of the outlet's name, section and date; then Open Graph
    leads, unless the markup and the printed heading agree against it.
    """
    raw = _read(page)
    keys, sections = outlet_keys(page), _sections(page)
    cleaned = [_clean(text, raw, keys, sections) for text in raw.all()]
    og, record, heading, twitter, title = (
        "" if letters(text) in keys else text for text in cleaned
    )
    if not heading and title:
        title = heading = _as_printed(page, title) or title
    found = _pick(_Witnesses(og, twitter, record, heading, title))
    return found if found.value else None


def _read(page: Page) -> _Witnesses:
    title = tidy(page.tree.findtext(".//title") or "")
    og = first_meta(page, "og:title")
    record = first_text(page, "headline") or first_text(page, "name")
    twitter = first_meta(page, "twitter:title")
    return _Witnesses(
        og=og,
        twitter=twitter,
        record=record or first_meta(page, "headline"),
        heading=_heading(page, [og, record, title]),
        title=title,
    )


def _heading(page: Page, others: list[str]) -> str:
    """Return the h1 that the other witnesses know, else the one marked as headline."""
    keys = [letters(text) for text in others if text]
    best, best_score = "", 0
    for element in chain(marked(page).h1, marked(page).headline):
        text = tidy(element.get("content") or "") or element_text(element)
        if not (key := letters(text)):
            continue
        score = 1 + 8 * any(key == k for k in keys) + 4 * any(key in k for k in keys)
        score += 2 * _says_headline(element) - _is_elsewhere(element)
        if score > best_score:
            best, best_score = text, score
    return best


def _says_headline(element: HtmlElement) -> bool:
    marks = f"{element.get('class')} {element.get('itemprop')}".lower()
    return any(word in marks for word in ("headline", "title", "heading"))


def _is_elsewhere(element: HtmlElement) -> bool:
    return any(
        parent.tag in {"nav", "aside", "footer"} for parent in element.iterancestors()
    )


def _sections(page: Page) -> frozenset[str]:
    names = [text_of(value) for value in iter_values(page, "articleSection")]
    names += page.meta.get("article:section", [])
    names += unquote(split_url(page.url).path).split("/")[:-1]
    for menu in marked(page).menu[:_MENUS]:
        links = islice(menu.iter("a"), _MENU_LINKS)
        names += [text for link in links if len(text := element_text(link)) <= _LABEL]
    for record in page.jsonld:
        if "breadcrumblist" in types_of(record):
            items = record.get("itemListElement")
            for item in items if isinstance(items, list) else ():
                names.append(
                    text_of(item) or text_of(item.get("item"))
                    if isinstance(item, dict)
                    else ""
                )
    return frozenset({letters(name) for name in names if name} | _GENERIC) - {""}


def _clean(
    text: str, witnesses: _Witnesses, keys: frozenset[str], sections: frozenset[str]
) -> str:
    told = (witnesses.heading, witnesses.record, witnesses.og)
    text = _cut_to_witness(text, [t for t in told if letters(t) not in keys])
    text = _cut_tail(text, keys, sections)
    text = _cut_hyphenated(text, keys)
    return _cut_lead(text, keys, witnesses.heading)


def _cut_to_witness(text: str, witnesses: Iterable[str]) -> str:
    """Cut *text* where a shorter witness ends, if a separator follows there."""
    for separator in chain(_SEPARATOR.finditer(text), _GLUED.finditer(text)):
        key = letters(text[: separator.start()])
        if len(key) >= 6 and any(key == letters(other) for other in witnesses):
            return text[: separator.start()].strip()
    return text


def _cut_tail(text: str, keys: frozenset[str], sections: frozenset[str]) -> str:
    """Cut the outlet's name and the sections and dates before it off the end."""
    named = False
    for _ in range(6):
        parts = [*_SEPARATOR.finditer(text), *_GLUED.finditer(text)]
        if not parts:
            break
        last = max(parts, key=lambda part: part.end())
        tail, rest = text[last.end() :], text[: last.start()].rstrip()
        is_name = _names_outlet(tail, keys)
        is_label = bool(_DATE.fullmatch(tail)) or letters(tail) in sections
        bar = last.group().strip() in _BARS
        if not (is_name or (is_label and (named or bar))):
            # A date or section after the outlet's name hides the name behind it.
            if is_label and _names_outlet(_last_part(rest), keys):
                text = rest
                continue
            break
        named, text = named or is_name, rest
    return text


def _cut_hyphenated(text: str, keys: frozenset[str]) -> str:
    """Cut the outlet's whole name off the end where a mere hyphen joins it."""
    for hyphen in list(re.finditer("-", text))[-3:]:
        tail = text[hyphen.end() :]
        if not tail[:1].islower() and len(tail) > 5 and letters(tail) in keys:
            return text[: hyphen.start()].rstrip()
    return text


def _last_part(text: str) -> str:
    return _SEPARATOR.split(text)[-1]


def _names_outlet(tail: str, keys: frozenset[str]) -> bool:
    key = letters(tail)
    key = key.removeprefix("the")
    if not key or len(tail) > 60:
        return False
    if key in keys or _CHINESE_OUTLET.fullmatch(tail):
        return True
    return any(
        len(name) > 2
        and (
            (len(key) > 3 and key in name and 2 * len(key) > len(name))
            or (name in key and 5 * len(name) >= 3 * len(key))
        )
        for name in keys
    )


def _cut_lead(text: str, keys: frozenset[str], heading: str) -> str:
    """Cut the outlet's name, or a label like "Opinion |", off the front.

    Before a colon the name may be who speaks, unless the heading does without it.
    """
    first = re.match(r"([^|ǀ│｜]{2,40}?)\s*[|ǀ│｜]\s+", text)
    if first and letters(first.group(1)) in keys | _GENERIC:
        return text[first.end() :]
    first = _LEAD.match(text)
    if first and letters(first.group(1)) in keys:
        rest = text[first.end() :]
        if first.group(2) or letters(heading) in {letters(rest), "", *keys}:
            return rest
    return text


def _as_printed(page: Page, title: str) -> str:
    """Return the longest leading part of *title* that an element prints alone."""
    parted = chain(_SEPARATOR.finditer(title), _GLUED.finditer(title))
    ends = [len(title), *(match.start() for match in parted)]
    parts = {letters(title[:end]): title[:end].strip() for end in ends}
    found = ""
    for element in page.tree.iter(*_HEADING):
        own = element.text
        if own and len(own) < 400 and len(found) < len(own):
            part = parts.get(letters(tidy(own)), "")
            if len(part) > len(found):
                found = part
    return found


def _pick(said: _Witnesses) -> Found[str]:
    by_key = {letters(said.record): "json-ld", letters(said.heading): "h1"}
    if not said.og:
        return _without_og(said)
    agreed = said.record if letters(said.record) == letters(said.heading) else ""
    for other in (said.heading, said.record, said.title):
        if _was_broken_off(said.og, other):
            return Found(other, by_key.get(letters(other), "title"))
    if agreed and _outvoted(letters(said.og), letters(agreed), letters(said.title)):
        return Found(said.heading, "h1")
    return Found(said.og, "meta")


def _without_og(said: _Witnesses) -> Found[str]:
    title = letters(said.title)
    if said.record and letters(said.record) in {title, letters(said.heading)}:
        return Found(said.record, "json-ld")
    if said.heading and (title.startswith(letters(said.heading)) or not said.record):
        return Found(said.heading, "h1")
    if said.record or said.twitter:
        return Found(said.record or said.twitter, "json-ld" if said.record else "meta")
    return Found(said.title, "title")


def _was_broken_off(text: str, other: str) -> bool:
    """Tell whether *text* is the beginning of *other*, cut short.

    A quotation mark ended its attribute early, or three points stand for the rest.
    """
    start = text.rstrip(".… ")
    rest = other[len(start) :].lstrip() if other.startswith(start) else ""
    return rest.startswith('"') or (
        bool(rest.strip(".… ")) and text.endswith(("...", "…"))
    )


def _outvoted(og: str, agreed: str, title: str) -> bool:
    """Tell whether heading and markup agree against what was written for sharing.

    Where the title says what Open Graph says, both were written for search engines;
    where it is the heading's, Open Graph is the desk's second, better line. A heading
    that is Open Graph's line with a kicker before it is no other headline.
    """
    if og == agreed or agreed.endswith(og) or agreed.startswith(og):
        return False
    return title != agreed
