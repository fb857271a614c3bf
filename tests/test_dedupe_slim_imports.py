"""Packages that others look for are not loaded for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dedupe.slim_imports import unseen

ROOT = Path(__file__).resolve().parents[1]


def test_a_package_is_unseen_within_the_block_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rarely_needed.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with unseen("rarely_needed"), pytest.raises(ImportError):
        import rarely_needed
    import rarely_needed

    with unseen("rarely_needed"):
        assert sys.modules["rarely_needed"] is rarely_needed


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("pandas", "storage.opening"),
        ("scipy", "dedupe.kernels.compiler"),
        ("cffi", "dedupe.kernels.compiler"),
    ],
)
def test_opening_and_compiling_load_no_large_package(
    package: str, module: str, tmp_path: Path
) -> None:
    (tmp_path / f"{package}.py").write_text("raise SystemExit('loaded in vain')")
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
