"""Moments on the command line: 2d, 12h, 2026-01-01."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d+)([mhdwy])")


class Moment(click.ParamType[datetime]):
    """A moment in UTC, as a date or as a span before now."""

    name = "moment"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read *value*; a naive date is midnight in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            span = parse_span(value)
            if span is not None:
                return datetime.now(UTC) - span
            moment = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is neither 2d, 12h nor 2026-01-01", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Span(click.ParamType[timedelta]):
    """A length of time: 15m, 6h, 2d, 4w, 2y."""

    name = "span"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read *value* as a timedelta."""
        if isinstance(value, timedelta):
            return value
        try:
            span = parse_span(value)
        except OverflowError:
            span = None
        if not span:
            self.fail(f"{value!r} is not like 15m, 6h, 2d or 2y", param, ctx)
        return span


def parse_span(text: str) -> timedelta | None:
    """Read "15m", "6h", "2d", "4w" or "2y"; None for anything else."""
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        return None
    number, unit = int(found.group(1)), found.group(2)
    if unit == "y":
        return timedelta(days=365 * number)
    return timedelta(**{_UNITS[unit]: number})


MOMENT = Moment()
SPAN = Span()
