"""Columns that wait in memory, then in a file without a name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.gathering import MemorySpill
from storage.errors import StorageError
from storage.spill import FileSpill

if TYPE_CHECKING:
    from pathlib import Path

PARTS = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=20), max_size=8)


@given(parts=PARTS, limit=st.integers(0, 400), data=st.data())
def test_a_file_and_memory_keep_the_same_column(
    parts: list[list[int]], limit: int, data: st.DataObject
) -> None:
    memory = MemorySpill()
    with FileSpill(limit) as file:
        for part in parts:
            values = np.array(part, np.uint32)
            assert file.append(values) == memory.append(values)
        everything = [value for part in parts for value in part]
        assert file.view().tolist() == memory.view().tolist() == everything
        file.release()
        assert file.view().tolist() == everything
        start = data.draw(st.integers(0, len(everything)))
        count = data.draw(st.integers(0, len(everything) - start))
        places, counts = np.array([start, 0]), np.array([count, len(everything)])
        wanted = everything[start : start + count] + everything
        assert file.take(places, counts).tolist() == wanted
        assert memory.take(places, counts).tolist() == wanted


def test_columns_share_the_limit_and_leave_no_file(tmp_path: Path) -> None:
    with FileSpill(100, tmp_path) as spill:
        beside = spill.beside(np.uint64)
        spill.append(np.zeros(20, np.uint32))
        assert spill.spilled == 0
        beside.append(np.ones((2, 2), np.uint64))
        assert spill.spilled == 32
        assert beside.view().tolist() == [1, 1, 1, 1]
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("limit", [0, 1000])
def test_a_column_goes_alone(tmp_path: Path, limit: int) -> None:
    with FileSpill(limit, tmp_path) as spill:
        beside = spill.beside(np.uint64)
        spill.append(np.arange(20, dtype=np.uint32))
        beside.append(np.ones(3, np.uint64))
        seen, before = spill.view(), spill.spilled
        spill.drop()
        assert before - spill.spilled == (0 if limit else 80)
        assert seen.tolist() == list(range(20))
        assert beside.view().tolist() == [1, 1, 1]


def test_an_empty_spill_is_still_one() -> None:
    with FileSpill() as spill:
        assert spill


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        FileSpill(0, tmp_path / "nowhere") as spill,
        pytest.raises(StorageError, match="--spill"),
    ):
        spill.append(np.zeros(1, np.uint32))


def test_a_disk_that_gives_less_than_it_took_is_told() -> None:
    with FileSpill(0) as spill:
        spill.append(np.arange(10, dtype=np.uint32))
        os.ftruncate(spill._file or -1, 16)
        assert spill.take(np.array([0]), np.array([4])).tolist() == [0, 1, 2, 3]
        with pytest.raises(StorageError, match="cannot be read back"):
            spill.take(np.array([0, 3]), np.array([4, 2]))
