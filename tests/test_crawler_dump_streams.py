"""Inputs that can be read once, or whose names do not tell what they hold."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING

import orjson
import pytest
import zstandard

from storage.errors import DumpError, TruncatedDumpError
from tests.dump_reading import LINES, ROWS, read, read_again
from tests.dump_rows import row, run, write

if TYPE_CHECKING:
    from pathlib import Path

DUMP = b"".join(orjson.dumps(row(n, n % 2)) + b"\n" for n in range(3))
CSV = b"id,text\n1,one two three\n2,four five six\n"
PAGE = b"<article><h1>A long enough headline</h1>%s</article>" % (
    b"<p>The council met on Monday and decided on the bridge over the river.</p>" * 9
)
WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/a-b-c\r\n"
    b"WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http\r\n"
    b"Content-Length: %d\r\n\r\nHTTP/1.1 200 OK\r\n\r\n%s\r\n\r\n"
) % (len(PAGE) + 19, PAGE)


def send(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


@pytest.mark.parametrize(("data", "form"), [(DUMP, "jsonl"), (CSV, "csv")])
def test_a_named_pipe_is_read_once_and_whole(
    tmp_path: Path, data: bytes, form: str
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeding = threading.Thread(target=pipe.write_bytes, args=(data,))
    feeding.start()
    report = run(pipe, format=form, output=tmp_path / f"out.{form}")
    feeding.join()
    assert (report.rows, report.survivors) == ((3, 2) if form == "jsonl" else (2, 2))


@pytest.mark.parametrize(
    ("data", "form", "survivors"),
    [
        (gzip.compress(DUMP), "jsonl", 2),
        (zstandard.ZstdCompressor().compress(CSV), "csv", 2),
        (WARC, "warc", 1),
        (gzip.compress(WARC), "warc", 1),
        (PAGE, "html", 1),
        (b"A headline\n\nAnd its text.\n", "txt", 1),
    ],
)
def test_standard_input_may_be_packed_and_of_any_format(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    form: str,
    survivors: int,
) -> None:
    send(monkeypatch, data)
    report = run("-", format=form, output=tmp_path / "out.jsonl")
    assert (report.survivors, report.rejects) == (survivors, {})


def test_standard_input_is_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    send(monkeypatch, b"SQLite format 3\0")
    with pytest.raises(DumpError, match="SQLite reads files only"):
        run("-", format="sqlite")


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DumpError, match="standard input is closed"):
        run("-")


def test_a_plain_suffix_on_a_packed_dump(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(gzip.compress(LINES))
    assert read(path) == ([one["text"] for one in ROWS], [])
    assert read_again(path, [1]) == [ROWS[1]]


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_a_packed_dump_without_a_byte_is_truncated(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"dump.jsonl{suffix}"
    path.touch()
    with pytest.raises(TruncatedDumpError, match="it is empty"):
        read(path)


def test_a_window_that_is_too_large_is_told(tmp_path: Path) -> None:
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=30)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    path = tmp_path / "dump.jsonl.zst"
    path.write_bytes(packer.compress(LINES) + packer.flush())
    with pytest.raises(DumpError, match="--long=31"):
        read(path)


@pytest.mark.parametrize("suffix", [".txt", ".html"])
@pytest.mark.parametrize("data", [PAGE, b""])
def test_a_name_that_is_no_utf_8_goes_into_every_table(
    tmp_path: Path, suffix: str, data: bytes
) -> None:
    path = tmp_path / (os.fsdecode(b"b\xff") + suffix)
    path.write_bytes(data)
    output = tmp_path / os.fsdecode(b"out\xff.jsonl")
    report = run(
        path,
        output=output,
        stories=tmp_path / "stories.jsonl",
        rejects=tmp_path / "rejects.jsonl",
    )
    assert report.rows == 1
    assert "b\\xff" in orjson.dumps(report.inputs).decode().replace("\\\\", "\\")
    assert orjson.dumps(report.output)
    assert len(output.read_bytes().splitlines()) == report.survivors


def test_a_file_may_have_two_colons_in_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a::b.jsonl", [row(1, 1)])
    assert run(path).survivors == 1
