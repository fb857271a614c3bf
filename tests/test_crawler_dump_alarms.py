"""When a run over a dump wants a person to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from crawler.cli.main import cli
from tests.dump_rows import row, run, write

if TYPE_CHECKING:
    from pathlib import Path


def reprints(*, url: bool) -> list[dict[str, Any]]:
    """An agency's articles, and an outlet that prints each again."""
    rows = []
    for number in range(120):
        day, outlet = (1, "agency") if number < 60 else (2, "reprinter")
        made = row(number, number % 60, outlet=outlet, date=f"2024-05-0{day}")
        rows.append(made if url else {**made, "url": ""})
    return rows


@pytest.mark.parametrize("url", [True, False])
def test_an_outlet_that_is_hidden_nearly_whole_is_told(
    tmp_path: Path, url: bool
) -> None:
    report = run(write(tmp_path / "a.jsonl", reprints(url=url)))
    name = "https://example.org/story-000060" if url else "r60"
    assert report.alarms == (f"60 of 60 articles of the outlet of {name} are copies",)


def test_what_a_database_has_is_no_alarm(tmp_path: Path) -> None:
    dump = write(tmp_path / "a.jsonl", reprints(url=True)[:60])
    run(dump, into=tmp_path / "news.db")
    report = run(dump, against=tmp_path / "news.db")
    assert (report.known, report.survivors, report.alarms) == (60, 0, ())


@pytest.mark.parametrize(
    "more",
    [
        ["--into", "news.db", "--against", "old.db"],
        ["--into", "news.db", "--unit", "headline"],
        ["--into", "news.db", "--only", "inside"],
        ["--into", "news.db", "--keep", "longest"],
        ["--annotate"],
        ["--spill", "nowhere"],
    ],
)
def test_options_that_would_do_nothing_are_refused(
    tmp_path: Path, more: list[str]
) -> None:
    dump = write(tmp_path / "a.jsonl", [row(1, 1)])
    done = CliRunner().invoke(cli, ["dedupe", str(dump), *more])
    assert done.exit_code == 2
    assert more[0] in done.stderr
