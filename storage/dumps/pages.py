"""Pages and plain texts: what has to be laid out as rows before it can be compared."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.dumps.reject import Reject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.dumps.dump import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """One page as it was fetched, the *line*-th of *file*."""

    file: str
    line: int
    url: str
    html: bytes
    content_type: str | None = None
    fetched: str | None = None

    @property
    def moment(self) -> datetime | None:
        """When it was fetched, in UTC where no zone is told; None for what is no date."""
        try:
            found = datetime.fromisoformat(self.fetched or "")
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def iter_text(
    path: Path, name: str, *, first_line_is_headline: bool
) -> Iterator[Row | Reject]:
    """Yield the row of a plain text called *name*, or why there is none."""
    try:
        text = decode(path.read_bytes())
    except UnicodeDecodeError:
        yield Reject(file=name, line=1, reason="unknown encoding")
        return
    except OSError as error:
        yield Reject(file=name, line=1, reason=f"cannot be read: {error.strerror}")
        return
    headline = ""
    if first_line_is_headline:
        headline, text = _parted(text)
    yield {"id": name, "headline": headline, "text": text}


def _parted(text: str) -> tuple[str, str]:
    """Cut off the first line that is not blank, and the blank ones after it."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    return first.strip(), rest.lstrip("\r\n")


def decode(raw: bytes) -> str:
    """Decode by byte-order mark, as UTF-8, or as the likeliest encoding.

    Raises UnicodeDecodeError where nothing fits.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(raw).best()
        if best is None:
            raise
        return str(best)


def iter_html(path: Path, name: str, url: str) -> Iterator[StoredPage | Reject]:
    """Yield the page of an HTML file called *name*, or why there is none."""
    try:
        html = path.read_bytes()
    except OSError as error:
        yield Reject(file=name, line=1, reason=f"cannot be read: {error.strerror}")
        return
    yield StoredPage(file=name, line=1, url=url, html=html)
