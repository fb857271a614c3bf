"""Whole lines of a stream, a few megabytes at a time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from storage.dumps.streams import ByteSource

BLOCK = 4 << 20
# The kernels read words of eight bytes, and past the last newline.
PADDING = 64
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NEWLINE = 10


def _nothing() -> None:
    """What most readers of a block do at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBlock:
    """*size* bytes of whole lines, the last one's newline included.

    *data* is longer by a padding of zeros. *start* is the first byte's place in the
    stream, *line* its line, from 1. *too_long* are the lines just before the block
    that were longer than allowed, and are not in it. *done* gives the memory
    of *data* to a block that is read later.
    """

    data: NDArray[np.uint8]
    size: int
    start: int
    line: int
    too_long: tuple[int, ...] = ()
    done: Callable[[], None] = _nothing


class _Blocks:
    """Fills buffers, and cuts each at its last newline."""

    def __init__(self, source: ByteSource, block: int, longest: int) -> None:
        self._source = source
        self._block = block
        self._longest = longest
        self._start = 0
        self._line = 1
        self._too_long: list[int] = []
        self._ended = False
        self._spare: deque[bytearray] = deque()
        self._newlines = np.empty(block, np.bool_)

    def run(self) -> Iterator[LineBlock]:
        rest = self._head()
        while True:
            more = min(2 * len(rest), self._longest + self._block)
            held, size = self._fill(rest, max(self._block, more))
            cut = held.rfind(b"\n", 0, size) + 1
            if self._ended and cut < size:
                held[size] = _NEWLINE
                cut = size = size + 1
            rest = bytes(memoryview(held)[cut:size])
            if cut or (self._ended and self._too_long):
                yield self._cut(held, cut)
            if self._ended:
                break
            if len(rest) > self._longest:
                rest = self._skip_line(len(rest))

    def _head(self) -> bytes:
        held, size = self._fill(b"", len(_BOM))
        if held[:2] in _UTF16:
            name = getattr(self._source, "name", "the input")
            raise DumpError(f"{name} is UTF-16 or UTF-32: convert it to UTF-8 first")
        if held[:size] != _BOM:
            return bytes(held[:size])
        self._start = len(_BOM)
        return b""

    def _buffer(self, size: int) -> bytearray:
        """Return memory for *size* bytes; spare memory needs no fresh pages."""
        room = -(-(size + PADDING) // 8) * 8
        while self._spare:
            held = self._spare.pop()
            if len(held) == room:
                return held
        return bytearray(room)

    def _fill(self, rest: bytes, size: int) -> tuple[bytearray, int]:
        """Read until *size* bytes are held or the source has ended."""
        held = self._buffer(size)
        at = len(rest)
        held[:at] = rest
        with memoryview(held) as view:
            while at < size and not self._ended:
                got = self._source.readinto(view[at:size])
                self._ended = got == 0
                at += got
        held[at : at + PADDING] = bytes(PADDING)
        return held, at

    def _cut(self, held: bytearray, size: int) -> LineBlock:
        data = np.frombuffer(held, np.uint8)
        block = LineBlock(
            data=data,
            size=size,
            start=self._start,
            line=self._line,
            too_long=tuple(self._too_long),
            done=partial(self._spare.append, held),
        )
        self._too_long.clear()
        self._line += self._count_lines(data[:size])
        self._start += size
        return block

    def _count_lines(self, data: NDArray[np.uint8]) -> int:
        # bytes.count takes ten times as long, and no other thread runs meanwhile.
        found = self._newlines[: len(data)]
        if len(found) < len(data):
            return int(np.count_nonzero(data == _NEWLINE))
        return int(np.count_nonzero(np.equal(data, _NEWLINE, out=found)))

    def _skip_line(self, skipped: int) -> bytes:
        """Drop a line of which *skipped* bytes were seen; return what follows it."""
        self._too_long.append(self._line)
        self._line += 1
        while not self._ended:
            held, size = self._fill(b"", self._block)
            end = held.find(b"\n", 0, size) + 1
            skipped += end or size
            if end:
                self._start += skipped
                return bytes(memoryview(held)[end:size])
        self._start += skipped
        return b""


def iter_blocks(
    source: ByteSource, *, block: int = BLOCK, longest: int = 64 << 20
) -> Iterator[LineBlock]:
    """Cut *source* into blocks of about *block* bytes, at newlines.

    A byte-order mark is skipped; a last line without a newline gets one. A line of
    more than *longest* bytes is left out and counted.
    """
    return _Blocks(source, block, longest).run()
