"""Verification records outside the process's memory: in a file without a name."""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import TYPE_CHECKING, Self

import numpy as np

from storage.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray


class FileSpill:
    """Keeps tokens in memory up to *limit* bytes, and from there on in a file.

    The file, in *folder* (the system's own for temporary files by default), has no
    name: nothing is left of it when the process ends, however it ends. Implements
    dedupe.gathering.Spill. Raises StorageError where the disk is full.
    """

    def __init__(self, limit: int = 0, folder: Path | None = None) -> None:
        self._limit = limit
        self._folder = folder
        self._held: list[NDArray[np.uint32]] = []
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

    @property
    def spilled(self) -> int:
        """How many bytes lie on the disk."""
        return 0 if self._file is None else self._size

    def append(self, tokens: NDArray[np.uint32]) -> int:
        """Keep *tokens*; returns where they start, counted in tokens."""
        start = self._size // 4
        self._size += tokens.nbytes
        if self._file is None and self._size <= self._limit:
            self._held.append(tokens.copy())
            return start
        if self._file is None:
            self._open()
        self._write(tokens)
        return start

    def view(self) -> NDArray[np.uint32]:
        """Return all tokens kept so far, read-only."""
        if self._file is None:
            self._held = [np.concatenate([np.zeros(0, np.uint32), *self._held])]
            return self._held[0]
        if self._size == 0:
            return np.zeros(0, np.uint32)
        if self._map is None or len(self._map) != self._size:
            self._map = mmap.mmap(self._file, self._size, prot=mmap.PROT_READ)
        return np.frombuffer(self._map, np.uint32)

    def release(self) -> None:
        """Give back the memory of what was viewed; a view stays valid."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Let go of the file and the memory."""
        self._held.clear()
        # Views may still hold the map; it ends with the last of them.
        self._map = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> None:
        try:
            handle, name = tempfile.mkstemp(prefix="wirecopy-", dir=self._folder)
            os.unlink(name)  # noqa: PTH108
        except OSError as error:
            raise StorageError(
                f"no room to spill to: {error.strerror}; say --spill FOLDER"
            ) from error
        self._file = handle
        held, self._held = self._held, []
        for tokens in held:
            self._write(tokens)

    def _write(self, tokens: NDArray[np.uint32]) -> None:
        assert self._file is not None
        left = np.ascontiguousarray(tokens).data.cast("B")
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise StorageError(
                f"records cannot be spilled: {error.strerror}; say --spill FOLDER"
            ) from error
