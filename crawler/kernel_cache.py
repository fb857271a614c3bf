"""Where compiled kernels are kept by a user whom numba finds no place for.

That is one without a home, as services run under, and an installation of another user.
Without a place numba refuses to load them.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import dedupe

_VARIABLE = "NUMBA_CACHE_DIR"


def find_place() -> None:
    """Name a folder of this user's own among the temporary files, if one is needed."""
    if _VARIABLE in os.environ or any(map(_can_be_written, _usual_places())):
        return
    # Without temporary files there is no place at all.
    with suppress(OSError):
        folder = Path(tempfile.gettempdir(), f"wirecopy-kernels-{os.getuid()}")
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if _is_private(folder):
            os.environ[_VARIABLE] = str(folder)


def _usual_places() -> list[Path]:
    """Return where numba looks: beside the code, then in the user's cache."""
    places = [Path(dedupe.__path__[0], "kernels", "__pycache__")]
    # RuntimeError: nobody knows this user's home.
    with suppress(RuntimeError):
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        places.append(Path(cache, "numba"))
    return places


def _can_be_written(folder: Path) -> bool:
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _is_private(folder: Path) -> bool:
    """Whether nobody else can lay code there, which would be run."""
    found = folder.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return is_ours and not found.st_mode & 0o022
