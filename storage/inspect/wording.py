"""Figures in words: shares, lags, dates and counts as a reader says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_SHARES = (
    (0.995, "all of"),
    (0.95, "nearly all of"),
    (0.85, "about nine tenths of"),
    (0.7, "about three quarters of"),
    (0.58, "about two thirds of"),
    (0.42, "about half of"),
    (0.29, "about a third of"),
    (0.17, "about a fifth of"),
    (0.05, "about a tenth of"),
    (0.005, "a few words of"),
)
VERDICTS = {
    "exact": "the same text, word for word",
    "near": "the same text with small changes",
    "excerpt": "one text holds nearly all of the other",
    "correction": "the same text with one fact changed",
    "follow-up": "shares much, adds much: linked, not merged",
    "digest": "a digest that holds parts of several stories: linked, not merged",
    "headline": "the same headline over another text: linked, not merged",
    "rejected": "looked alike and is another text",
}
REASONS = {
    "headline": "repeats the headline",
    "repeat": "repeats another block",
    "near repeat": "nearly repeats another block",
    "source line": "only names the source",
    "boilerplate": "boilerplate of this outlet",
}


def share_of(share: float | None) -> str:
    """Say *share* (0 to 1): "about nine tenths of", "none of"."""
    if share is None:
        return "an unknown share of"
    return next((words for least, words in _SHARES if share >= least), "none of")


def percent(share: float | None) -> str:
    """Write *share* (0 to 1) as a percentage; never "100 %" for less than all."""
    if share is None:
        return "–"
    if 0 < share < 0.01:
        return "< 1 %"
    return f"{min(99, round(share * 100)) if share < 1 else 100} %"


def parse_time(text: str | None) -> datetime | None:
    """Read a stored time; None for an empty or an unreadable one."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day(text: str | None) -> str:
    """Write a stored time as "14 May 2026"."""
    moment = parse_time(text)
    return f"{moment.day} {moment:%b %Y}" if moment else "no date"


def moment(text: str | None, precision: str | None = None) -> str:
    """Write a stored time as "14 May 2026, 09:05 UTC", a day where only that is known."""
    at = parse_time(text)
    if at is None or precision == "day":
        return day(text)
    return f"{day(text)}, {at.astimezone(UTC):%H:%M} UTC"


def lag(earlier: str | None, later: str | None) -> str:
    """Say how much later: "+2 h 10 min"; "" where a time is missing."""
    start, end = parse_time(earlier), parse_time(later)
    if start is None or end is None:
        return ""
    minutes = round((end - start) / timedelta(minutes=1))
    sign, minutes = ("−" if minutes < 0 else "+"), abs(minutes)
    if minutes < 60:
        return f"{sign}{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{sign}{hours} h" + (f" {rest} min" if rest and hours < 10 else "")
    return f"{sign}{round(hours / 24)} days"


def count(number: float | None, one: str, many: str | None = None) -> str:
    """Write "1 outlet", "1,204 outlets"."""
    number = number or 0
    return f"{number:,} {one if number == 1 else many or one + 's'}"
