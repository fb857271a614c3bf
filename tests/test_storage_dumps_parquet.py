"""Parquet in: types of columns, and files that are cut."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from storage.dumps.fields import Fields, find_fields
from storage.dumps.formats import expand, open_dump
from storage.errors import DumpError, TruncatedDumpError
from tests.dump_reading import read, read_again
from tests.dump_rows import run, story

if TYPE_CHECKING:
    from pathlib import Path


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


MOMENT = datetime(2024, 5, 14, 10, 30, tzinfo=UTC)
DAY = datetime(2024, 5, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        *((f"timestamp[{unit}]", MOMENT) for unit in ("s", "ms", "us", "ns")),
        ("date32", DAY),
        ("date64", DAY),
    ],
)
def test_moments_of_every_type_are_seconds(
    tmp_path: Path, kind: str, wanted: datetime
) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    name, unit = kind.rstrip("]").split("[") if "[" in kind else (kind, "")
    made = pa.timestamp(unit, "Asia/Baghdad") if unit else getattr(pa, name)()
    dates = pa.array([MOMENT if unit else MOMENT.date(), None], made)
    table = pa.table({"text": ["one", "two"], "date": dates})
    pq.write_table(table, tmp_path / "dump.parquet")
    dump = open_dump(expand([str(tmp_path / "dump.parquet")])[0])
    [task] = dump.read(find_fields(Fields(), dump.field_names(), dump.name))
    known, unknown = task().published.tolist()
    assert known == wanted.timestamp()
    assert math.isnan(unknown)


@pytest.mark.parametrize(
    "kind", ["string", "large_string", "string_view", "dictionary"]
)
def test_texts_of_any_type_are_cleaned_in_place(tmp_path: Path, kind: str) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    made = (
        pa.dictionary(pa.int32(), pa.string())
        if kind == "dictionary"
        else getattr(pa, kind)()
    )
    headline = "The harbour bridge is closed until the winter"
    texts = [f"{headline}\n\n{story(1)}", story(2), None]
    table = pa.table({"headline": [headline] * 3, "text": pa.array(texts).cast(made)})
    pq.write_table(table, tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", output=tmp_path / "out.parquet")
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.schema.field("text").type == made
    assert written.column("text").to_pylist() == [story(1), story(2)]


def test_of_a_few_rows_only_the_wanted_columns_are_read(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    rows = [
        {"meta": {"title": f"Line {n}", "tag": n}, "text": story(n), "extra": n}
        for n in range(9)
    ]
    path = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    dump = open_dump(expand([str(path)])[0])
    places = np.array([[2, 3], [7, 8]])
    found = [row for some in dump.rows(places, ["meta.title"]) for row in some]
    assert found == [{"meta": rows[2]["meta"]}, {"meta": rows[7]["meta"]}]


def test_tables_still_become_frames_of_pandas() -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    script = (
        "from storage.dumps.parquet import arrow\n"
        "print(arrow().table({'a': [1, 2]}).to_pandas()['a'].sum())"
    )
    # In a process of its own: pyarrow looks for pandas once.
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "3\n"


@pytest.mark.parametrize("name", ["s.absent", "l.x", "id.x"])
def test_a_nested_field_that_is_absent_is_no_text(tmp_path: Path, name: str) -> None:
    columns = {"id": ["a", "b"], "s": [{"text": "one"}, None], "l": [[1], [2]]}
    path = tmp_path / "dump.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    texts, rejects = read(path, Fields(text=name))
    assert texts == []
    assert [reject.reason for reject in rejects] == ["no text"] * 2


def test_a_missing_struct_has_no_fields(tmp_path: Path) -> None:
    inner = pyarrow.array(["one", "behind null"])
    hidden = pyarrow.array([False, True])
    structs = pyarrow.StructArray.from_arrays([inner], ["text"], mask=hidden)
    path = tmp_path / "dump.parquet"
    parquet.write_table(pyarrow.table({"s": structs}), path)
    texts, rejects = read(path, Fields(text="s.text"))
    assert (texts, [reject.line for reject in rejects]) == (["one"], [2])


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    columns = [pyarrow.array(["one"])] * 3
    path = tmp_path / "dump.parquet"
    parquet.write_table(pyarrow.table(columns, names=["text", "x", "x"]), path)
    with pytest.raises(DumpError, match='two columns called "x"'):
        read(path)


def test_invalid_utf_8_is_a_reject_where_it_is_compared(tmp_path: Path) -> None:
    broken = _strings(b"ab\xff", b"abc")
    columns = {
        "text": ["one", "two"],
        "id": broken,
        "other": _strings(b"abc", b"ab\xff"),
    }
    path = tmp_path / "dump.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    texts, rejects = read(path)
    assert texts == ["two"]
    assert [(one.line, one.reason) for one in rejects] == [(1, "invalid UTF-8")]
    (row,) = read_again(path, [0])
    assert row == {"text": "two", "id": "abc", "other": "ab\ufffd"}


def _strings(*raws: bytes) -> pyarrow.Array:
    """Strings that nobody looked at."""
    return pyarrow.array(raws, pyarrow.binary()).view(pyarrow.string())


@pytest.mark.parametrize("form", ["csv", "jsonl", "db"])
def test_times_that_python_has_none_for_become_text(tmp_path: Path, form: str) -> None:
    columns = {
        "text": [story(1), story(2)],
        "published": pyarrow.array([1, 1715000000000000003], pyarrow.timestamp("ns")),
        "late": pyarrow.array([0, 10**18], pyarrow.timestamp("us", "UTC")),
        "took": pyarrow.array([0, 10**18], pyarrow.duration("s")),
        "odd": _strings(b"abc", b"ab\xff"),
    }
    path = tmp_path / "dump.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    output = tmp_path / f"out.{form}"
    run(path, output=output)
    row = read_again(output, [1])[0]
    assert row["published"] == "2024-05-06 12:53:20.000000003"
    assert row["late"] == "-31878-09-27 01:46:40.000000Z"
    assert str(row["took"]) == str(10**18)
    assert row["odd"] == "ab\ufffd"


def test_a_nested_text_is_cleaned_beside_times_that_python_lacks(
    tmp_path: Path,
) -> None:
    columns = {
        "doc": [{"text": f"One\n\n{story(1)}", "title": "One"}],
        "published": pyarrow.array([1], pyarrow.timestamp("ns")),
    }
    path, output = tmp_path / "dump.parquet", tmp_path / "out.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    run(path, output=output, fields=Fields(text="doc.text", headline="doc.title"))
    (found,) = parquet.read_table(output).column("doc").to_pylist()
    assert found == {"text": story(1), "title": "One"}
