"""Packages that others look for are not loaded for them."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from dedupe.slim_imports import deferred, kept, unseen

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


def test_a_module_is_loaded_when_something_of_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "used_later.py").write_text("print('loaded')\nvalue = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    with deferred("used_later"):
        import used_later
    assert capsys.readouterr().out == ""
    assert used_later.value == 1
    assert capsys.readouterr().out == "loaded\n"
    with deferred("not_there"), pytest.raises(ImportError):
        import_module("not_there")


def test_nothing_is_collected_while_what_stays_is_loaded() -> None:
    with kept():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    gc.unfreeze()


@pytest.mark.parametrize(
    ("packages", "work"),
    [
        ("pandas", "import storage.opening"),
        ("numpy", "import crawler.spiders.outlets"),
        ("scipy cffi", "import dedupe.kernels.tokens"),
        ("pandas", "from storage.dumps.parquet import arrow; arrow().array([1])"),
    ],
)
def test_a_start_loads_no_large_package_in_vain(
    packages: str, work: str, tmp_path: Path
) -> None:
    for package in packages.split():
        (tmp_path / f"{package}.py").write_text("import os; os._exit(9)")
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", work],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
