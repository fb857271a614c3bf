"""The dateline: place, date and agency that open an agency's text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from crawler.extract.agencies import find_agency_named
from crawler.extract.calendars import MONTHS, PERSIAN_MONTHS, fold_date
from crawler.extract.wording import letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedupe.block import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Dateline:
    """A dateline as printed (*text*, its dash included) and its parts.

    *date* is as printed too. *agency* is the canonical name, or the printed one of an
    agency that the table does not know, or None.
    """

    text: str
    place: str | None = None
    date: str | None = None
    agency: str | None = None


# A headline, a standfirst, captions and one line of the outlet's may come before it.
_BLOCKS = 6
_LONGEST = 110
_DASH = r"[-\u2010-\u2015\u2212]"
# What ends a dateline: a dash with space behind it, or what Arabic, Spanish, Korean
# and Russian desks print in its place.
_END = re.compile(
    rf"\s*(?:\.\s?{_DASH}{{1,3}}|{_DASH}{{1,3}}|(?<=[)\]\u0600-\u06ff])\s?[:：]|=)(?=\s|$|[\u0600-\u06ff])"
    rf"\s*{_DASH}*"
)
_CREDIT = re.compile(r"[(\[（]\s*([^()\[\]（）]{2,45}?)\s*[)\]）]")
_SLASHED = re.compile(r"/\s*([^/]{2,30}?)\s*/")
_DAY = r"[0-9٠-٩۰-۹०-९]{1,2}"
_WORD = r"[^\W\d_]+"
_DATE = re.compile(
    rf"""(?:^|[,،\s-])\s*(
      {_WORD}\.?,?\s{{0,2}}{_DAY}(?:st|nd|rd|th)?(?:[,،]?\s+\d{{4}})?   # May 14
      | {_DAY}\.?\s+(?:de\s+)?{_WORD}\.?(?:\s*[/(]\s*{_WORD}\)?)?(?:[,،]?\s+(?:de\s+)?\d{{4}})? # 14 May
      | {_DAY}[/.-]{_DAY}[/.-]\d{{2,4}}
      | {_DAY}
    )[\s,.،]*$""",
    re.VERBOSE,
)
_CHINESE = re.compile(
    r"^[【（(\[]?\s*([\u4e00-\u9fff]{2,6}[社网網])([\u4e00-\u9fff]{0,12}?)"
    r"(?:((?:\d{1,2}月)?\d{1,2}日)(?:综合|綜合)?[电電訊讯]?|[电電])\s*[】）)\]]?"
)
_TAIWANESE = re.compile(
    r"^[（(]([\u4e00-\u9fff]{2,5}社)(?:(?:記者|记者)[\u4e00-\u9fff]{2,3})?([\u4e00-\u9fff]{2,6}?)"
    r"(\d{1,2}日(?:綜合)?(?:外)?電?)[^）)]{0,10}[）)]"
)
_JAPANESE = re.compile(
    r"^[【［\[]\s*([^】］\]＝=　\s]{2,14})[\s　＝=・]+(?:([\d０-９]{1,2}日)[\s　]+)?"
    r"([^】］\]]{2,20}?)\s*[】］\]]"
)
_KOREAN = re.compile(
    r"^[(\[【]\s*([가-힣·\s]{2,14}?)\s*=\s*([^)\]】]{2,20}?)\s*[)\]】]"
    r"(?:\s*(?:[가-힣]{2,4}\s+(?:[가-힣]{2,4}\s*)?(?:기자|특파원)[\s·,]*){1,3}=)?"
)
_RUSSIAN = re.compile(
    rf"^({_WORD}(?:[\s-]{_WORD})?)[.,]\s+({_DAY}\s+{_WORD})[.,]?\s*[-–—./]*\s*/?"
    rf"((?:{_WORD}[.\s]?){{1,2}})/?\s*[-–—./]"
)
_CANNOT_BE = re.compile(r"[\"“”«»!?؟;]|\b(?:said|says|who|that|which|is|was)\b")


def find_dateline(blocks: Iterable[Block], headline: str = "") -> Dateline | None:
    """Return the dateline that opens one of the first blocks, or None.

    A dash after some words is none: it takes an agency, a date, or a place in capitals
    before it. The *headline*'s own repeats in the body are passed over.
    """
    for number, block in enumerate(blocks):
        if number >= _BLOCKS:
            break
        if headline and letters(block.text) == letters(headline):
            continue
        found = parse_opening(block.text)
        if found and not _repeats(found, headline):
            return found
    return None


def _repeats(found: Dateline, headline: str) -> bool:
    """Whether a bare name in capitals is what the headline opens with, too."""
    bare = not found.agency and not found.date
    return bare and letters(headline).startswith(letters(found.place or ""))


def parse_opening(text: str) -> Dateline | None:
    """Return the dateline that *text* opens with, or None."""
    text = text.lstrip("*\u2022> \u00a0")
    return (
        _east_asian(text) or _russian(text) or _with_dash(text) or _with_brackets(text)
    )


def _with_brackets(text: str) -> Dateline | None:
    """Read "PLACE, May 3 (AGENCY) Text", which Hindi, Spanish and Swiss desks print."""
    credit = _CREDIT.search(text, 0, 60)
    if credit is None or find_agency_named(credit[1]) is None:
        return None
    found = _parse_head(text[: credit.end()], text[: credit.end()])
    return found if found and found.place and _is_name(found.place) else None


def _is_name(place: str) -> bool:
    """Tell whether every longer word of *place* begins with a capital, if any can."""
    words = [word for word in re.split(r"[\s,-]+", place) if len(word) > 3]
    return not any(word[0].islower() for word in words)


def _with_dash(text: str) -> Dateline | None:
    for end in _END.finditer(text, 0, _LONGEST):
        if end.start() < 2:
            continue
        if found := _parse_head(text[: end.start()].strip(), text[: end.end()].strip()):
            return _extended(found, text, end.end())
    return None


def _extended(found: Dateline, text: str, start: int) -> Dateline:
    """Take in the part after a first dash: "Paris - May 14 (AFP) - ", "City, Mo. - March 6 -"."""
    if found.date and found.agency:
        return found
    for end in _END.finditer(text, start, min(len(text), start + 50)):
        head = f"{found.text.rstrip(' -–—')} {text[start : end.start()].strip()}"
        more = _parse_head(head, text[: end.end()].strip())
        if (
            more
            and (more.agency, more.date) != (found.agency, found.date)
            and more.place
        ) and (more.agency or not found.agency):
            return more
        break
    return found


def _parse_head(head: str, printed: str) -> Dateline | None:
    if not head or len(head.split()) > 14 or _CANNOT_BE.search(head):
        return None
    agency, rest, enclosed = _take_agency(head)
    known = find_agency_named(agency) if agency else None
    place, day = _take_date(rest)
    if not _is_place(place) or (enclosed and not agency):
        return None
    if known is None and printed.endswith((":", "：")):
        return None
    if not day and known is None and not _is_bare(place, agency):
        return None
    if not place and known is None:
        return None
    return Dateline(
        text=printed,
        place=place or None,
        date=day or None,
        agency=known.name if known else agency or None,
    )


def _is_bare(place: str, agency: str) -> bool:
    """Tell whether *place* may stand without a date or an agency that is known.

    In capitals it may. Otherwise "Apple (AAPL) -" looks the same, so that the unknown
    name must say that it is an agency's; scripts without capitals are given the doubt.
    """
    words = place.split()
    if not words or len(words) > 3 or len(place) < 3:
        return False
    if place.isupper() or (agency and words[0].isupper() and len(words[0]) > 1):
        return len(place) > 3
    if not agency:
        return False
    has_case = place.lower() != place.upper()
    return not has_case or says_agency(agency)


_AGENCY_WORDS = re.compile(
    r"press|news|wire|agency|agence|agentur|agenzia|agencia|agência|service|ajans"
    r"|агентств|وكالة|خبرگزاری|社$|통신|뉴스",
    re.IGNORECASE,
)


def says_agency(name: str) -> bool:
    """Tell whether *name* holds a word that agencies have in their names."""
    return bool(_AGENCY_WORDS.search(name))


def _take_agency(head: str) -> tuple[str, str, bool]:
    """Return the agency credited in *head*, the rest, and whether brackets held it."""
    for pattern in (_CREDIT, _SLASHED):
        found = list(pattern.finditer(head))
        if found:
            name, rest = found[-1].group(1), head[: found[-1].start()]
            if not rest.strip():
                rest = head[found[-1].end() :]
            return (name if is_credit_name(name) else ""), rest, True
    parts = re.split(rf"\s*(?:{_DASH}|[,،/|.])\s*|\s+(?=[^\s]+$)", head)
    for size in (1, 2, 3):
        for last in (" ".join(head.split()[-size:]), parts[-1] if size == 1 else ""):
            if last and find_agency_named(last) and last != head:
                return last, head[: head.rindex(last)], False
    first = re.split(rf"\s*(?:{_DASH}|[,،/|:])\s*", head)[0]
    if first != head and find_agency_named(first):
        return first, head[len(first) :], False
    if find_agency_named(head):
        return head, "", False
    return "", head, False


def is_credit_name(name: str) -> bool:
    """Tell whether *name* may be an agency's, by its form alone."""
    if find_agency_named(name):
        return True
    words = name.split()
    return (
        0 < len(words) <= 5
        and not any(map(str.isdigit, name))
        and not re.search(r"[:;?!،,@…]", name)
        and (words[0][0].isupper() or not name.isascii())
    )


def _take_date(rest: str) -> tuple[str, str]:
    rest = _trimmed(rest)
    found = _DATE.search(rest)
    if not found or not _is_date(found[1]):
        return rest, ""
    return _trimmed(rest[: found.start()]), found[1].strip()


def _trimmed(place: str) -> str:
    """Return *place* without the marks around it; "Calif." keeps its point."""
    place = place.strip(" ,،-–—/:*").lstrip(".")
    last = place.rsplit(maxsplit=1)[-1:]
    return place.rstrip(".") if last and len(last[0]) > 7 else place


def _is_date(text: str) -> bool:
    words = re.findall(_WORD, fold_date(text))
    words = [word for word in words if word not in {"de", "st", "nd", "rd", "th"}]
    return not words or any(map(_is_month, words))


def _is_month(word: str) -> bool:
    """Tell whether *word* is a month's name, one letter astray included."""
    if word in MONTHS or word in PERSIAN_MONTHS:
        return True
    if not word.isascii() or not 3 <= len(word) <= 10:
        return False
    return any(SequenceMatcher(None, word, month).ratio() >= 0.74 for month in _ENGLISH)


_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december", "abr"),
)


def _is_place(place: str) -> bool:
    if not place:
        return True
    words = place.split()
    if len(words) > 7 or any(map(str.isdigit, place)) or ":" in place:
        return False
    return not place.isascii() or words[0][0].isupper() or place.islower()


def _east_asian(text: str) -> Dateline | None:
    if text[:40].isascii():
        return None
    for pattern, order in (
        (_TAIWANESE, "apd"),
        (_CHINESE, "apd"),
        (_JAPANESE, "pda"),
        (_KOREAN, "pa"),
    ):
        if match := pattern.match(text):
            parts = dict(zip(order, match.groups(), strict=True))
            if known := _known_in(parts["a"]):
                return Dateline(
                    text=match[0].strip(),
                    place=parts.get("p") or None,
                    date=parts.get("d") or None,
                    agency=known,
                )
    return _glued(text)


_LENTICULAR = re.compile(r"【([^】]{4,14})】")


def _glued(text: str) -> Dateline | None:
    """Read the Japanese form in which the agency's short name ends the place."""
    match = _LENTICULAR.match(text)
    if match is None:
        return None
    for size in (2, 3, 4):
        if known := find_agency_named(match[1][-size:]):
            place = match[1][:-size].strip()
            return Dateline(text=match[0], place=place or None, agency=known.name)
    return None


def _known_in(credit: str) -> str | None:
    for name in (credit, *re.split(r"[/／・＝=\s　]", credit)):
        if agency := find_agency_named(name):
            return agency.name
    return None


def _russian(text: str) -> Dateline | None:
    match = _RUSSIAN.match(text)
    if not match or not _is_date(match[2]):
        return None
    agency = find_agency_named(match[3])
    if agency is None:
        return None
    return Dateline(
        text=match[0].strip(), place=match[1], date=match[2], agency=agency.name
    )
