"""Where kernels are kept by a user whom numba finds no place for."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from crawler import kernel_cache
from crawler.kernel_cache import find_place

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let none of the usual places be a folder; returns the one for temporary files."""
    file, temporary = tmp_path / "file", tmp_path / "tmp"
    file.touch()
    temporary.mkdir()
    monkeypatch.setattr(kernel_cache, "_usual_places", lambda: [file / "numba"])
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    # Set first, so that what is set meanwhile goes at the end.
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv(VARIABLE)
    return temporary


def test_a_user_without_a_place_gets_a_private_one_that_lasts(nowhere: Path) -> None:
    find_place()
    folder = os.environ.pop(VARIABLE)
    find_place()
    assert os.environ[VARIABLE] == folder
    (made,) = nowhere.iterdir()
    assert str(made) == folder
    assert made.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("trap", ["writable", "link", "file"])
def test_a_folder_that_others_may_have_filled_is_refused(
    nowhere: Path, tmp_path: Path, trap: str
) -> None:
    folder = nowhere / f"wirecopy-kernels-{os.getuid()}"
    if trap == "link":
        folder.symlink_to(tmp_path)
    elif trap == "file":
        folder.touch()
    else:
        folder.mkdir()
        folder.chmod(0o777)
    find_place()
    assert VARIABLE not in os.environ


def test_without_temporary_files_nothing_is_named(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere.rmdir()
    find_place()
    assert VARIABLE not in os.environ


def test_where_numba_finds_a_place_nothing_is_named(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_cache, "_usual_places", lambda: [nowhere / "a" / "b"])
    find_place()
    assert VARIABLE not in os.environ
    assert list(nowhere.iterdir()) == []
