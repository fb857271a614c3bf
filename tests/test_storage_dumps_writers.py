"""What the formats have no type for, and names that they cannot hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

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
