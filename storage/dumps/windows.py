"""Rows of a plain file, read where they stand, a few megabytes at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_WINDOW = 2 << 20


def iter_windows(
    path: Path, places: NDArray[np.int64]
) -> Iterator[tuple[memoryview, NDArray[np.int64]]]:
    """Yield bytes of *path*, and the spans in them of the rows that stand at *places*.

    Places ascend. A last line without a newline gets one. Raises DumpError where the
    file has become shorter.
    """
    with path.open("rb", buffering=0) as source:
        for spans in _spans(places):
            yield _window(source.fileno(), spans)


def _spans(places: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Part *places* into what is read together."""
    # Of a column that does not stand by itself, each search would make a copy.
    ends = np.ascontiguousarray(places[:, 1])
    first = 0
    while first < len(places):
        reach = places[first, 0] + _WINDOW
        last = int(np.searchsorted(ends, reach, side="right"))
        last = max(last, first + 1)
        yield places[first:last]
        first = last


def _window(
    handle: int, spans: NDArray[np.int64]
) -> tuple[memoryview, NDArray[np.int64]]:
    sizes = spans[:, 1] - spans[:, 0]
    start, end = int(spans[0, 0]), int(spans[-1, 1])
    if 2 * sizes.sum() >= end - start:
        return memoryview(_read(handle, start, end)), spans - start
    held = b"".join(_read(handle, *span) for span in spans.tolist())
    ends = np.cumsum(sizes)
    return memoryview(held), np.stack([ends - sizes, ends], axis=1)


def _read(handle: int, start: int, end: int) -> bytes:
    found = os.pread(handle, end - start, start)
    while len(found) < end - start:
        more = os.pread(handle, end - start - len(found), start + len(found))
        if not more and end - start - len(found) > 1:
            raise DumpError("an input changed while it was read: run it again")
        found += more or b"\n"
    return found
