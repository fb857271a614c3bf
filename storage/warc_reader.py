"""One response out of a WARC file, by its offset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from storage.warc_packing import teach_unpacking

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """The bytes of a page as they were fetched."""

    url: str
    body: bytes
    content_type: str | None
    fetched: datetime


def read_response(folder: Path, file: str, offset: int) -> StoredResponse | None:
    """Return the response at *offset* of *file*; None where it is not there."""
    path = folder / file
    # The name comes out of a database that others may have made.
    if not file or path.parent != folder or not path.is_file():
        return None
    teach_unpacking()
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            for record in ArchiveIterator(stream):
                return _read(record)
    except (ArchiveLoadFailed, OSError, EOFError):
        return None
    return None


def _read(record: Any) -> StoredResponse | None:
    headers = record.rec_headers
    if record.rec_type != "response":
        return None
    http = record.http_headers
    stamp = datetime.fromisoformat(headers.get_header("WARC-Date"))
    return StoredResponse(
        url=headers.get_header("WARC-Target-URI"),
        body=record.content_stream().read(),
        content_type=http.get_header("Content-Type") if http else None,
        fetched=stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC),
    )
