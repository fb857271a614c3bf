"""Pages and plain texts: what has to be laid out as rows before it can be compared."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.dumps.reject import Reject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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


def iter_texts(
    paths: Iterable[Path], *, first_line_is_headline: bool = True
) -> Iterator[Row | Reject]:
    """Yield one row for each plain text, its first line as the headline."""
    for path in paths:
        try:
            text = decode(path.read_bytes())
        except UnicodeDecodeError:
            yield Reject(file=str(path), line=1, reason="unknown encoding")
            continue
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            yield Reject(file=str(path), line=1, reason=reason)
            continue
        headline = ""
        if first_line_is_headline:
            headline, text = _parted(text)
        yield {"id": str(path), "headline": headline, "text": text}


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


def iter_html(paths: Iterable[Path]) -> Iterator[StoredPage | Reject]:
    """Yield one page for each HTML file; its URL is the file's own."""
    for path in paths:
        try:
            html = path.read_bytes()
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            yield Reject(file=str(path), line=1, reason=reason)
            continue
        url = path.absolute().as_uri()
        yield StoredPage(file=str(path), line=1, url=url, html=html)
