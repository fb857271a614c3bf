"""Every format in and out, and thirty ways for a dump to be faulty."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedupe.kernels import json_lines as kernel
from storage.dumps import jsonl
from storage.dumps.dates import epochs, epochs_of_column
from storage.dumps.fields import Fields, find_fields
from storage.dumps.formats import expand, format_of, open_dump
from storage.dumps.lines import iter_blocks
from storage.dumps.outputs import Outputs
from storage.dumps.url_groups import find_url_groups, hints_of
from storage.dumps.writers import open_writer, output_format, write_table
from storage.errors import (
    DumpError,
    MissingFieldError,
    TruncatedDumpError,
    UnknownFormatError,
)
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.dumps.reject import Reject

ROWS: list[dict[str, Any]] = [
    {"id": "a", "title": "One", "text": "The first text.\n\nIts end.", "n": 1},
    {"id": "b", "title": "Två", "text": 'Quoted "text", with\nlines', "n": 2.5},
    {"id": "c", "title": None, "text": "النص الثالث \U0001f600", "n": None},
]
LINES = b"".join(orjson.dumps(row) + b"\n" for row in ROWS)


def read(
    path: Path | str, fields: Fields | None = None
) -> tuple[list[str], list[Reject]]:
    """Read a dump whole: the texts in order, and the rejects."""
    texts: list[str] = []
    rejects: list[Reject] = []
    for item in expand([str(path)]):
        dump = open_dump(item)
        found = find_fields(fields or Fields(), dump.field_names(), dump.name)
        for task in dump.read(found):
            batch = task()
            texts += [batch.texts[i] for i in range(len(batch))]
            rejects += batch.rejects
    return texts, rejects


def read_again(path: Path | str, keep: list[int]) -> list[dict[str, object]]:
    dump = open_dump(expand([str(path)])[0])
    found = find_fields(Fields(), dump.field_names(), dump.name)
    places = np.concatenate([task().places for task in dump.read(found)])
    return [row for rows in dump.rows(places[keep]) for row in rows]


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


def write_csv(path: Path, delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)


def write_sqlite(path: Path, table: str) -> None:
    db = sqlite3.connect(path)
    name = '"' + table.replace('"', '""') + '"'
    db.execute(f'CREATE TABLE {name} (id, title, text, n, "odd ""name")')
    db.executemany(
        f"INSERT INTO {name} VALUES (?, ?, ?, ?, 'x')",
        [tuple(row.values()) for row in ROWS],
    )
    db.commit()
    db.close()


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


@pytest.mark.parametrize("kind", ["string", "large_string", "dictionary"])
def test_parquet_columns_of_any_text_type(tmp_path: Path, kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    types = {
        "string": pa.string(),
        "large_string": pa.large_string(),
        "dictionary": pa.dictionary(pa.int32(), pa.string()),
    }
    columns = {
        "id": pa.array(["a", "b", "c"]),
        "text": pa.array(["one", None, "three"]).cast(types[kind]),
        "published": pa.array([0, 86400, None], pa.timestamp("s", "UTC")),
    }
    path = tmp_path / "dump.parquet"
    pq.write_table(pa.table(columns), path)
    texts, rejects = read(path)
    assert texts == ["one", "three"]
    assert [(reject.line, reject.reason) for reject in rejects] == [(2, "no text")]
    assert [row["id"] for row in read_again(path, [1])] == ["c"]


def test_a_truncated_parquet_file_says_so(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "dump.parquet"
    pq.write_table(pa.table({"text": ["a" * 1000] * 100}), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(TruncatedDumpError, match="truncated or no Parquet"):
        read(path)


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
    "not JSON: NaN": b'{"text": "a", "n": NaN}',
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


def test_utf16_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_bytes('{"text": "a"}\n'.encode("utf-16"))
    with pytest.raises(DumpError, match="UTF-16: convert it"):
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


@pytest.mark.parametrize(
    "name",
    ["o.jsonl", "o.jsonl.gz", "o.jsonl.zst", "o.csv", "o.tsv", "o.parquet", "o.db"],
)
def test_rows_survive_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with Outputs() as outputs:
        form = output_format(path, None)
        writer = open_writer(outputs, path, form, iter([ROWS]))
        writer.write(ROWS)
        writer.close()
        outputs.commit()
    assert read(path)[0] == [row["text"] for row in ROWS]
    assert [row["id"] for row in read_again(path, [0, 1, 2])] == ["a", "b", "c"]


def test_outputs_are_absent_until_all_are_complete(tmp_path: Path) -> None:
    paths = [tmp_path / "one.tsv", tmp_path / "two.db::table"]
    with Outputs() as outputs:
        for path in paths:
            write_table(outputs, path, {"a": 0, "b": ""}, [(1, "x"), (2, "y")])
        assert not (tmp_path / "one.tsv").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_was_there_stays_until_all_are_complete(tmp_path: Path) -> None:
    write_sqlite(tmp_path / "two.db", "articles")
    before = read(tmp_path / "two.db")
    with Outputs() as outputs:
        path = tmp_path / "two.db::articles"
        write_table(outputs, path, {"text": ""}, [("x",)])
    assert read(tmp_path / "two.db") == before
    with Outputs() as outputs:
        write_table(outputs, path, {"text": ""}, [("x",)])
        outputs.commit()
    assert read(tmp_path / "two.db") == (["x"], [])


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    stale = tmp_path / ".out.jsonl.12345678.wirecopy-part"
    stale.write_bytes(b"half")
    with Outputs() as first:
        first.open(tmp_path / "out.jsonl")
        assert not stale.exists()
        held = list(tmp_path.iterdir())
        with Outputs() as second:
            second.open(tmp_path / "out.jsonl")
            assert set(held) < set(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


def test_an_output_in_a_missing_folder_says_so(tmp_path: Path) -> None:
    with Outputs() as outputs, pytest.raises(DumpError, match="cannot be written"):
        outputs.open(tmp_path / "none" / "out.jsonl")


class Slowly:
    """Gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def readinto(self, buffer: memoryview, /) -> int:
        return self._data.readinto(buffer[: self._step])


@given(
    st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b" ")), max_size=20),
    st.integers(8, 64),
    st.integers(1, 70),
)
def test_blocks_hold_every_line_once(lines: list[bytes], block: int, step: int) -> None:
    data = b"".join(line + b"\n" for line in lines)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    found = list(iter_blocks(Slowly(data, step), block=block))
    joined = b"".join(b.data[: b.size].tobytes() for b in found)
    assert joined == data.removeprefix(b"\xef\xbb\xbf")
    for one in found:
        assert data[one.start :].startswith(one.data[: one.size].tobytes())
        assert one.line == data[: one.start].count(b"\n") + 1


def test_a_line_that_is_too_long_is_counted_and_left_out() -> None:
    data = b"a\n" + b"b" * 5000 + b"\nc\n" + b"d" * 900
    found = list(iter_blocks(Slowly(data, 100), block=64, longest=256))
    assert b"".join(b.data[: b.size].tobytes() for b in found) == b"a\nc\n"
    assert [line for b in found for line in b.too_long] == [2, 4]
    assert [data[b.start : b.start + 1] for b in found if b.size] == [b"a", b"c"]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
LINE = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda row, ascii_: json.dumps(row, ensure_ascii=ascii_).encode(
            errors="replace"
        ),
        st.dictionaries(st.sampled_from(["text", "id", "x"]), JSON_VALUES, max_size=3),
        st.booleans(),
    ),
    st.text('{}[]":,\\ntrue01-.eE+u/ab \t').map(
        lambda t: ('{"text":' + t + "}").encode()
    ),
)


@settings(max_examples=400)
@given(st.lists(LINE, min_size=1, max_size=4))
@example([b'{"text":"\\ud83d\\ude00 \\/ \\b"}'])
@example([b'{"text":-0.10}'])
def test_the_kernel_accepts_no_line_that_orjson_refuses(lines: list[bytes]) -> None:
    data = b"\n".join(line.replace(b"\n", b" ") for line in lines) + b"\n"
    held = bytearray(-(-(len(data) + 64) // 8) * 8)
    held[: len(data)] = data
    scan = jsonl._scan(np.frombuffer(held, np.uint8), len(data), Fields(text="text"))
    for line, status, kinds, spans in zip(
        data.split(b"\n"), scan.status, scan.kinds, scan.spans, strict=False
    ):
        if status != kernel.ACCEPTED:
            continue
        row = orjson.loads(line)
        assert isinstance(row, dict)
        text = row.get("text")
        assert (kinds[0] in (kernel.STRING, kernel.ESCAPED)) == isinstance(text, str)
        if isinstance(text, str):
            one = jsonl._Scan(
                data=scan.data, status=scan.status, lines=scan.lines,
                kinds=kinds[None], spans=spans[None],
            )  # fmt: skip
            assert jsonl._gather(one, np.array([0]), 0)[0] == text


DATES = {
    "2024-05-14": 1715644800,
    "2024-05-14T10:30:00Z": 1715682600,
    "2024-05-14 10:30": 1715682600,
    "2024-05-14T12:30:00.25+02:00": 1715682600,
    "2024-05-14T05:00:00-0530": 1715682600,
    "14-MAY-2024 10:30:00.00": 1715682600,
    "Tue, 14 May 2024 10:30:00 GMT": 1715682600,
    "1715682600": 1715682600,
    "1715682600000": 1715682600,
    "20240514": 1715644800,
}


def test_dates_in_the_common_forms() -> None:
    from dedupe.text import TextColumn

    found = epochs_of_column(TextColumn.from_strings(DATES))
    assert found.tolist() == list(DATES.values())
    odd = TextColumn.from_strings(["", "yesterday", "2024-02-30", "2024-05-14T25:00"])
    assert np.isnan(epochs_of_column(odd)).all()
    assert epochs([1715682600, None, True]).tolist()[0] == 1715682600


URLS = st.builds(
    "{}://{}example.org{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["", "www.", "m.", "amp."]),
    st.sampled_from(
        [
            *("/", "/news/a-long-slug-12345.html", "/news/A-long-slug", "/amp/story-1"),
            *(
                "/story-1",
                "/story-1/amp",
                "/story-1/page/2",
                "/index.html",
                "/a%20b",
                "/a b",
            ),
            *(
                "/printable",
                "/2024/05/14/",
                "//2024/05/14",
                "/خبر",
                "/x;jsessionid=abcdefghij",
            ),
        ]
    ),
    st.sampled_from(
        ["", "/", "?utm_source=a-very-long-word", "?id=7", "#part", "?page=2"]
    ),
)


@given(st.lists(URLS, max_size=12))
def test_url_groups_are_those_of_url_key(urls: list[str]) -> None:
    from dedupe.text import TextColumn

    by_key: dict[str, list[int]] = {}
    for row, url in enumerate(urls):
        by_key.setdefault(url_key(url), []).append(row)
    expected = sorted(rows for rows in by_key.values() if len(rows) > 1)
    hints = hints_of(TextColumn.from_strings(urls))
    assert sorted(find_url_groups(hints, TextColumn.from_strings(urls))) == expected
