"""What a page is asked: the database, the row, the query string, the time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_MOST_ROWS = 10_000


class UnreadableError(Exception):
    """An argument that is not what its name asks for; its text is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, without anything of the web: *number* is the id in the path.

    Its methods raise UnreadableError where an argument cannot be understood.
    """

    now: datetime
    number: int = 0
    args: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """Return an argument's text, None where it is empty."""
        return self.args.get(name, "").replace("\0", "").strip() or None

    def whole(self, name: str, default: int, most: int = _MOST_ROWS) -> int:
        """Return an argument as a number up to *most*, *default* where it is empty."""
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit():
            raise UnreadableError(f"{name}={value!r} is no number")
        return min(int(value[:9]), most)

    def date(self, name: str) -> str | None:
        """Return an argument that is a year, a month or a day; None where it is empty."""
        value = self.text(name)
        if value and not _DATE.fullmatch(value):
            raise UnreadableError(f"{name}={value!r} is no date such as 2026-11-01")
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """Return the one of *choices* that is asked for, the first by default."""
        value = self.text(name) or choices[0]
        if value not in choices:
            raise UnreadableError(f"{name}={value!r} is none of {', '.join(choices)}")
        return value


@dataclass(frozen=True, slots=True)
class Moved:
    """The row is elsewhere: a story that was merged into another."""

    story: int
