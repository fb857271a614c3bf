"""Requests and responses kept as WARC 1.1, in files that are begun anew at a size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response; *body* is decoded, as the page was read.

    *ip* is the address that answered, where it is known.
    """

    url: str
    status: int
    request_headers: Sequence[tuple[str, str]]
    response_headers: Sequence[tuple[str, str]]
    body: bytes
    fetched: datetime
    ip: str | None = None


# They describe the bytes on the wire; the record holds the decoded body.
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class WarcArchive:
    """Writes exchanges into *folder*, a new file every *most* bytes and every run.

    A file is complete up to its last flush() whatever ends the process, for every
    record is a gzip member of its own. Raises DumpError where it cannot be written.
    """

    def __init__(
        self, folder: Path, *, most: int, now: Callable[[], datetime], software: str
    ) -> None:
        self.folder = folder
        self.most = most
        self.now = now
        self.software = software
        self._file: BinaryIO | None = None
        self._writer: WARCWriter | None = None
        self._name = ""
        self._serial = 0

    def write(self, exchange: Exchange) -> tuple[str, int]:
        """Write request and response; return the file's name and the response's offset."""
        try:
            file, writer = self._open()
            offset = file.tell()
            response = self._response(writer, exchange)
            writer.write_record(response)
            writer.write_record(self._request(writer, exchange, response))
            return self._name, offset
        except OSError as error:
            raise DumpError(
                f"{self.folder}: {error.strerror}: WARC not kept"
            ) from error

    def flush(self) -> None:
        """Bring what was written to the disk."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Flush and close the file at hand."""
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = self._writer = None

    def _open(self) -> tuple[BinaryIO, WARCWriter]:
        if self._file is not None and self._file.tell() >= self.most:
            self.close()
        if self._file is None or self._writer is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._serial += 1
            stamp = self.now().strftime("%Y%m%d%H%M%S")
            self._name = f"wirecopy-{stamp}-{os.getpid()}-{self._serial:05}.warc.gz"
            self._file = (self.folder / self._name).open("xb")
            self._writer = WARCWriter(self._file, gzip=True, warc_version="1.1")
            about = {"software": self.software, "format": "WARC File Format 1.1"}
            self._writer.write_record(
                self._writer.create_warcinfo_record(self._name, about)
            )
        return self._file, self._writer

    def _response(self, writer: WARCWriter, exchange: Exchange) -> object:
        kept = [
            (name, value)
            for name, value in exchange.response_headers
            if name.lower() not in _OF_THE_WIRE
        ]
        kept.append(("Content-Length", str(len(exchange.body))))
        headers = StatusAndHeaders(f"{exchange.status} .", kept, protocol="HTTP/1.1")
        return writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            http_headers=headers,
            warc_headers_dict=_warc_headers(exchange),
        )

    def _request(
        self, writer: WARCWriter, exchange: Exchange, response: object
    ) -> object:
        path = "/" + exchange.url.partition("://")[2].partition("/")[2]
        headers = StatusAndHeaders(
            f"GET {path} HTTP/1.1",
            list(exchange.request_headers),
            is_http_request=True,
        )
        named = response.rec_headers.get_header("WARC-Record-ID")  # type: ignore[attr-defined]
        return writer.create_warc_record(
            exchange.url,
            "request",
            http_headers=headers,
            warc_headers_dict={
                **_warc_headers(exchange),
                "WARC-Concurrent-To": named,
            },
        )


def _warc_headers(exchange: Exchange) -> dict[str, str]:
    headers = {"WARC-Date": exchange.fetched.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if exchange.ip:
        headers["WARC-IP-Address"] = exchange.ip
    return headers
