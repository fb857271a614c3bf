"""What the formats have no type for, and names that they cannot hold."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import orjson
import pyarrow
import pyarrow.parquet
import pytest

from storage.dumps.formats import expand, open_dump
from storage.dumps.sqlite import SqliteTable, SqliteWriter
from storage.errors import DumpError
from tests.dump_rows import row, run, write

if TYPE_CHECKING:
    from pathlib import Path


def test_sqlite_takes_what_it_has_no_type_for_as_text(tmp_path: Path) -> None:
    path = tmp_path / "out.db"
    writer = SqliteWriter(path, "articles", ["n", "list"], name="out.db", new=True)
    values = [2**63, 2**64 - 1, -(2**63), 2**63 - 1, True, b"\xff"]
    writer.write([{"n": value, "list": [b"\xff"]} for value in values])
    writer.close()
    places = np.stack([np.arange(6), np.arange(1, 7)], axis=1)
    (rows,) = SqliteTable(path, "out.db", "articles").rows(places)
    assert [one["n"] for one in rows] == [
        *("9223372036854775808", "18446744073709551615"),
        *(-(2**63), 2**63 - 1, 1, "/w=="),
    ]


@pytest.mark.parametrize("more", [{"Text": "x"}, {"a\0b": 1}])
def test_names_that_sqlite_cannot_hold_are_told_with_the_output(
    tmp_path: Path, more: dict[str, object]
) -> None:
    path = write(tmp_path / "dump.jsonl", [row(1, 1, **more)])
    output = tmp_path / "out.db"
    with pytest.raises(DumpError, match=r"/out\.db cannot be written.*\.jsonl"):
        run(path, output=output)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["out.db", "out.csv", "out.parquet", "out.jsonl"])
def test_an_empty_dump_gives_an_output_that_is_read_again(
    tmp_path: Path, name: str
) -> None:
    output = tmp_path / name
    run(write(tmp_path / "dump.jsonl", []), output=output)
    assert run(output).rows == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (2**53 + 1, 1.5),
        (2**63 - 1, 2**64 - 1),
        (1.5, 2**64 - 1),
        ({}, {}),
        ([{}], {"a": {}}),
        ([1], ["a"]),
        ({"a": 1}, []),
        (True, "x"),
    ],
)
def test_values_of_no_common_type_go_to_parquet_as_text(
    tmp_path: Path, first: object, second: object
) -> None:
    pairs = [("a", first), ("b", second)]
    dumps = [
        write(tmp_path / f"{name}.jsonl", [row(n, n, x=value)])
        for n, (name, value) in enumerate(pairs)
    ]
    run(*dumps, output=tmp_path / "out.parquet")
    found = pyarrow.parquet.read_table(tmp_path / "out.parquet")["x"].to_pylist()
    told = [
        x if isinstance(x, str) else orjson.dumps(x).decode() for x in (first, second)
    ]
    assert found == told


def test_types_that_only_parquet_has_go_into_every_format(tmp_path: Path) -> None:
    day = datetime(2026, 1, 2, 3, tzinfo=UTC)
    rows = pyarrow.table(
        {
            "text": [row(1, 1)["text"]],
            "x": [Decimal("1.50")],
            "b": [b"\xff\x00"],
            "t": [day],
            "s": [{"of": b"ok"}],
        }
    )
    pyarrow.parquet.write_table(rows, tmp_path / "a.parquet")
    other = write(tmp_path / "b.jsonl", [row(2, 2, x=1.5, b="b", t="t", s="s")])
    for name in ("out.jsonl", "out.csv", "out.db", "out.parquet"):
        run(tmp_path / "a.parquet", other, output=tmp_path / name)
        (first,) = _rows_again(tmp_path / name)[:1]
        assert str(first["x"]) == "1.50"
        assert first["t"] in (f"{day}", day.isoformat())
        assert first["b"] in ("/wA=", b"\xff\x00")
        assert first["s"] in ('{"of":"ok"}', {"of": "ok"})


def _rows_again(path: Path) -> list[dict[str, object]]:
    (item,) = expand([str(path)])
    places = np.stack([np.arange(2), np.arange(1, 3)], axis=1)
    dump = open_dump(item)
    if item.format == "jsonl":
        return [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [one for rows in dump.rows(places) for one in rows]


@pytest.mark.parametrize("old", [b"CREATE TABLE", b'"text"'])
def test_a_schema_that_is_no_text_is_told(tmp_path: Path, old: bytes) -> None:
    path = tmp_path / "in.db"
    run(write(tmp_path / "dump.jsonl", [row(1, 1)]), output=path)
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, b"\xdd" * len(old)))
    with pytest.raises(DumpError, match=r"in\.db"):
        run(path)
