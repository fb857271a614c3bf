"""Kernels that come out of the cache, and those that are linked with them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from dedupe.kernels.compiler import DISABLED

if TYPE_CHECKING:
    from pathlib import Path

INNER = """
from dedupe.kernels.compiler import njit

@njit("int64(int64)", cache=True)
def twice(number):
    return 2 * number
"""
OUTER = """
from inner import twice
from dedupe.kernels.compiler import njit

@njit("int64(int64)", cache=True)
def twice_and_one(number):
    return twice(number) + 1

print(twice(4), twice_and_one(4), sum(twice.stats.cache_hits.values()))
"""


def run(script: Path) -> list[str]:
    command = [sys.executable, str(script)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return done.stdout.split()


@pytest.mark.skipif(DISABLED, reason="nothing is compiled")
def test_a_kernel_is_linked_with_one_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner.py").write_text(INNER)
    (tmp_path / "outer.py").write_text(OUTER)
    monkeypatch.syspath_prepend(tmp_path)
    assert import_module("inner").twice(3) == 6
    monkeypatch.delitem(sys.modules, "inner")
    assert run(tmp_path / "outer.py") == ["8", "9", "1"]
