"""Reading one printed or machine-written date into a moment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.extract.calendars import (
    MONTHS,
    PERSIAN_MONTHS,
    fold_date,
    from_solar_hijri,
)

if TYPE_CHECKING:
    from storage.article import Precision


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as written: *local* is naive, and *offset* what the page adds to UTC.

    *offset* is None where the writing names no zone; the time is then taken as UTC,
    because no better guess is right more often than it is wrong by hours.
    """

    local: datetime
    precision: Precision
    offset: timedelta | None = None

    @property
    def when(self) -> datetime:
        """The aware UTC datetime; a mere day stays the day that was printed."""
        if self.precision == "day" or self.offset is None:
            return self.local.replace(tzinfo=UTC)
        return (self.local - self.offset).replace(tzinfo=UTC)


_ISO = re.compile(
    r"""\s*(\d{4})-?(\d{2})-?(\d{2})              # day
    (?:[T\s_]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?   # clock
    \s*(Z|UTC|GMT|[+-]\d{1,2}:?\d{0,2})?)?        # zone
    (?:\[[\w/]+\])?\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
# Zones that name one offset. CST and AST name several, so they tell nothing; IST does
# too, but it is India's outlets that print it.
_ZONES = {
    **dict.fromkeys(("z", "utc", "gmt", "wet"), 0),
    **dict.fromkeys(("bst", "cet", "mez", "wat", "west"), 60),
    **dict.fromkeys(("cest", "mesz", "eet", "cat", "sast"), 120),
    **dict.fromkeys(("eest", "msk", "мск", "trt", "eat"), 180),
    "wib": 420,
    "wita": 480,
    "sgt": 480,
    "hkt": 480,
    "pht": 480,
    "wit": 540,
    "kst": 540,
    "jst": 540,
    "aest": 600,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
    "est": -300,
    "edt": -240,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "pkt": 300,
    "ist": 330,
}
_AMERICAN = {"et": -5, "ct": -6, "mt": -7, "pt": -8}
_NUMBERS = re.compile(
    r"(?<![\d./-])(\d{1,4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{1,2})(?!\.?\d|[/-])"
)
_IDEOGRAPHS = re.compile(
    r"(\d{2,4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号]"
)
_KOREAN = re.compile(r"(?<!\d)(\d{4})\.\s*(\d{1,2})\.\s*(\d{1,2})(?!\d)")
_APART = re.compile(r"(?<!\d)((?:19|20)\d\d)\s+(\d{1,2})\s?[/-]\s?(\d{1,2})(?!\d)")
_VIETNAMESE = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2})[\s,/]+(?:năm\s+)?(\d{4})")
_ERA = re.compile(r"(令和|平成|民國|民国)\s*(\d{1,3}|元)\s*年")
_ERAS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}
_NAME = "|".join(
    sorted(map(re.escape, {*MONTHS, *PERSIAN_MONTHS}), key=len, reverse=True)
)
# Letters may not touch a name, and marks are letters here (Hindi vowel signs).
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?,?[\s/-]*(?:de\s+|d['’]|of\s+|من\s+|ماه\s+)?({_NAME})"
    rf"(?![^\W\d_])(?:\s*[/(]\s*(?:{_NAME})\s*\)?)?[.,،]?[\s/-]*(?:de[l]?\s+|عام\s+|سنة\s+)?(\d{{4}})(?!\d)"
)
_MONTH_FIRST = re.compile(
    rf"(?<![^\W\d_])({_NAME})(?![^\W\d_])\.?\s*(\d{{1,2}})(?:st|nd|rd|th)?[,،.]?\s+(\d{{4}})(?!\d)"
)
_YEAR_FIRST = re.compile(
    rf"(?<!\d)((?:19|20)\d\d)[,.]?\s+({_NAME})(?![^\W\d_])\.?\s+(\d{{1,2}})(?!\d)"
)
_CLOCK = re.compile(
    r"""(?<![\d:.])(?:(上午|下午|오전|오후|午前|午後|am|pm|晚上|凌晨|सुबह|दोपहर|शाम|रात)\s*)?
    (\d{1,2})(?:\s?[:٫]\s?|\.|\s?h\s?|\s?[時时点시]\s?)(\d{2})(?:[:분分]\s?(\d{2})?)?(?![\d])
    \s*(a\.?m\b|p\.?m\b|am\b|pm\b|ص\b|م\b|صباحا|مساء|ظهرا)?
    \s*[(\[]?((?:gmt|utc)?\s*[+-]\d{1,2}(?::?\d{2})?|[^\W\d_]{2,4}\b)?""",
    re.VERBOSE,
)
_AFTERNOON = {"下午", "오후", "午後", "pm", "p.m", "p.m.", "م", "مساء", "晚上", "ظهرا"}
_AFTERNOON |= {"दोपहर", "शाम", "रात"}
_MORNING = {"上午", "오전", "午前", "am", "a.m", "a.m.", "ص", "صباحا", "凌晨", "सुबह"}


@lru_cache(maxsize=1024)
def read_stamp(text: str, *, month_first: bool = False) -> Stamp | None:
    """Return the first date that *text* holds, or None.

    Machine formats come first, then what newspapers print. *month_first* says how to
    read 3/4/2026. A year of 13xx or 14xx is Solar Hijri, 25xx is Buddhist.
    """
    if len(text) < 6:
        return None
    if iso := _ISO.fullmatch(text):
        return _from_iso(iso)
    if _EPOCH.fullmatch(text.strip()):
        moment = datetime.fromtimestamp(int(text.strip()[:10]), tz=UTC)
        clock = moment.hour, moment.minute, moment.second
        return _with_clock(moment.date(), *clock, timedelta(0))
    return _read_printed(fold_date(text[:400]), month_first)


def _from_iso(match: re.Match[str]) -> Stamp | None:
    year, month, day, hour, minute, second, zone = match.groups()
    found = _day(int(year), int(month), int(day))
    if found is None:
        return None
    return _with_clock(
        found,
        int(hour) if hour else None,
        int(minute or 0),
        int(second) if second else None,
        _offset(zone or ""),
    )


def _with_clock(
    day: date,
    hour: int | None,
    minute: int,
    second: int | None,
    offset: timedelta | None,
) -> Stamp:
    clock_is_set = hour is not None and (hour, minute, second or 0) != (0, 0, 0)
    if not clock_is_set or hour is None or hour > 23 or minute > 59:
        return Stamp(datetime.combine(day, time()), "day")
    seconds = min(second or 0, 59)
    return Stamp(
        datetime.combine(day, time(hour, minute, seconds)),
        "minute" if second is None else "second",
        offset,
    )


def _offset(zone: str) -> timedelta | None:
    zone = zone.strip().casefold()
    if zone in _ZONES:
        return timedelta(minutes=_ZONES[zone])
    signed = re.fullmatch(r"(?:gmt|utc)?\s*([+-])(\d{1,2}):?(\d{2})?", zone)
    if not signed:
        return None
    sign, hours, minutes = signed.groups()
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if size > timedelta(hours=14):
        return None
    return -size if sign == "-" else size


def _american(zone: str, day: date) -> timedelta | None:
    """Return the offset of "ET" and its like, which name summer and winter alike.

    Since 2007 summer time runs from the second Sunday in March to the first in
    November (Energy Policy Act of 2005, section 110).
    """
    standard = _AMERICAN.get(zone.strip().casefold())
    if standard is None:
        return None
    starts, ends = _sunday(day.year, 3, 8), _sunday(day.year, 11, 1)
    return timedelta(hours=standard + (starts <= day < ends))


def _sunday(year: int, month: int, first: int) -> date:
    """Return the first Sunday on or after a day of a month."""
    start = date(year, month, first)
    return start + timedelta(days=6 - start.weekday())


def _read_printed(text: str, month_first: bool) -> Stamp | None:
    found = _printed_day(text, month_first)
    if found is None:
        return None
    day, start, end = found
    clock = _CLOCK.search(text, end, end + 40) or _CLOCK.search(
        text, max(0, start - 40), start
    )
    if clock is None:
        return Stamp(datetime.combine(day, time()), "day")
    before, hour, minute, second, after, zone = clock.groups()
    hours = _on_24_hours(int(hour), before or after or "")
    return _with_clock(
        day,
        hours,
        int(minute),
        int(second) if second else None,
        _offset(zone or "") or _american(zone or "", day),
    )


def _on_24_hours(hour: int, half: str) -> int:
    if half in _AFTERNOON and hour < 12:
        return hour + 12
    return 0 if half in _MORNING and hour == 12 else hour


def _printed_day(text: str, month_first: bool) -> tuple[date, int, int] | None:
    """Return the first day in folded *text*, and where it begins and ends."""
    text = _ERA.sub(lambda m: f"{_ERAS[m[1]] + int(m[2].replace('元', '1'))}年", text)
    found: list[tuple[int, int, date]] = []
    for pattern, order in _PRINTED:
        for match in pattern.finditer(text):
            if day := _ordered_day(match, order, month_first):
                found.append((match.start(), match.end(), day))
                break
    if not found:
        return None
    start, end, day = min(found, key=lambda item: item[0])
    return day, start, end


_PRINTED = (
    (_IDEOGRAPHS, "ymd"),
    (_KOREAN, "ymd"),
    (_APART, "ymd"),
    (_VIETNAMESE, "dmy"),
    (_DAY_FIRST, "dny"),
    (_MONTH_FIRST, "ndy"),
    (_YEAR_FIRST, "ynd"),
    (_NUMBERS, "?"),
)


def _ordered_day(match: re.Match[str], order: str, month_first: bool) -> date | None:
    one, two, three = match.groups() if order != "?" else match.group(1, 3, 4)
    if order == "?":
        return _numeric_day(int(one), int(two), three, month_first)
    if order == "ymd":
        return _day(int(one), int(two), int(three))
    if order == "dmy":
        return _day(int(three), int(two), int(one))
    parts = dict(zip(order, (one, two, three), strict=True))
    return _named_day(int(parts["y"]), parts["n"], int(parts["d"]))


def _named_day(year: int, name: str, day: int) -> date | None:
    if name in PERSIAN_MONTHS and (1300 <= year <= 1500 or name not in MONTHS):
        return _day(year, PERSIAN_MONTHS[name], day) if year < 1500 else None
    return _day(year, MONTHS[name], day) if name in MONTHS else None


def _numeric_day(one: int, two: int, three: str, month_first: bool) -> date | None:
    if one > 999:
        return _day(one, two, int(three))
    # The year of a date has two digits or four; "3.6.0" is a version.
    if one > 31 or len(three) not in {2, 4}:
        return None
    year = int(three) if len(three) == 4 else 2000 + int(three)
    day, month = (two, one) if (month_first and one <= 12) or two > 12 else (one, two)
    return _day(year, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    """Return the date in the calendar that the year belongs to, or None."""
    if year < 100:
        year += 2000
    try:
        if 1300 <= year < 1500:
            return from_solar_hijri(year, month, day)
        if 2500 <= year < 2600:
            year -= 543
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None
