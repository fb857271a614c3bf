"""Packed files that swell, and inputs that change between two readings."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.dumps.places import pick_rows
from storage.dumps.streams import Source
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": partial(lzma.compress, preset=1),
    "zst": zstandard.ZstdCompressor(level=19).compress,
}


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_a_file_that_swells_is_unpacked_a_little_at_a_time(
    tmp_path: Path, suffix: str
) -> None:
    path, size = tmp_path / f"dump.jsonl.{suffix}", 32 << 20
    path.write_bytes(PACK[suffix](bytes(size)))
    buffer = memoryview(bytearray(1 << 20))
    tracemalloc.start()
    with Source(path) as source:
        while got := source.readinto(buffer):
            size -= got
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 0
    assert most < 16 << 20


@pytest.mark.parametrize("suffix", PACK)
@settings(max_examples=25)
@given(
    members=st.lists(st.binary(max_size=30_000), min_size=1, max_size=4),
    zeros=st.integers(0, 9),
)
def test_members_are_unpacked_one_after_the_other(
    tmp_path_factory: pytest.TempPathFactory,
    suffix: str,
    members: list[bytes],
    zeros: int,
) -> None:
    path = tmp_path_factory.mktemp("members") / f"dump.jsonl.{suffix}"
    path.write_bytes(
        bytes(zeros if suffix == "xz" else 0).join(map(PACK[suffix], members))
    )
    with Source(path) as source:
        assert source.read() == b"".join(members)


def test_a_dictionary_that_takes_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl.xz"
    large = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 29}]
    path.write_bytes(lzma.compress(b"{}\n", filters=large))
    with pytest.raises(DumpError, match="xz -d"), Source(path) as source:
        source.read()


@pytest.mark.parametrize("rows", [[{"text": "one"}], [{"text": "one"}, None]])
def test_an_input_that_lost_rows_meanwhile_is_told(rows: list[object]) -> None:
    places = np.array([[0, 1], [1, 2]])
    with pytest.raises(DumpError, match="changed"):
        list(pick_rows(rows, places, 10))
