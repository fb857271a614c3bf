"""Inputs that are no table, or can be read only once, as JSON lines without a name."""

from __future__ import annotations

import os
import select
import shutil
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from storage.dumps.pages import iter_html, iter_text
from storage.dumps.reject import Reject
from storage.dumps.writers import dump_line
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from types import TracebackType

    from storage.dumps.dump import Row
    from storage.dumps.formats import Input
    from storage.dumps.pages import StoredPage

    # Turns pages into rows, in order; what is no article becomes a reject.
    Extraction = Callable[[Iterable["StoredPage | Reject"]], Iterator["Row | Reject"]]

_CHUNK = 1 << 20
_NAP = 0.5  # seconds


class Layout:
    """Holds the nameless files of one run: they are gone when the process is."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files:
            file.close()

    def from_stream(self, item: Input) -> Path | None:
        """Copy what can be read only once; returns a path that opens the copy.

        None where *item* is a file, which stands where it is.
        """
        if not item.is_stream:
            return None
        file = self._open()
        with _opened(item) as stream:
            self._copying(lambda: _copy(stream, file))
        return _path_of(file)

    def from_rows(self, rows: Iterable[Row | Reject]) -> tuple[Path, list[Reject]]:
        """Write rows as JSON lines; returns their path, and what was refused."""
        file = self._open()
        rejects: list[Reject] = []

        def write() -> None:
            for row in rows:
                if isinstance(row, Reject):
                    rejects.append(row)
                else:
                    file.write(dump_line(row))
            file.flush()

        self._copying(write)
        return _path_of(file), rejects

    def _open(self) -> IO[bytes]:
        file = tempfile.TemporaryFile(prefix="wirecopy-", dir=self._folder)  # noqa: SIM115
        self._files.append(file)
        return file

    def _copying(self, copy: Callable[[], None]) -> None:
        try:
            copy()
        except OSError as error:
            raise DumpError(
                f"no room to lay out the input: {error.strerror}"
            ) from error


def _path_of(file: IO[bytes]) -> Path:
    file.flush()
    return Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


def _copy(stream: IO[bytes], file: IO[bytes]) -> None:
    """Copy *stream* to its end.

    A stop that comes just before a read is not seen until that read ends, which may be
    never: so nothing is read before it is there, and to wait for it is to wake up again.
    """
    try:
        handle = stream.fileno()
    except OSError:
        shutil.copyfileobj(stream, file, _CHUNK)
        return
    while True:
        if select.select([handle], [], [], _NAP)[0]:
            data = os.read(handle, _CHUNK)
            if not data:
                return
            file.write(data)


def _opened(item: Input) -> AbstractContextManager[IO[bytes]]:
    if not item.is_stdin:
        return item.path.open("rb")
    if sys.stdin is None:
        raise DumpError("standard input is closed: send something into it")
    return nullcontext(sys.stdin.buffer)


def iter_rows(
    item: Input,
    laid_out: Path | None,
    extraction: Extraction,
    *,
    first_line_is_headline: bool,
) -> Iterator[Row | Reject]:
    """Yield the rows of a page, a plain text or a WARC file; *laid_out* is its copy."""
    if item.format == "txt":
        return iter_text(
            laid_out or item.path,
            item.name,
            first_line_is_headline=first_line_is_headline,
        )
    return extraction(iter_pages(item, laid_out))


def iter_pages(item: Input, laid_out: Path | None) -> Iterator[StoredPage | Reject]:
    """Yield the pages of an HTML or WARC file; *laid_out* is its copy."""
    path = laid_out or item.path
    if item.format == "html":
        return iter_html(path, item.name, item.path.absolute().as_uri())
    from storage.dumps.warc import iter_warc

    return iter_warc(path, item.name)
