"""ISO 8601 moments in a column of texts."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit


@njit(cache=True, nogil=True)
def _number(data, at, end, digits):
    """Return the number in *digits* digits at *at*, or -1."""
    if at + digits > end:
        return -1
    value = 0
    for i in range(at, at + digits):
        digit = int(data[i]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@njit(cache=True, nogil=True)
def _days(year, month, day):
    """Count the days from 1970 to a date of the Gregorian calendar.

    Howard Hinnant, "chrono-compatible low-level date algorithms".
    """
    if month <= 2:
        year -= 1
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@njit(cache=True, nogil=True)
def _month_length(year, month):
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


@njit(cache=True, nogil=True)
def _zone(data, at, end):
    """Return the seconds east of UTC that the text ends with; NaN if it is no zone."""
    if at == end or (data[at] in (90, 122) and at + 1 == end):
        return 0.0
    if data[at] not in (43, 45):
        return np.nan
    hours = _number(data, at + 1, end, 2)
    after = at + 3
    if after < end and data[after] == 58:
        after += 1
    minutes = 0 if after == end else _number(data, after, end, 2)
    if hours < 0 or hours > 14 or minutes < 0 or minutes > 59:
        return np.nan
    if after != end and after + 2 != end:
        return np.nan
    east = float(hours * 3600 + minutes * 60)
    return east if data[at] == 43 else -east


@njit(cache=True, nogil=True)
def _clock(data, at, end):
    """Return the seconds into the day (UTC) that the rest of the text says, or NaN."""
    hour = _number(data, at, end, 2)
    if hour < 0 or hour > 23 or at + 2 >= end or data[at + 2] != 58:
        return np.nan
    minute = _number(data, at + 3, end, 2)
    if minute < 0 or minute > 59:
        return np.nan
    at += 5
    seconds = hour * 3600.0 + minute * 60.0
    if at < end and data[at] == 58:
        second = _number(data, at + 1, end, 2)
        if second < 0 or second > 60:
            return np.nan
        seconds += second
        at += 3
        if at < end and data[at] in (46, 44):
            at += 1
            while at < end and 48 <= data[at] <= 57:
                at += 1
    while at < end and data[at] == 32:
        at += 1
    return seconds - _zone(data, at, end)


@njit(cache=True, nogil=True)
def _moment(data, at, end):
    year = _number(data, at, end, 4)
    month = _number(data, at + 5, end, 2)
    day = _number(data, at + 8, end, 2)
    if year < 1 or month < 1 or month > 12 or day < 1:
        return np.nan
    if data[at + 4] != 45 or data[at + 7] != 45 or day > _month_length(year, month):
        return np.nan
    midnight = _days(year, month, day) * 86400.0
    if at + 10 == end:
        return midnight
    if data[at + 10] not in (84, 116, 32):
        return np.nan
    return midnight + _clock(data, at + 11, end)


@njit(cache=True, nogil=True)
def parse_moments(data, offsets, out):
    """Fill *out* (float64[n]) with seconds since 1970 of n ISO 8601 texts.

    A moment without a zone is taken as UTC. What is not ISO 8601 is NaN.
    """
    for row in range(out.shape[0]):
        out[row] = _moment(data, offsets[row], offsets[row + 1])
