"""Times as the engine takes them: epoch seconds, and how far they are apart."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dedupe.gathering import UNKNOWN_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.preparing import Prepared


def published_at(prepared: Prepared) -> int | None:
    when = prepared.article.published
    return None if when is None else int(when.timestamp())


def epoch(text: str | None) -> int | None:
    """Read a time of the tables as epoch seconds."""
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def span(seconds: Sequence[int | None]) -> tuple[int, int]:
    known = [time for time in seconds if time is not None]
    return (min(known), max(known)) if known else (UNKNOWN_TIME, UNKNOWN_TIME)


def hours_between(a: int | None, b: int | None) -> float | None:
    return None if a is None or b is None else round(abs(a - b) / 3600, 2)
