"""The pages of a WARC file: responses, unchunked and unpacked."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from storage.dumps.pages import StoredPage
from storage.dumps.reject import TOO_LONG, Reject
from storage.dumps.streams import Source
from storage.errors import DumpError, TruncatedDumpError
from storage.warc_packing import teach_unpacking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REVISIT = "a revisit, whose text stands elsewhere"
_HTML = ("text/html", "application/xhtml+xml")
_LONGEST = 64 << 20


def iter_warc(path: Path, name: str | None = None) -> Iterator[StoredPage | Reject]:
    """Yield every response of *path*, numbered from 1 among responses and revisits.

    What is no HTML page of status 200 is a reject. Raises TruncatedDumpError where
    the file ends inside a record, DumpError where it is no WARC file.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    name = str(path) if name is None else name
    teach_unpacking()
    number = 0
    try:
        with Source(path, name) as source, _Unpacked(source) as raw:
            for record in ArchiveIterator(raw):
                if record.rec_type in ("response", "revisit"):
                    number += 1
                    yield _page(record, name, number)
                while record.raw_stream.read(1 << 16):
                    pass
            # Every record ends with two line breaks.
            if raw.tail.replace(b"\r", b"")[-2:] not in (b"\n\n", b""):
                raise TruncatedDumpError(
                    f"{name} is truncated: it ends inside a record; fetch it again"
                )
    except ArchiveLoadFailed as error:
        raise DumpError(f"{name} is not a WARC file: {error}") from error


class _Unpacked(io.RawIOBase):
    """The bytes of a file, as warcio wants to read them; remembers the last four."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.tail = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._source.read(size)
        self.tail = (self.tail + found[-4:])[-4:]
        return found


def _page(record: Any, file: str, number: int) -> StoredPage | Reject:
    reason = _refusal(record)
    if reason:
        return Reject(file=file, line=number, reason=reason)
    html = record.content_stream().read(_LONGEST + 1)
    if len(html) > _LONGEST:
        return Reject(file=file, line=number, reason=TOO_LONG)
    return StoredPage(
        file=file,
        line=number,
        url=record.rec_headers.get_header("WARC-Target-URI") or "",
        html=html,
        content_type=record.http_headers.get_header("Content-Type"),
        fetched=record.rec_headers.get_header("WARC-Date"),
    )


def _refusal(record: Any) -> str:
    if record.rec_type == "revisit":
        return _REVISIT
    if record.http_headers is None:
        return "no HTTP headers"
    status = record.http_headers.get_statuscode()
    if status != "200":
        return f"status {status}"
    kind = record.http_headers.get_header("Content-Type") or "text/html"
    return "" if kind.split(";")[0].strip().lower() in _HTML else "not HTML"
