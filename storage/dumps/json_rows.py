"""Rows of JSON with what orjson has no room for: whole numbers past 64 bits, and NaN.

Other writers of JSON, Python's own among them, write both.
"""

from __future__ import annotations

import json
import re
from itertools import chain

import orjson

from storage.dumps.batch import json_value

# What orjson can still write is 254 levels deep.
DEEPEST = 250
# From here on orjson reads a whole number as the nearest fraction.
_WIDE = float(1 << 63)
_ODD_NUMBERS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|-?(?:NaN|Infinity)')


class TooDeepError(ValueError):
    """A row is nested more deeply than it could be written."""


def load_row(line: bytes | memoryview) -> object:
    """Return what a line of JSON says; NaN is nothing, and infinity a string.

    Raises orjson.JSONDecodeError, and TooDeepError.
    """
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        line = bytes(line)
        if b"NaN" not in line and b"Infinity" not in line:
            raise
        line = _ODD_NUMBERS.sub(_plain_number, line)
        row = orjson.loads(line)
    return json.loads(bytes(line).decode()) if _has_wide(row) else row


def _plain_number(match: re.Match[bytes]) -> bytes:
    found = match[0]
    if found.startswith(b'"'):
        return found
    return b"null" if found.endswith(b"NaN") else b'"%s"' % found


def _has_wide(row: object) -> bool:
    """Whether a number in it may be a rounded one; looks at level after level."""
    level, wide, depth = [row], False, 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise TooDeepError
        wide = wide or any(type(v) is float and abs(v) >= _WIDE for v in level)
        level = list(chain.from_iterable(map(_inner, level)))
    return wide


def _inner(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def dump_json(value: object) -> bytes:
    """Return *value* as JSON; what JSON lacks becomes text."""
    try:
        return orjson.dumps(value, default=json_value)
    except orjson.JSONEncodeError:
        told = json.dumps(
            value, default=json_value, ensure_ascii=False, separators=(",", ":")
        )
        return told.encode()
