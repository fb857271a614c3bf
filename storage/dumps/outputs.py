"""Files that appear complete and together, or not at all.

Each is written beside its place under a hidden name, and locked; the names are changed
when everything stands on the disk. What a killed run left is known by its lock being
gone, and is cleared by the next one that writes there.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
from contextlib import suppress
from io import FileIO
from typing import IO, TYPE_CHECKING, Self

from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from _typeshed import ReadableBuffer

_SUFFIX = ".wirecopy-part"
# Bytes of a name that file systems take, and what is put around it here.
_NAME = 255 - len(f"..12345678{_SUFFIX}")


class _WholeFile(FileIO):
    """Writes all that it is given: the system takes what the disk has room for, and
    says that it is full the next time only.
    """

    def write(self, data: ReadableBuffer, /) -> int:
        whole = memoryview(data).cast("B")
        left = whole
        while left:
            left = left[super().write(left) :]
        return len(whole)


class Outputs:
    """The files that one run writes; leaving with an error discards them all."""

    def __init__(self) -> None:
        self._files: list[tuple[IO[bytes], Path, Path]] = []
        self._finishers: list[tuple[Callable[[], None], Callable[[], None]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for raw, part, _ in self._files:
            part.unlink(missing_ok=True)
            raw.close()
        for _, discard in self._finishers:
            discard()

    def open(self, path: Path) -> IO[bytes]:
        """Return a file that becomes *path* on commit; "-" is standard output.

        A link stays, and what it leads to is written. Raises DumpError where nothing
        can be written there.
        """
        if str(path) == "-":
            return sys.stdout.buffer
        try:
            if path.exists() and not path.is_file():
                return self._open_device(path)
            path = path.resolve()
            clear_stale(path)
            part = path.with_name(f".{_stem(path)}.{secrets.token_hex(4)}{_SUFFIX}")
            raw = _WholeFile(part, "xb")
        except OSError as error:
            raise DumpError(f"{path} cannot be written: {error.strerror}") from error
        fcntl.flock(raw, fcntl.LOCK_EX)
        self._files.append((raw, part, path))
        return raw

    def _open_device(self, path: Path) -> IO[bytes]:
        """A device or a named pipe is written to; another file would end it."""
        raw = _WholeFile(path, "wb")
        self.finish_with(raw.close, raw.close)
        return raw

    def finish_with(
        self, commit: Callable[[], None], discard: Callable[[], None]
    ) -> None:
        """Call *commit* once all files are in place, or *discard* if that never is."""
        self._finishers.append((commit, discard))

    def commit(self) -> None:
        """Put every file in its place; raises DumpError where the disk is full."""
        try:
            for raw, _, _ in self._files:
                raw.flush()
                os.fsync(raw.fileno())
            while self._files:
                raw, part, path = self._files[0]
                part.replace(path)
                self._files.pop(0)
                _sync_folder(path.parent)
                raw.close()
        except OSError as error:
            raise DumpError(f"the output cannot be written: {error}") from error
        while self._finishers:
            commit, _ = self._finishers.pop(0)
            commit()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear_stale(path: Path) -> None:
    """Remove what killed runs left of *path*; a running one's file is locked.

    What another user left, or another run has just removed, is not ours to remove.
    """
    for part in path.parent.glob(f".{_escaped(_stem(path))}.*{_SUFFIX}"):
        with suppress(OSError), part.open("rb") as raw:
            fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()


def _stem(path: Path) -> str:
    """Return as much of the name as leaves room for what is put around it."""
    return os.fsdecode(os.fsencode(path.name)[:_NAME])


def _escaped(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)
