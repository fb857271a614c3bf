"""Every format in, and thirty ways for a dump to be faulty."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
import zstandard

from storage.dumps.fields import Fields
from storage.dumps.formats import expand, format_of, open_dump
from storage.dumps.writers import output_format
from storage.errors import (
    DumpError,
    MissingFieldError,
    TruncatedDumpError,
    UnknownFormatError,
)
from tests.dump_reading import LINES, ROWS, read, read_again, write_csv, write_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable


def pack(suffix: str, data: bytes) -> bytes:
    packers: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        ".gz": gzip.compress,
        ".bz2": bz2.compress,
        ".xz": lzma.compress,
        ".zst": zstandard.ZstdCompressor().compress,
    }
    return packers[suffix](data)


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".zst"])
def test_json_lines_are_read_however_they_are_packed(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"dump.jsonl{suffix}"
    path.write_bytes(pack(suffix, LINES) + pack(suffix, LINES))
    texts, rejects = read(path)
    assert texts == [row["text"] for row in ROWS] * 2
    assert rejects == []
    assert read_again(path, [1, 5]) == [ROWS[1], ROWS[2]]


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_a_truncated_packed_dump_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"dump.jsonl{suffix}"
    rows = (f'{{"text": "{number * 7919}"}}\n' for number in range(20_000))
    path.write_bytes(pack(suffix, "".join(rows).encode())[:-20])
    with pytest.raises(TruncatedDumpError, match=r"dump\.jsonl.* is truncated"):
        read(path)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_a_dump_that_is_not_what_its_suffix_says(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"dump.jsonl{suffix}"
    path.write_bytes(LINES)
    with pytest.raises(DumpError, match="is not what its suffix says"):
        read(path)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst"])
def test_what_follows_the_first_member_is_not_passed_over(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"dump.jsonl{suffix}"
    path.write_bytes(pack(suffix, LINES) + b"broken" + pack(suffix, LINES))
    with pytest.raises(DumpError, match="broken"):
        read(path)
    path.write_bytes(pack(suffix, LINES) + bytes(8))
    assert len(read(path)[0]) == len(ROWS)


@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t")])
def test_delimited_rows_keep_quotes_and_newlines(
    tmp_path: Path, suffix: str, delimiter: str
) -> None:
    path = tmp_path / f"dump{suffix}"
    write_csv(path, delimiter)
    texts, rejects = read(path)
    assert texts == [row["text"] for row in ROWS]
    assert rejects == []
    assert read_again(path, [1])[0]["text"] == ROWS[1]["text"]


@pytest.mark.parametrize("table", ["articles", 'a "quoted" table', "select", "جدول"])
def test_sqlite_tables_may_have_odd_names(tmp_path: Path, table: str) -> None:
    path = tmp_path / "dump.db"
    write_sqlite(path, table)
    assert read(f"{path}::{table}")[0] == [row["text"] for row in ROWS]
    assert read(path)[0] == [row["text"] for row in ROWS]
    assert read_again(path, [2])[0]['odd "name'] == "x"


def test_a_missing_table_is_answered_with_those_there_are(tmp_path: Path) -> None:
    path = tmp_path / "dump.db"
    write_sqlite(path, "one")
    write_sqlite(path, "two")
    with pytest.raises(DumpError, match=r"several tables.*one, two"):
        read(path)
    with pytest.raises(DumpError, match=r"no table 'three'.*one, two"):
        read(f"{path}::three")


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "dump.db"
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(DumpError, match="not a whole SQLite file"):
        read(path)


def test_a_truncated_sqlite_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "dump.db"
    write_sqlite(path, "articles")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(TruncatedDumpError, match=r"dump\.db is truncated"):
        read(f"{path}::articles")


FAULTY_LINES = {
    "not JSON": b'{"text": "cut',
    "not JSON: nul": b'{"text": "a\0b"}',
    "not JSON: bare nul": b"\0\0\0",
    "not a JSON object": b'["text"]',
    "no text": b'{"id": "x"}',
    "no text: null": b'{"text": null}',
    "the text is not a string": b'{"text": 12}',
    "the text is not a string: list": b'{"text": ["a"]}',
    "invalid UTF-8": b'{"text": "caf\xe9"}',
    "not JSON: lone surrogate": b'{"text": "\\ud800"}',
    "no text: NaN": b'{"text": NaN}',
    "not JSON: two values": b'{"text": "a"}{"text": "b"}',
}


@pytest.mark.parametrize("fault", FAULTY_LINES)
def test_a_faulty_line_is_a_reject_with_its_line_and_reason(
    tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(LINES + FAULTY_LINES[fault] + b"\n" + LINES)
    texts, rejects = read(path)
    assert texts == [row["text"] for row in ROWS] * 2
    assert [(r.file, r.line) for r in rejects] == [(str(path), 4)]
    assert rejects[0].reason == fault.partition(":")[0]


GOOD_LINES = {
    "crlf": b'{"text": "a"}\r\n{"text": "b"}\r\n',
    "bom": b'\xef\xbb\xbf{"text": "a"}\n{"text": "b"}\n',
    "no last newline": b'{"text": "a"}\n{"text": "b"}',
    "blank lines": b'\n{"text": "a"}\n \t\n\n{"text": "b"}\n\n',
    "space": b' { "text" : "a" , "x" : [ 1 , { } ] } \n{"text":"b"}\n',
    "twice the key": b'{"text": 1, "text": "a"}\n{"text": "b"}\n',
    "escaped key": b'{"te\\u0078t": "a"}\n{"text": "b"}\n',
    "exponent": b'{"n": 1e5, "text": "a"}\n{"text": "b"}\n',
    "deep": b'{"x": ' + b"[" * 90 + b"]" * 90 + b', "text": "a"}\n{"text": "b"}\n',
}


@pytest.mark.parametrize("kind", GOOD_LINES)
def test_json_lines_of_every_spelling(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(GOOD_LINES[kind])
    texts, rejects = read(path, Fields(text="text") if kind == "escaped key" else None)
    assert (texts, rejects) == (["a", "b"], [])


def test_empty_texts_and_long_ones_are_articles(tmp_path: Path) -> None:
    long = "ten megabytes " * 750_000
    path = tmp_path / "dump.jsonl"
    rows = [{"text": ""}, {"text": long}, {"text": "nul \0 inside"}]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    texts, rejects = read(path)
    assert texts == ["", long, "nul \0 inside"]
    assert rejects == []


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(b"")
    dump = open_dump(expand([str(path)])[0])
    assert dump.field_names() == []
    assert [len(task()) for task in dump.read(Fields(text="text"))] == []


@pytest.mark.parametrize("indent", [None, 1])
def test_a_json_array_says_what_to_do(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(ROWS, indent=indent), "utf-8")
    with pytest.raises(DumpError, match=r"dump.json is one JSON array.*jq -c"):
        read(path)


def test_utf16_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes('{"text": "a"}\n'.encode("utf-16"))
    with pytest.raises(DumpError, match="UTF-16 or UTF-32: convert it"):
        read(path)


def test_nested_fields_are_named_by_dots(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(b'{"article": {"body": "a"}}\n{"article": {}}\n{"article": 1}\n')
    texts, rejects = read(path, Fields(text="article.body"))
    assert texts == ["a"]
    assert [reject.line for reject in rejects] == [2, 3]


def test_a_dump_without_a_text_lists_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(b'{"a": "x", "b": 1}\n')
    with pytest.raises(MissingFieldError, match=r"name one of: a, b \(--text\)"):
        read(path)
    with pytest.raises(MissingFieldError, match='no field "c"; name one of: a, b'):
        read(path, Fields(text="c"))


CSV_FAULTS = {
    "wrong number of fields": b"a,b,c\n",
    "invalid UTF-8": b"x,caf\xe9\n",
}


@pytest.mark.parametrize("fault", CSV_FAULTS)
def test_a_faulty_csv_row_is_a_reject(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "dump.csv"
    path.write_bytes(
        b"id,text\n1,one\n" + CSV_FAULTS[fault] + b'3,"three\nlines"\n4,4\n'
    )
    texts, rejects = read(path)
    assert texts == ["one", "three\nlines", "4"]
    assert [(reject.line, reject.reason) for reject in rejects] == [(3, fault)]


def test_csv_with_nul_bom_and_crlf(tmp_path: Path) -> None:
    path = tmp_path / "dump.csv"
    path.write_bytes(b"\xef\xbb\xbfid,text\r\n1,a\0b\r\n\r\n2,c\r\n")
    assert read(path)[0] == ["a\0b", "c"]


def test_globs_folders_and_unknown_names(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl", "c.bin"):
        (tmp_path / name).write_bytes(LINES)
    named = [item.path.name for item in expand([str(tmp_path)])]
    assert named == ["a.jsonl", "b.jsonl"]
    assert [i.path.name for i in expand([str(tmp_path / "*.jsonl")])] == named
    with pytest.raises(UnknownFormatError, match=r"c\.bin has no suffix"):
        expand([str(tmp_path / "c.bin")])
    with pytest.raises(DumpError, match="no such file"):
        expand([str(tmp_path / "d.jsonl")])


def test_formats_go_by_suffix() -> None:
    assert format_of(Path("x.NDJSON.zst")) == "jsonl"
    assert format_of(Path("x"), "csv") == "csv"
    assert output_format(Path("x.db::t"), None) == "sqlite"
    assert output_format(Path("-"), "warc") == "jsonl"
    with pytest.raises(UnknownFormatError, match="unpack it first"):
        format_of(Path("x.parquet.gz"))
    with pytest.raises(UnknownFormatError, match=r"name a \.jsonl file"):
        output_format(Path("x.html"), None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";"])
def test_csv_as_spreadsheets_write_it(tmp_path: Path, encoding: str, mark: str) -> None:
    path = tmp_path / "dump.csv"
    rows = f'id{mark}text\r\n1{mark}"Ünter, und; über\nس"\r\n2{mark}b\r\n'
    path.write_text(rows, encoding, newline="")
    assert read(path) == (["Ünter, und; über\nس", "b"], [])


def test_what_is_no_text_is_told_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes(b'[1]\n"a"\nnull\n5\n{"text": ["a"]}\n{"text": true}\n')
    details = [reject.detail for reject in read(path, Fields(text="text"))[1]]
    assert details[:4] == ["a list", "a string", "nothing", "a number"]
