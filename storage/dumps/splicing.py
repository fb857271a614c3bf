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


def splice(
    lines: Sequence[memoryview | bytes],
    field: str,
    find: Callable[[NDArray[np.int64], TextColumn], Spans],
) -> list[bytes | None]:
    """Return JSON *lines* without what *find*(numbers, texts) names of some texts.

    *field* holds the text. None stands for a line that is beyond the kernel.
    """
    out: list[bytes | None] = [None] * len(lines)
    size = sum(map(len, lines))
    behind = _BEHIND - size % 8
    data = np.frombuffer(b"".join([*lines, bytes(behind)]), np.uint8)
    found = scan_lines(data, size, Fields(text=field))
    if len(found.status) != len(lines):
        return out
    kinds = found.kinds[:, TEXT]
    is_text = (kinds == kernel.STRING) | (kinds == kernel.ESCAPED)
    rows = np.flatnonzero((found.status == kernel.ACCEPTED) & is_text)
    gone = find(rows, gather_field(found, rows, TEXT))
    owners = np.repeat(gone.owners, 2)
    places = np.empty(len(owners), np.int64)
    starts = np.ascontiguousarray(found.spans[rows, TEXT, 0])
    find_escaped(data, starts, owners, gone.spans.reshape(-1), places)
    for row, pieces in _kept(lines, rows, owners, places).items():
        out[row] = b"".join(pieces)
    return out


def _kept(
    lines: Sequence[memoryview | bytes],
    rows: NDArray[np.int64],
    owners: NDArray[np.int64],
    places: NDArray[np.int64],
) -> dict[int, list[memoryview | bytes]]:
    """Cut each of *rows* at its *places*, and leave out every second piece."""
    bounds = np.cumsum([0, *map(len, lines)])
    own = places - bounds[rows[owners]]
    ends = np.searchsorted(owners, np.arange(len(rows) + 1)).tolist()
    cuts, kept = own.tolist(), {}
    for number, row in enumerate(rows.tolist()):
        line = lines[row]
        marks = [0, *cuts[ends[number] : ends[number + 1]], len(line)]
        pairs = zip(marks[::2], marks[1::2], strict=True)
        kept[row] = [line[start:end] for start, end in pairs]
    return kept
