"""Whole lines of a stream, a few megabytes at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from storage.dumps.streams import ByteSource

BLOCK = 4 << 20
# The kernels read words of eight bytes, and past the last newline.
PADDING = 64
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBlock:
    """*size* bytes of whole lines, the last one's newline included.

    *data* is longer by a padding of zeros. *start* is the first byte's place in the
    stream, *line* its line, from 1. *too_long* are the lines just before the block
    that were longer than allowed, and are not in it.
    """

    data: NDArray[np.uint8]
    size: int
    start: int
    line: int
    too_long: tuple[int, ...] = ()


class _Blocks:
    """Collects reads until there is a newline to cut at."""

    def __init__(self, source: ByteSource, block: int, longest: int) -> None:
        self._source = source
        self._block = block
        self._longest = longest
        self._held = bytearray()
        self._start = 0
        self._line = 1
        self._too_long: list[int] = []

    def run(self) -> Iterator[LineBlock]:
        head = self._head()
        self._held += head
        while chunk := self._source.read(max(1, self._block - len(self._held))):
            self._held += chunk
            if len(self._held) < self._block:
                continue
            cut = self._held.rfind(b"\n") + 1
            if cut:
                yield self._cut(cut)
            elif len(self._held) > self._longest:
                self._skip_line()
            else:
                self._held += self._source.read(self._block)
        if self._held and not self._held.endswith(b"\n"):
            self._held += b"\n"
        if self._held or self._too_long:
            yield self._cut(len(self._held))

    def _head(self) -> bytes:
        head = b""
        while len(head) < len(_BOM) and (more := self._source.read(self._block)):
            head += more
        if not head.startswith(_BOM):
            return head
        self._start = len(_BOM)
        return head[len(_BOM) :]

    def _cut(self, size: int) -> LineBlock:
        words = -(-(size + PADDING) // 8)
        data = np.zeros(words, np.uint64).view(np.uint8)
        with memoryview(self._held) as held:
            data[:size] = held[:size]
        block = LineBlock(
            data=data,
            size=size,
            start=self._start,
            line=self._line,
            too_long=tuple(self._too_long),
        )
        self._too_long.clear()
        self._line += self._held.count(b"\n", 0, size)
        self._start += size
        del self._held[:size]
        return block

    def _skip_line(self) -> None:
        """Drop what is held up to the next newline, without holding it."""
        while self._held:
            end = self._held.find(b"\n") + 1
            self._start += end or len(self._held)
            if end:
                del self._held[:end]
                break
            self._held[:] = self._source.read(self._block)
        self._too_long.append(self._line)
        self._line += 1


def iter_blocks(
    source: ByteSource, *, block: int = BLOCK, longest: int = 64 << 20
) -> Iterator[LineBlock]:
    """Cut *source* into blocks of about *block* bytes, at newlines.

    A byte-order mark is skipped; a last line without a newline gets one. A line of
    more than *longest* bytes is left out and counted.
    """
    return _Blocks(source, block, longest).run()
