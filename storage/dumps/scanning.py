"""Where the wanted values of JSON lines stand: the kernels' answers as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels import json_lines as kernel
from dedupe.kernels.json_text import gather
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from storage.dumps.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What the kernel says of n lines of *data*: see dedupe.kernels.json_lines.

    *status* (uint8[n]), *lines* (int64[n, 2]) where each stands, *kinds* (uint8[n, 6])
    and *spans* (int64[n, 6, 2]) of the six fields of Fields.
    """

    data: NDArray[np.uint8]
    status: NDArray[np.uint8]
    lines: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    spans: NDArray[np.int64]


def scan_lines(data: NDArray[np.uint8], size: int, fields: Fields) -> Scan:
    """Run the kernel, with room for as many lines as there turn out to be."""
    named = fields.names
    names = [name.encode() for name in named]
    joined = np.frombuffer(b"".join(names) or b"\0", np.uint8)
    ends = np.cumsum([len(name) for name in names])
    room = max(64, size // 512)
    while True:
        found = Scan(
            data=data,
            status=np.empty(room, np.uint8),
            lines=np.empty((room, 2), np.int64),
            kinds=np.empty((room, len(names)), np.uint8),
            spans=np.empty((room, len(names), 2), np.int64),
        )
        count = kernel.scan(
            data,
            size,
            joined,
            ends,
            found.status,
            found.lines,
            found.kinds,
            found.spans,
        )
        if count >= 0:
            break
        room = -count
    _share(found, fields.names)
    return Scan(
        data=data,
        status=found.status[:count],
        lines=found.lines[:count],
        kinds=found.kinds[:count],
        spans=found.spans[:count],
    )


def _share(found: Scan, names: Sequence[str]) -> None:
    """Give a key that has several roles to each: the kernel knows only the first."""
    for role, name in enumerate(names):
        first = names.index(name)
        if name and first < role:
            found.kinds[:, role] = found.kinds[:, first]
            found.spans[:, role] = found.spans[:, first]


def gather_field(scan: Scan, rows: NDArray[np.int64], field: int) -> TextColumn:
    """Return the texts that one *field* has in some *rows*."""
    spans = scan.spans[rows, field]
    given = scan.kinds[rows, field] != kernel.ABSENT
    room = int((spans[:, 1] - spans[:, 0])[given].sum())
    out = np.empty(room, np.uint8)
    offsets = np.empty(len(rows) + 1, np.int64)
    size = gather(scan.data, rows, field, scan.kinds, scan.spans, out, offsets)
    return TextColumn(out[:size], offsets)
