"""Every format out; outputs are there whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from storage.dumps.formats import expand, open_dump
from storage.dumps.outputs import Outputs
from storage.dumps.writers import open_writer, output_format, write_table
from storage.errors import (
    DumpError,
)
from tests.dump_reading import ROWS, read, read_again, write_sqlite
from tests.dump_rows import run

if TYPE_CHECKING:
    from pathlib import Path


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


def test_what_cannot_be_cleared_stands_in_no_ones_way(tmp_path: Path) -> None:
    (tmp_path / ".out.tsv.12345678.wirecopy-part").mkdir()
    (tmp_path / ".out.tsv.87654321.wirecopy-part").symlink_to("nowhere")
    with Outputs() as outputs:
        outputs.open(tmp_path / "out.tsv").write(b"done")
        outputs.commit()
    assert (tmp_path / "out.tsv").read_bytes() == b"done"


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with Outputs() as outputs:
        outputs.open(pipe).write(b"rows")
        outputs.commit()
    assert os.read(reader, 9) == b"rows"
    os.close(reader)
    assert pipe.is_fifo()


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "latest.jsonl"
    link.symlink_to(tmp_path / "folder" / "monday.jsonl")
    with Outputs() as outputs:
        outputs.open(link).write(b"rows")
        outputs.commit()
    assert link.is_symlink()
    assert (tmp_path / "folder" / "monday.jsonl").read_bytes() == b"rows"


def test_an_output_in_a_missing_folder_says_so(tmp_path: Path) -> None:
    with Outputs() as outputs, pytest.raises(DumpError, match="cannot be written"):
        outputs.open(tmp_path / "none" / "out.jsonl")


@pytest.mark.parametrize("name", ["rows.csv", "rows.tsv", "rows.db", "rows.parquet"])
def test_an_output_without_rows_has_the_fields_of_its_input(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "none.csv").write_text("id,title,text\n")
    run(tmp_path / "none.csv", output=tmp_path / name)
    [item] = expand([str(tmp_path / name)])
    assert open_dump(item).field_names() == ["id", "title", "text"]


@pytest.mark.parametrize("name", ["out.html", "out.tsv", "out.jsonl.gz", "out.parquet"])
def test_a_disk_that_takes_a_part_of_the_last_piece_is_full(
    tmp_path: Path, name: str
) -> None:
    """At whichever byte the disk is full, there is no output, or a whole one."""
    path, whole = tmp_path / name, tmp_path / f"whole-{name}"
    _write_some(whole)
    size = whole.stat().st_size
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from tests.test_storage_dumps_outputs import _write_some\n"
        "from storage.errors import DumpError\n"
        "for limit in map(int, sys.argv[2:]):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, -1))\n"
        "    try:\n"
        "        _write_some(Path(sys.argv[1]))\n"
        "    except (DumpError, OSError):\n"
        "        pass\n"
        "    else:\n"
        "        sys.exit(f'{limit} bytes of room were enough')\n"
    )
    limits = [str(size - short) for short in (1, 2, 7, 9, 50)]
    subprocess.run([sys.executable, "-c", code, str(path), *limits], check=True)
    assert list(tmp_path.iterdir()) == [whole]


def _write_some(path: Path) -> None:
    with Outputs() as outputs:
        if path.suffix == ".html":
            outputs.open(path).write(b"<p>" * 400)
        else:
            write_table(outputs, path, {"text": ""}, [[row["text"]] for row in ROWS])
        outputs.commit()


def test_a_name_may_be_as_long_as_the_system_takes_it(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 124 + ".jsonl")
    with Outputs() as outputs:
        write_table(outputs, path, {"text": ""}, [["one"]])
        outputs.commit()
    assert list(tmp_path.iterdir()) == [path]
