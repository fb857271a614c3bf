"""A row that could not be read, and why."""

from __future__ import annotations

from dataclasses import dataclass

NO_TEXT = "no text"
NOT_A_STRING = "the text is not a string"
TOO_LONG = "the line is too long"
TOO_DEEP = "nested too deeply"
NOT_UTF8 = "invalid UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One row of *file* that was left out; *line* counts from 1 (rows, where there
    are no lines).

    *reason* is a short phrase that rejects are counted by, *detail* what is particular
    to the row.
    """

    file: str
    line: int
    reason: str
    detail: str = ""
