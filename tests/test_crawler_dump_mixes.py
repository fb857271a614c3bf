"""Mixes of formats and faults: survivors, copies and rejects are the rows, always."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.store import Store
from tests.dump_rows import row, rows_of, run, story, table, write

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = "Subscribe to the Evening Bell and never miss a story again."
# What may stand in a row's text: strings are articles, the others are rejects.
TEXTS = [
    *(
        "",
        " \r\n ",
        "One short line.",
        "a\0b\r\nc",
        '"quoted, with\nnewline"',
        "\ufeffx",
    ),
    *(story(1), story(1), story(2), story(3) + "\n\n" + LINE, story(1, 9), "خبر " * 40),
    *(None, 7, ["a"], {"a": "b"}),
]
# Lines of JSON that are rejects whatever stands around them.
BAD_LINES = [b"junk", b'{"text": "cut', b"[1]", b'{"text": "\xff\xfe"}', b"\0", b"{}"]


def _lines(texts: list[Any], bad: list[bytes]) -> bytes:
    found = [orjson.dumps({"id": f"r{n}", "text": t}) for n, t in enumerate(texts)]
    return b"".join(line + b"\r\n" for line in [*found, *bad])


def _packed(pack: Callable[[bytes], bytes]) -> Callable[..., int]:
    def put(path: Path, texts: list[Any], bad: list[bytes]) -> int:
        path.write_bytes(pack(_lines(texts, bad)))
        return len(texts) + len(bad)

    return put


def _csv(path: Path, texts: list[Any], _: list[bytes]) -> int:
    """Write strings and nothing else, which is all that CSV has."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "text"])
    rows = [t for t in texts if isinstance(t, str)]
    writer.writerows([f"r{n}", t] for n, t in enumerate(rows))
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    return len(rows)


def _parquet(path: Path, texts: list[Any], _: list[bytes]) -> int:
    rows = [t if isinstance(t, str) else None for t in texts]
    kind = (
        pa.large_string() if len(texts) % 2 else pa.dictionary(pa.int32(), pa.string())
    )
    pq.write_table(pa.table({"text": pa.array(rows, kind)}), path)
    return len(rows)


def _sqlite(path: Path, texts: list[Any], _: list[bytes]) -> int:
    rows = [(t if isinstance(t, str | int | None) else b"\xff") for t in texts]
    db = sqlite3.connect(path)
    db.execute('CREATE TABLE "odd ""name" ("text" , "a b" TEXT)')
    db.executemany('INSERT INTO "odd ""name" VALUES (?, 1)', [(t,) for t in rows])
    db.commit()
    db.close()
    return len(rows)


WRITERS: dict[str, Callable[..., int]] = {
    "a.jsonl": _packed(bytes),
    "b.jsonl.gz": _packed(gzip.compress),
    "c.ndjson.bz2": _packed(bz2.compress),
    "d.jsonl.xz": _packed(lzma.compress),
    "e.jsonl.zst": _packed(zstandard.ZstdCompressor().compress),
    "f.csv": _csv,
    "g.parquet": _parquet,
    'h.db::odd "name': _sqlite,
}
PARTS = st.tuples(
    st.sampled_from(sorted(WRITERS)),
    st.lists(st.sampled_from(TEXTS), max_size=9),
    st.lists(st.sampled_from(BAD_LINES), max_size=3),
)


@settings(max_examples=10)
@given(parts=st.lists(PARTS, min_size=1, max_size=4, unique_by=lambda part: part[0]))
def test_every_row_of_any_mix_is_a_survivor_a_copy_or_a_reject(
    parts: list[tuple[str, list[Any], list[bytes]]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count, places = 0, []
        for place, texts, bad in parts:
            path = folder / place.partition("::")[0]
            count += WRITERS[place](path, texts, bad)
            places.append(folder / place)
        out = {name: folder / f"out.{name}" for name in ("jsonl", "stories", "rejects")}
        report = run(
            *places, output=out["jsonl"], stories=out["stories"], rejects=out["rejects"]
        )
        rejects, copies = sum(report.rejects.values()), sum(report.copies.values())
        assert report.rows == count == report.survivors + copies + rejects
        assert len(rows_of(out["jsonl"])) == report.survivors
        assert len(table(out["rejects"])) == rejects
        roles = [told["role"] for told in table(out["stories"])]
        assert roles.count("canonical") == report.survivors
        assert len(roles) == count - rejects


def _parquet_rows(kind: pa.DataType, number: pa.DataType) -> pa.Table:
    texts = [story(n % 9) + "\n\n" + LINE for n in range(12)]
    return pa.table(
        {
            "id": [f"r{n}" for n in range(12)],
            "text": pa.array(texts, kind),
            "views": pa.array(range(12), number),
            "tags": [["a", "b"]] * 12,
        }
    )


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
)
def test_parquet_keeps_its_types_through_cuts(tmp_path: Path, kind: Any) -> None:
    rows = _parquet_rows(kind, pa.int32())
    pq.write_table(rows, tmp_path / "in.parquet", row_group_size=5)
    run(tmp_path / "in.parquet", output=tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.schema == rows.schema
    assert out["text"].to_pylist() == [story(n) for n in range(9)]
    assert out.drop(["text"]) == rows.slice(0, 9).drop(["text"])


def test_parquet_files_of_different_types_are_joined(tmp_path: Path) -> None:
    first = _parquet_rows(pa.string(), pa.int32())
    second = _parquet_rows(pa.large_string(), pa.int64()).drop(["tags"])
    pq.write_table(first, tmp_path / "a.parquet")
    pq.write_table(second, tmp_path / "b.parquet")
    run(
        *(tmp_path / "a.parquet", tmp_path / "b.parquet"),
        output=tmp_path / "out.parquet", annotate=True,
    )  # fmt: skip
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["views"].to_pylist() == [*range(12), *range(12)]
    assert out["tags"].to_pylist() == [["a", "b"]] * 12 + [None] * 12
    roles = out["role"].to_pylist()
    assert roles == ["canonical"] * 9 + ["copy"] * 15


def test_a_field_of_several_types_becomes_text_in_parquet(tmp_path: Path) -> None:
    rows = [row(n, n, extra=value) for n, value in enumerate([1, "two", [3], None])]
    run(write(tmp_path / "in.jsonl", rows), output=tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["extra"].to_pylist() == ["1", "two", "[3]", None]


def test_a_date_that_no_calendar_holds_is_none(tmp_path: Path) -> None:
    dates = (
        *("0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"),
        *("0001-01-01", "9999-12-31T23:59:59Z"),
    )
    rows = [{**row(n, 0), "date": date} for n, date in enumerate(dates)]
    run(write(tmp_path / "in.jsonl", rows), into=tmp_path / "news.db")
    with Store.open(tmp_path / "news.db") as store:
        read = store.db.conn.execute("SELECT published FROM articles ORDER BY id")
        assert [when for (when,) in read] == [
            *(None, None),
            *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        ]
