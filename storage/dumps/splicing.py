"""Lines go out of the text of a JSON row, and its other bytes stay as they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels import json_lines as kernel
from dedupe.kernels.json_text import find_escaped
from storage.dumps.fields import TEXT, Fields
from storage.dumps.scanning import gather_field, scan_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedupe.text_column import TextColumn

# The kernel reads eight bytes at a time, and a little behind the end.
_BEHIND = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Bytes of texts: of text owners[i] those from spans[i, 0] to before spans[i, 1].

    Owners (int64[n]) ascend, and so do the spans (int64[n, 2]) of each.
    """

    owners: NDArray[np.int64]
    spans: NDArray[np.int64]


def find_cuts(
    lines: Sequence[memoryview],
    field: str,
    find: Callable[[NDArray[np.int64], TextColumn], Spans],
) -> tuple[NDArray[np.int64], Spans]:
    """Return which JSON *lines* the kernel can read, and the bytes of them that go.

    They spell what *find*(numbers, texts) names of some texts; *field* holds the text.
    """
    size = sum(map(len, lines))
    behind = _BEHIND - size % 8
    data = np.frombuffer(b"".join([*lines, bytes(behind)]), np.uint8)
    found = scan_lines(data, size, Fields(text=field))
    kinds = found.kinds[:, TEXT]
    is_text = (kinds == kernel.STRING) | (kinds == kernel.ESCAPED)
    rows = np.flatnonzero((found.status == kernel.ACCEPTED) & is_text)
    if len(found.status) != len(lines):
        rows = rows[:0]
    gone = find(rows, gather_field(found, rows, TEXT))
    places = np.empty(2 * len(gone.owners), np.int64)
    starts = np.ascontiguousarray(found.spans[rows, TEXT, 0])
    find_escaped(data, starts, np.repeat(gone.owners, 2), gone.spans.ravel(), places)
    owners = rows[gone.owners]
    firsts = found.lines[owners, :1]
    return rows, Spans(owners=owners, spans=places.reshape(-1, 2) - firsts)
