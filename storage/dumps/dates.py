"""Dates of dumps, as seconds since 1970."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels.dates import parse_moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedupe.text_column import TextColumn

# A number that as seconds would be past the year 5000 counts finer units: milliseconds,
# microseconds, nanoseconds, and past those it is no moment.
_SECONDS = 1e11
# Characters of a date that names its zone in words.
_LONGEST = 100
_UNITS = (1, 1e3, 1e6, 1e9)
# So many digits are a year, a day or a moment as it is written.
_WRITTEN = (4, 8, 14)
_FORMS = (
    *("%d-%b-%Y %H:%M:%S.%f", "%d-%b-%Y %H:%M:%S", "%d-%b-%Y", "%Y%m%d", "%Y/%m/%d"),
    *("%Y/%m/%d %H:%M:%S", "%Y%m%dT%H%M%S", "%Y%m%d%H%M%S", "%Y%m%dT%H%M%SZ"),
    *("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%Y", "%d.%m.%Y %H:%M"),
    *("%Y-%m-%d %H:%M:%S %Z", "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y"),
)


def epochs_of_column(texts: TextColumn) -> NDArray[np.float64]:
    """Return seconds since 1970 of a column of dates; NaN where it is none.

    ISO 8601 goes through the kernel, other forms one by one.
    """
    found = np.empty(len(texts), np.float64)
    parse_moments(texts.data, texts.offsets, found)
    odd = np.isnan(found) & (np.diff(texts.offsets) > 0)
    for row in np.flatnonzero(odd).tolist():
        found[row] = parse_date(texts[row])
    return found


def epochs(values: Sequence[object]) -> NDArray[np.float64]:
    """Return seconds since 1970 of dates in any type; NaN where it is none."""
    return np.array([_epoch(value) for value in values], np.float64)


def _epoch(value: object) -> float:
    if isinstance(value, str):
        return parse_date(value)
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    if isinstance(value, bool):
        return math.nan
    if isinstance(value, int) and len(digits := str(value)) in _WRITTEN:
        return parse_date(digits)
    return _of_number(float(value)) if isinstance(value, int | float) else math.nan


def parse_date(text: str) -> float:
    """Return seconds since 1970 of a date in one of the common forms, or NaN."""
    text = text.strip()
    return _parse(text) if len(text) <= _LONGEST else math.nan


@lru_cache(maxsize=4096)
def _parse(text: str) -> float:
    for parse in (float, _iso, _mail, _by_form):
        try:
            found = parse(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if parse is not float:
            return found
        if len(text) not in _WRITTEN:
            return _of_number(found)
    return math.nan


def _of_number(number: float) -> float:
    seconds = (number / unit for unit in _UNITS)
    return next((found for found in seconds if abs(found) < _SECONDS), math.nan)


def _iso(text: str) -> float:
    return _utc(datetime.fromisoformat(text))


def _mail(text: str) -> float:
    return _utc(parsedate_to_datetime(text))


def _by_form(text: str) -> float:
    for form in _FORMS:
        try:
            return _utc(datetime.strptime(text, form))
        except ValueError:
            continue
    raise ValueError(text)


def _utc(moment: datetime) -> float:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.timestamp()
