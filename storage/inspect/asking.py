"""What a page is asked: the database, the row, the query string, the time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, without anything of the web: *number* is the id in the path."""

    now: datetime
    number: int = 0
    args: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """Return an argument's text, None where it is empty."""
        return self.args.get(name, "").replace("\0", "").strip() or None

    def whole(self, name: str, default: int, most: int = _MOST_ROWS) -> int:
        """Return an argument as a number from 0 to *most*, else *default*."""
        value = self.args.get(name, "")
        if not value.isascii() or not value.isdigit():
            return default
        return min(int(value[:9]), most)

    def date(self, name: str) -> str | None:
        """Return an argument that is a year, a month or a day; None otherwise."""
        value = self.text(name)
        return value if value and _DATE.fullmatch(value) else None


@dataclass(frozen=True, slots=True)
class Moved:
    """The row is elsewhere: a story that was merged into another."""

    story: int
