"""What a reader hands on: columns of articles, and where each stands in its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.text import TextColumn
from storage.dumps.dates import epochs
from storage.dumps.fields import DATE, HEADLINE, ID, OUTLET, TEXT, URL, value_at
from storage.dumps.reject import NO_TEXT, NOT_A_STRING, Reject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from storage.dumps.fields import Fields


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
    rows: Sequence[dict[str, object]],
    fields: Fields,
    first: int,
    file: str,
    *,
    consumed: int = 0,
    rejects: Sequence[Reject] = (),
    numbers: Sequence[int] | None = None,
) -> Batch:
    """Make a batch of rows that were read one by one.

    *first* is the number of the first row, from 0; *numbers* names each row's own
    where some in between are *rejects* already. A row without a text is rejected.
    """
    at = list(range(first, first + len(rows))) if numbers is None else list(numbers)
    refused = list(rejects)
    kept: list[tuple[int, list[object]]] = []
    names = fields.names
    for number, row in zip(at, rows, strict=True):
        values = [value_at(row, name) if name else None for name in names]
        text = values[TEXT]
        if isinstance(text, str):
            kept.append((number, values))
        else:
            refused.append(_no_text(file, number + 1, text))
    places = np.array([number for number, _ in kept], np.int64)
    refused.sort(key=lambda reject: reject.line)
    return Batch(
        texts=_column(kept, TEXT),
        headlines=_column(kept, HEADLINE),
        ids=_column(kept, ID),
        urls=_column(kept, URL),
        outlets=_column(kept, OUTLET),
        published=epochs([values[DATE] for _, values in kept]),
        places=np.stack([places, places + 1], axis=1),
        lines=places + 1,
        rejects=tuple(refused),
        consumed=consumed,
    )


def _no_text(file: str, line: int, text: object) -> Reject:
    if text is None:
        return Reject(file=file, line=line, reason=NO_TEXT)
    return Reject(file=file, line=line, reason=NOT_A_STRING, detail=type(text).__name__)


def _column(kept: Sequence[tuple[int, list[object]]], field: int) -> TextColumn:
    return TextColumn.from_strings(plain(values[field]) for _, values in kept)


def plain(value: object) -> str:
    """Return a string or number as text, and anything else as empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else ""
