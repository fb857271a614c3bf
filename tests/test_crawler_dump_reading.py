"""What the first reading of a dump keeps of each article."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crawler.dumps.reading import whole_seconds
from dedupe.gathering import UNKNOWN_TIME
from tests.dump_rows import row, rows_of, run, story, table, write

if TYPE_CHECKING:
    from pathlib import Path


def test_what_no_calendar_has_is_no_time() -> None:
    times = whole_seconds(np.array([9e18, -9e18, np.inf, np.nan, 5.5, -86400.0]))
    assert times.tolist() == [*[UNKNOWN_TIME] * 4, 5, -86400]


def test_ids_that_differ_in_case_are_two(tmp_path: Path) -> None:
    rows = [{**row(n, n), "id": name} for n, name in enumerate(("a1", "A1", "a1"))]
    assert run(write(tmp_path / "in.jsonl", rows)).duplicate_ids == 1


def test_two_last_lines_that_repeat_can_be_put_back(tmp_path: Path) -> None:
    lines = story(1).split("\n\n")
    text = "\n\n".join([*lines, lines[0], lines[1]]) + "\n"
    dump = write(tmp_path / "in.jsonl", [row(1, 1, text=text)])
    run(dump, output=tmp_path / "out.jsonl", removed=tmp_path / "removed.tsv")
    (out,) = rows_of(tmp_path / "out.jsonl")
    raw, cuts = out["text"].encode(), table(tmp_path / "removed.tsv")
    assert len(cuts) == 2
    for cut in cuts:
        start = int(cut["start"])
        raw = raw[:start] + cut["text"].encode() + raw[start:]
    assert raw.decode() == text
