"""Rows of a plain file, read where they stand."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.dumps import windows
from storage.errors import DumpError

if TYPE_CHECKING:
    from pathlib import Path

_LINES = st.lists(st.tuples(st.binary(max_size=40), st.booleans()), max_size=30)


def read(path: Path, places: list[tuple[int, int]], window: int) -> list[bytes]:
    found = []
    with patch.object(windows, "_WINDOW", window):
        spans = np.array(places, np.int64).reshape(-1, 2)
        for view, within in windows.iter_windows(path, spans):
            found += [bytes(view[start:end]) for start, end in within.tolist()]
    return found


@given(lines=_LINES, window=st.integers(1, 200))
def test_rows_come_back_whole_and_in_order(
    lines: list[tuple[bytes, bool]],
    window: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "windows.jsonl"
    whole = [line.replace(b"\n", b" ") + b"\n" for line, _ in lines]
    path.write_bytes(b"".join(whole))
    ends = list(accumulate(len(line) for line in whole))
    wanted = [k for k, (_, is_wanted) in enumerate(lines) if is_wanted]
    places = [(ends[k] - len(whole[k]), ends[k]) for k in wanted]
    assert read(path, places, window) == [whole[k] for k in wanted]


@pytest.mark.parametrize("places", [[(0, 4), (4, 8)], [(4, 8)]])
def test_a_last_line_gets_its_newline(
    tmp_path: Path, places: list[tuple[int, int]]
) -> None:
    (tmp_path / "dump.jsonl").write_bytes(b"one\ntwo")
    assert read(tmp_path / "dump.jsonl", places, 1 << 20)[-1] == b"two\n"


def test_a_file_that_has_become_shorter_is_told(tmp_path: Path) -> None:
    (tmp_path / "dump.jsonl").write_bytes(b"one\nt")
    with pytest.raises(DumpError, match="an input changed while it was read"):
        read(tmp_path / "dump.jsonl", [(4, 8)], 1 << 20)
