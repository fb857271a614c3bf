"""Charts as plain geometry that templates draw as SVG; no script, no inline style."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from storage.inspect.wording import parse_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH = 720.0
HEIGHT = 160.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A column: *lower* and *upper* are stacked heights, in the chart's units."""

    x: float
    width: float
    lower: float
    upper: float
    label: str
    values: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Columns of two stacked counts by day, the highest as high as the chart."""

    bars: tuple[Bar, ...]
    highest: int
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Strip:
    """Points in time as dots on a line: x from 0 to 100 and what each one is."""

    dots: tuple[tuple[float, str], ...]
    begins: str | None = None
    ends: str | None = None


def days_until(last: date, count: int) -> list[str]:
    """Return the *count* days that end with *last*, oldest first, as ISO dates."""
    return [
        (last - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)
    ]


def columns(
    keys: Sequence[str], lower: Mapping[str, int], upper: Mapping[str, int]
) -> Columns:
    """Stack *upper* on *lower* for every key; a key without counts is an empty day."""
    highest = max((lower.get(k, 0) + upper.get(k, 0) for k in keys), default=0)
    step = WIDTH / max(len(keys), 1)
    scale = HEIGHT / max(highest, 1)
    bars = tuple(
        Bar(
            round(at * step, 2),
            round(step * 0.8, 2),
            round(lower.get(key, 0) * scale, 2),
            round(upper.get(key, 0) * scale, 2),
            key,
            (lower.get(key, 0), upper.get(key, 0)),
        )
        for at, key in enumerate(keys)
    )
    return Columns(bars=bars, highest=highest)


def line(values: Sequence[float], width: float = 160.0, height: float = 28.0) -> str:
    """Return the points of a polyline from *values*, the highest at the top."""
    highest = max(values, default=0) or 1
    step = width / max(len(values) - 1, 1)
    return " ".join(
        f"{at * step:.1f},{height - value / highest * (height - 2) - 1:.1f}"
        for at, value in enumerate(values)
    )


def strip(times: Sequence[tuple[str | None, str]]) -> Strip:
    """Place stored times between the first and the last of them."""
    known = [(at, text, name) for text, name in times if (at := parse_time(text))]
    if not known:
        return Strip(())
    known.sort(key=lambda one: one[0])
    begins, ends = known[0], known[-1]
    length = (ends[0] - begins[0]).total_seconds() or 1.0
    dots = tuple(
        (round((at - begins[0]).total_seconds() / length * 100, 2), name)
        for at, _, name in known
    )
    return Strip(dots, begins[1], ends[1])
