"""WARC files: what bodies are packed with, and headers that are not what they should."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import brotli
import pytest
import zstandard

from storage.dumps.reject import Reject
from storage.dumps.warc import iter_warc
from storage.warc_reader import read_response
from storage.warc_writer import Exchange, WarcArchive
from tests.dump_rows import run

if TYPE_CHECKING:
    from pathlib import Path

PAGE = b"<article><h1>A long enough headline</h1>%s</article>" % (
    b"<p>The council met on Monday and decided on the bridge over the river.</p>" * 9
)


def record(
    body: bytes, *headers: str, url: str = "https://example.org/a-b-c", date: str = ""
) -> bytes:
    http = "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode() + body
    lines = [
        "WARC/1.0",
        "WARC-Type: response",
        f"WARC-Target-URI: {url}",
        f"WARC-Date: {date or '2026-01-01T00:00:00Z'}",
        "Content-Type: application/http",
        f"Content-Length: {len(http)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + http + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("br", brotli.compress(PAGE)),
        ("zstd", zstandard.ZstdCompressor().compress(PAGE)),
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_unpacked(
    tmp_path: Path, encoding: str, body: bytes, chunked: bool
) -> None:
    headers = [f"Content-Encoding: {encoding}"]
    if chunked:
        headers.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    path = tmp_path / "pages.warc"
    path.write_bytes(record(body, *headers))
    (page,) = iter_warc(path)
    assert not isinstance(page, Reject)
    assert page.html == PAGE


@pytest.mark.parametrize(
    ("url", "date"),
    [
        ("https://example.org/a-b-c", "yesterday"),
        ("https://example.org/a-b-c", "2026-01-01"),
        ("https://[broken/a-b-c", ""),
    ],
)
def test_a_header_that_is_no_date_or_address_stops_nothing(
    tmp_path: Path, url: str, date: str
) -> None:
    path = tmp_path / "pages.warc"
    path.write_bytes(record(PAGE, url=url, date=date) + record(PAGE))
    for into in (None, tmp_path / "news.db"):
        assert run(path, into=into).rows == 2


def test_a_name_out_of_a_database_leads_to_no_other_folder(tmp_path: Path) -> None:
    exchange = Exchange(
        url="http://a.example/",
        status=200,
        request_headers=(),
        response_headers=(),
        body=b"text",
        fetched=datetime(2026, 11, 1, tzinfo=UTC),
    )
    archive = WarcArchive(
        tmp_path / "own", most=1 << 20, now=lambda: datetime.now(UTC), software="test"
    )
    name, offset = archive.write(exchange)
    archive.close()
    kept = read_response(tmp_path / "own", name, offset)
    assert kept is not None
    assert kept.body == b"text"
    (tmp_path / "other").mkdir()
    assert read_response(tmp_path / "other", f"../own/{name}", offset) is None
