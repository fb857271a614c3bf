"""Kernels that come out of the cache, and those that are linked with them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from dedupe.kernels.compiler import DISABLED, LIGHT

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

FILLED = """
import sys
import numpy as np
if sys.argv[1:]:
    from numba import njit
else:
    from dedupe.kernels.compiler import njit

@njit("int64[::1](int64)", cache=True)
def filled(number):
    return np.full(number, number)
"""
FROM_CACHE = """
import sys
from filled import filled

compiling = [name for name in ("numba.np.arrayobj", "email") if name in sys.modules]
print(sum(filled(3)), sum(filled.stats.cache_hits.values()), *compiling)
"""


def run(script: Path, *arguments: str) -> list[str]:
    command = [sys.executable, str(script), *arguments]
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


@pytest.mark.skipif(DISABLED or not LIGHT, reason="numba loads them in its own way")
def test_a_kernel_comes_out_of_the_cache_without_what_compiling_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "filled.py").write_text(FILLED)
    (tmp_path / "script.py").write_text(FROM_CACHE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "argv", ["filled.py"])
    assert sum(import_module("filled").filled(2)) == 4
    assert run(tmp_path / "script.py") == ["9", "1"]
    # What went into the cache is nothing of ours.
    assert run(tmp_path / "script.py", "plain")[:2] == ["9", "1"]
