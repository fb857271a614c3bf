"""wirecopy dedupe as a user calls it: pipes, kills, wrong calls."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import orjson
import pytest
from click.testing import CliRunner

from crawler.cli.dedupe import let_disk_begin
from crawler.cli.main import cli
from storage.store import Store
from tests.dump_rows import command, row, run, write

if TYPE_CHECKING:
    from pathlib import Path


def test_standard_input_to_standard_output(tmp_path: Path) -> None:
    rows = [row(n, n % 2) for n in range(5)]
    data = b"".join(orjson.dumps(r) + b"\n" for r in rows)
    done = subprocess.run(
        command("-", "-o", "-"),
        input=data,
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout == b"".join(data.splitlines(keepends=True)[:2])
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_no_output_and_the_next_none_of_its_files(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out.jsonl"
    pipe = tmp_path / "in.jsonl"
    os.mkfifo(pipe)
    rejects = tmp_path / "r.tsv"
    child = subprocess.Popen(
        command(
            write(tmp_path / "a.jsonl", [row(0, 0)]),
            pipe,
            "-o",
            out,
            "--rejects",
            rejects,
        )
    )
    # The child has opened its tables before it opens the pipe, and waits for bytes.
    with pipe.open("wb") as feed:
        assert [p for p in tmp_path.iterdir() if p.suffix == ".wirecopy-part"]
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert not feed.closed
    pipe.unlink()
    assert not out.exists()
    assert not rejects.exists()
    run(tmp_path / "a.jsonl", output=out, rejects=rejects)
    assert {p.name for p in tmp_path.iterdir()} == {"a.jsonl", "out.jsonl", "r.tsv"}


def test_the_command_prints_the_report(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(n, n % 2) for n in range(5)])
    done = CliRunner().invoke(cli, ["dedupe", str(dump), "--json"])
    assert done.exit_code == 0
    report = json.loads(done.stdout)
    assert (report["rows"], report["survivors"], report["copies"]) == (
        5,
        2,
        {"exact": 3},
    )
    shown = CliRunner().invoke(cli, ["dedupe", str(dump)])
    assert "Largest stories" in shown.stdout
    assert "Headline of story" in shown.stdout


def test_pairs_are_counted_alike_where_they_are_listed(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(n, n % 3) for n in range(12)])
    listed = run(dump, pairs=tmp_path / "pairs.tsv")
    assert run(dump).pairs == listed.pairs
    rows = (tmp_path / "pairs.tsv").read_text().splitlines()[1:]
    assert len(rows) == sum(listed.pairs.values()) > 0


def test_the_command_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [{"a": 1}])
    done = CliRunner().invoke(cli, ["dedupe", str(dump)])
    assert done.exit_code == 1
    assert done.stderr == (
        f"wirecopy: {dump} has no field that holds the text; name one of: a (--text)\n"
    )
    dump.write_bytes(b'{"text": "a"}\njunk\n')
    done = CliRunner().invoke(cli, ["dedupe", str(dump), "--strict"])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"wirecopy: {dump}, line 2: not JSON")
    done = CliRunner().invoke(cli, ["dedupe", str(dump)])
    assert done.exit_code == 3
    assert "rows left out: 1; --rejects FILE names each" in done.stderr
    done = CliRunner().invoke(cli, ["dedupe", str(dump), "--memory", "lots"])
    assert done.exit_code == 2


@pytest.mark.parametrize("option", ["--stories", "--rejects", "--report"])
def test_two_outputs_of_one_name_are_refused(tmp_path: Path, option: str) -> None:
    dump = write(tmp_path / "in.jsonl", [row(1, 1)])
    out = str(tmp_path / "out.jsonl")
    done = CliRunner().invoke(cli, ["dedupe", str(dump), "-o", out, option, out])
    assert done.exit_code == 1
    assert "name another file" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_outlet_that_is_not_there_cannot_be_kept(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(1, 1, outlet="Valley Echo")])
    kept = CliRunner().invoke(cli, ["dedupe", str(dump), "--keep", "Valley Echo"])
    assert kept.exit_code == 0, kept.output
    done = CliRunner().invoke(cli, ["dedupe", str(dump), "--keep", "Vally Echo"])
    assert done.exit_code == 1
    assert "no row is of that outlet" in done.stderr


def test_an_unknown_suffix_wants_a_format(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(1, 1)])
    asked = ["dedupe", str(dump), "-o", str(tmp_path / "out.xlsx")]
    done = CliRunner().invoke(cli, asked)
    assert done.exit_code == 1
    assert "say --format" in done.stderr
    assert CliRunner().invoke(cli, [*asked, "--format", "csv"]).exit_code == 0


def test_a_stopped_run_clears_up_behind_itself(tmp_path: Path) -> None:
    pipe = tmp_path / "feed"
    os.mkfifo(pipe)
    child = subprocess.Popen(
        command(pipe, "--format", "jsonl", "--rejects", tmp_path / "r.tsv"),
        stderr=subprocess.DEVNULL,
    )
    with pipe.open("wb") as feed:
        feed.write(orjson.dumps(row(1, 1)) + b"\n")
        feed.flush()
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 143
    assert [path.name for path in tmp_path.iterdir()] == ["feed"]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    dump = write(tmp_path / "a.jsonl", [row(n, n) for n in range(400)])
    done = subprocess.run(
        command(dump, "-o", tmp_path / "out.jsonl"),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)),
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "wirecopy: the output cannot be written: File too large"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("-o", "none/out.jsonl", "there is no folder"),
        ("-o", "folder", "is a folder"),
        ("-o", "out.xlsx", "say --format"),
        ("-o", "out.csv.gz", "name a .jsonl.gz"),
        ("-o", "text.db", "not an SQLite file"),
        ("-o", "news.db", "a database of wirecopy's own"),
        ("--stories", "news.db::articles", "a database of wirecopy's own"),
        ("--pairs", "none/pairs.tsv", "there is no folder"),
        ("--report", "folder", "is a folder"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_first_row_is_read(
    tmp_path: Path, option: str, name: str, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.db").write_text("no database")
    Store.open(tmp_path / "news.db").close()
    # A run that opened it would say so instead.
    dump = tmp_path / "in.jsonl"
    dump.write_bytes("{}".encode("utf-16"))
    before = {path: path.stat().st_size for path in tmp_path.iterdir()}
    place = str(tmp_path / name)
    done = CliRunner().invoke(cli, ["dedupe", str(dump), option, place])
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path: path.stat().st_size for path in tmp_path.iterdir()} == before


def test_two_outputs_cannot_share_standard_output(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(1, 1)])
    asked = ["dedupe", str(dump), "-o", "-", "--stories", "-"]
    done = CliRunner().invoke(cli, asked)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "another output" in done.stderr


def test_columns_that_sqlite_takes_for_one_are_told(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(1, 1, Text="another")])
    out = str(tmp_path / "out.db")
    done = CliRunner().invoke(cli, ["dedupe", str(dump), "-o", out])
    assert done.exit_code == 1
    assert "cannot be written: duplicate column name" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_link_to_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone.jsonl").symlink_to(tmp_path / "nowhere")
    for name in ("gone.jsonl", "*.jsonl", "."):
        done = CliRunner().invoke(cli, ["dedupe", str(tmp_path / name)])
        assert done.exit_code == 1
        assert "gone.jsonl cannot be opened" in done.stderr


def test_what_goes_to_standard_output_has_it_alone(tmp_path: Path) -> None:
    dump = write(tmp_path / "in.jsonl", [row(1, 1)])
    table = CliRunner().invoke(cli, ["dedupe", str(dump), "--stories", "-"])
    assert len(table.stdout.splitlines()) == 2
    rows = CliRunner().invoke(cli, ["dedupe", str(dump), "-o", "-", "--json"])
    assert rows.stdout_bytes == dump.read_bytes()
    assert json.loads(rows.stderr)["survivors"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["", "-o", "-"], "has no name"), (["in.jsonl", "-o", ""], "is a folder")],
)
def test_an_empty_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    write(tmp_path / "in.jsonl", [row(1, 1)])
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["dedupe", *arguments])
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr


def test_a_table_of_a_database_to_standard_output(tmp_path: Path) -> None:
    rows = [row(n, n) for n in range(2)]
    run(write(tmp_path / "in.jsonl", rows), output=tmp_path / "rows.db")
    done = CliRunner().invoke(cli, ["dedupe", str(tmp_path / "rows.db"), "-o", "-"])
    assert [json.loads(line) for line in done.stdout.splitlines()] == rows


def test_the_beginning_of_a_dump_is_read_before_it_is_needed(tmp_path: Path) -> None:
    dump = tmp_path / "in.jsonl"
    with dump.open("wb") as file:
        file.write(bytes(1 << 20))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if _is_at_hand(dump):
        pytest.skip("this file system always has its files at hand")
    let_disk_begin((str(dump), "missing.jsonl"))
    until = time.monotonic() + 10
    while not _is_at_hand(dump) and time.monotonic() < until:
        time.sleep(0.01)
    assert _is_at_hand(dump)


def _is_at_hand(path: Path) -> bool:
    """Whether the first bytes are read without waiting for the disk."""
    with path.open("rb") as file:
        try:
            return os.preadv(file.fileno(), [bytearray(4096)], 0, os.RWF_NOWAIT) > 0
        except BlockingIOError:
            return False
