"""What every command shares: stops that C code swallows, and what a terminal is shown."""

from __future__ import annotations

import signal
import subprocess
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from crawler.cli.main import _stop_again
from crawler.cli.output import print_table
from tests.dump_rows import command, row, write

if TYPE_CHECKING:
    from pathlib import Path


def test_a_stop_that_a_callback_swallowed_comes_again() -> None:
    before = signal.getsignal(signal.SIGALRM)

    def swallow() -> None:
        _stop_again(SimpleNamespace(exc_value=SystemExit(143)))
        time.sleep(10)

    try:
        with pytest.raises(SystemExit) as stopped:
            swallow()
        assert stopped.value.code == 143
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_terminal_is_not_steered_by_what_it_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table("", ["headline"], [["\x1b[31mred \u202ebent\x07"], ["x" * 5000]])
    shown = capsys.readouterr().out
    assert not {"\x1b", "\u202e", "\x07"} & set(shown)
    assert shown.count("x") == 1000


@pytest.mark.parametrize("width", [30, 40, 60, 80])
def test_a_narrow_screen_is_shown_every_column(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    columns = ["outlet", "last success", "articles", "waits", "errors and alarms"]
    row = ["the-paper.example", "11-28 11:47", 11, 0, "gone [quiet]: nothing new"]
    print_table("1 outlets", columns, [row])
    shown = capsys.readouterr().out
    assert all(len(line.rstrip()) <= width for line in shown.splitlines())
    for word in ("11:47", "11", "[quiet]:", "nothing", "articles", "waits"):
        assert word in shown


def test_a_command_runs_with_standard_error_closed(tmp_path: Path) -> None:
    dump = write(tmp_path / "a.jsonl", [row(1, 1), {"id": "no text"}])
    line = [*command(dump, "-o", tmp_path / "out.jsonl", "--rejects", "r.tsv")]
    done = subprocess.run(
        ["sh", "-c", '"$@" 2>&-', "sh", *map(str, line)],
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    assert done.returncode == 3
    assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == 1
    assert (tmp_path / "r.tsv").read_text().count("\n") == 2
