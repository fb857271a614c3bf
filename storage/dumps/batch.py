"""What a reader hands on: columns of articles, and where each stands in its file."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.text_column import TextColumn
from storage.dumps.dates import epochs
from storage.dumps.fields import DATE, HEADLINE, ID, OUTLET, TEXT, URL, value_at
from storage.dumps.reject import NO_TEXT, NOT_A_STRING, Reject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from storage.dumps.dump import Row
    from storage.dumps.fields import Fields

_KINDS: dict[type, str] = {
    type(None): "nothing",
    bool: "true or false",
    str: "a string",
    int: "a number",
    float: "a number",
    bytes: "bytes",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Articles in the order of the file.

    *published* is seconds since 1970 (float64), NaN where there is no date. *places*
    (int64[n, 2]) are half-open spans: of bytes in the unpacked stream for JSON lines,
    of rows elsewhere. *lines* counts lines or rows from 1. *consumed* is how many of
    the file's bytes (rows, where there are none) were read so far.
    """

    texts: TextColumn
    headlines: TextColumn
    ids: TextColumn
    urls: TextColumn
    outlets: TextColumn
    published: NDArray[np.float64]
    places: NDArray[np.int64]
    lines: NDArray[np.int64]
    rejects: tuple[Reject, ...] = ()
    consumed: int = 0

    def __len__(self) -> int:
        return len(self.places)


def batch_of_rows(
    rows: Sequence[Row],
    fields: Fields,
    file: str,
    *,
    numbers: Sequence[int],
    lines: Sequence[int] | None = None,
    rejects: Sequence[Reject] = (),
    consumed: int = 0,
) -> Batch:
    """Make a batch of rows that were read one by one; one without a text is rejected.

    *numbers* count the file's rows from 0, *rejects* among them; *lines* are where
    they start, the numbers from 1 where there are no lines.
    """
    refused = list(rejects)
    kept: list[tuple[int, int, list[object]]] = []
    names = fields.names
    starts = [number + 1 for number in numbers] if lines is None else lines
    for number, line, row in zip(numbers, starts, rows, strict=True):
        values = [value_at(row, name) if name else None for name in names]
        text = values[TEXT]
        if isinstance(text, str):
            kept.append((number, line, values))
        else:
            refused.append(_no_text(file, line, text))
    places = np.array([number for number, _, _ in kept], np.int64)
    refused.sort(key=lambda reject: reject.line)
    columns = [_column([values[field] for _, _, values in kept]) for field in range(6)]
    return Batch(
        texts=columns[TEXT],
        headlines=columns[HEADLINE],
        ids=columns[ID],
        urls=columns[URL],
        outlets=columns[OUTLET],
        published=epochs([values[DATE] for _, _, values in kept]),
        places=np.stack([places, places + 1], axis=1),
        lines=np.array([line for _, line, _ in kept], np.int64),
        rejects=tuple(refused),
        consumed=consumed,
    )


def _column(values: Sequence[object]) -> TextColumn:
    return TextColumn.from_strings(plain(value) for value in values)


def _no_text(file: str, line: int, text: object) -> Reject:
    if text is None:
        return Reject(file=file, line=line, reason=NO_TEXT)
    return Reject(file=file, line=line, reason=NOT_A_STRING, detail=kind_of(text))


def kind_of(value: object) -> str:
    """Say what a value is that is no string."""
    for kind, words in _KINDS.items():
        if isinstance(value, kind):
            return words
    return type(value).__name__


def text_of(raw: bytes) -> str:
    """Return the text that *raw* is, or else its base64."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode()


def json_value(value: object) -> str:
    """Return what JSON has no type for as text."""
    return text_of(value) if isinstance(value, bytes) else str(value)


def plain(value: object) -> str:
    """Return a string or number as text, and anything else as empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else ""
