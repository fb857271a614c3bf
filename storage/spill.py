"""Columns that grow with a dump, outside the process's memory: in files without names."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import tempfile
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dedupe.kernels.reading import read_stretches
from storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import DTypeLike, NDArray


class _Room:
    """How many bytes the columns of one spill may still hold in memory."""

    def __init__(self, limit: int, folder: Path | None) -> None:
        self.folder = folder
        self._left = limit

    def take(self, size: int) -> bool:
        """Hold *size* bytes more, if there is room for them."""
        if size > self._left:
            return False
        self._left -= size
        return True


def trim_memory() -> None:
    """Give freed memory back to the system, which glibc keeps where it lies scattered."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class FileSpill:
    """A column that stays in memory up to *limit* bytes, and goes on in a file.

    Columns made by ``beside`` share the limit, are released with this one and closed
    with it. The files, in *folder* (the system's own for temporary files by default),
    have no names: nothing is left of them when the process ends, however it ends.
    Implements dedupe.gathering.Spill. Raises StorageError where the disk is full.
    """

    def __init__(
        self,
        limit: int = 0,
        folder: Path | None = None,
        dtype: DTypeLike = np.uint32,
    ) -> None:
        self._room = _Room(limit, folder)
        self._dtype = np.dtype(dtype)
        self._beside: list[FileSpill] = []
        self._held: list[NDArray[Any]] = []
        self._size = 0
        self._file: int | None = None
        self._map: mmap.mmap | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def beside(self, dtype: DTypeLike) -> FileSpill:
        """Return another column, of another type, under the same limit."""
        found = FileSpill(dtype=dtype)
        found._room = self._room
        self._beside.append(found)
        return found

    @property
    def spilled(self) -> int:
        """How many bytes lie on the disk, of this column and those beside it."""
        own = 0 if self._file is None else self._size
        return own + sum(column.spilled for column in self._beside)

    def append(self, values: NDArray[Any]) -> int:
        """Keep *values*; returns where they start, counted in values."""
        values = np.ascontiguousarray(values, self._dtype).reshape(-1)
        start = self._size // self._dtype.itemsize
        self._size += values.nbytes
        if self._file is None and self._room.take(values.nbytes):
            self._held.append(values.copy())
            return start
        if self._file is None:
            self._open()
        self._write(values)
        return start

    def view(self) -> NDArray[Any]:
        """Return all values kept so far, read-only."""
        if self._file is None:
            if len(self._held) != 1:
                nothing = np.zeros(0, self._dtype)
                self._held = [np.concatenate([nothing, *self._held])]
            return self._held[0]
        if self._map is None or len(self._map) != self._size:
            self._map = mmap.mmap(self._file, self._size, prot=mmap.PROT_READ)
        return np.frombuffer(self._map, self._dtype)

    def take(
        self, starts: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray[Any]:
        """Return copies of some stretches of the column, one after the other.

        They are read, not mapped: a map takes 64 KB and more around every touch.
        """
        found = np.empty(int(counts.sum()), self._dtype)
        if self._file is None:
            held, places = self.view(), np.concatenate(([0], np.cumsum(counts)))
            for start, a, b in zip(
                starts.tolist(), places.tolist(), places[1:].tolist(), strict=False
            ):
                found[a:b] = held[start : start + b - a]
            return found
        size = self._dtype.itemsize
        read = read_stretches(
            self._file, starts * size, counts * size, found.view(np.uint8)
        )
        if read < found.nbytes:
            raise StorageError("spilled records cannot be read back: the disk fails")
        return found

    def release(self) -> None:
        """Give back the memory of what was viewed, and of what was freed.

        Views stay valid.
        """
        self._forget()
        trim_memory()

    def _forget(self) -> None:
        # Another thread may drop the column meanwhile.
        viewed = self._map
        if viewed is not None and hasattr(mmap, "MADV_DONTNEED"):
            viewed.madvise(mmap.MADV_DONTNEED)
        for column in self._beside:
            column._forget()

    def drop(self) -> None:
        """Let go of this column's file and memory; those beside it keep theirs."""
        self._held.clear()
        # Views may still hold the map; it ends with the last of them.
        self._map = None
        self._size = 0
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        """Let go of the files and the memory, and of the columns beside."""
        self.drop()
        for column in self._beside:
            column.close()

    def _open(self) -> None:
        try:
            handle, name = tempfile.mkstemp(prefix="wirecopy-", dir=self._room.folder)
            os.unlink(name)  # noqa: PTH108
        except OSError as error:
            raise StorageError(
                f"no room to spill to: {error.strerror}; say --spill FOLDER"
            ) from error
        self._file = handle
        held, self._held = self._held, []
        for values in held:
            self._write(values)

    def _write(self, values: NDArray[Any]) -> None:
        assert self._file is not None
        left = values.data.cast("B")
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise StorageError(
                f"records cannot be spilled: {error.strerror}; say --spill FOLDER"
            ) from error
