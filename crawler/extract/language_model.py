"""The model that guesses languages, unpacked once for all processes of a user.

It comes packed, and unpacking takes most of a second and 68 MB of every process; as files
in the user's cache it is mapped instead, and only what is looked at is read.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model

if TYPE_CHECKING:
    from collections.abc import Iterable

_PARTS = ("ptc", "pc", "classes", "nextmove", "row", "output")


def load_identifier() -> LanguageIdentifier:
    """Return what guesses a language; a cache that cannot be written costs time only."""
    ptc, pc, classes, nextmove, row, output = _load()
    return LanguageIdentifier(
        ptc,
        pc,
        classes.tolist(),
        # Its elements come out as plain integers, and faster than an array's.
        nextmove.data,
        output.tolist(),
        norm_probs=True,
        tk_row=row.tolist(),
    )


def _load() -> list[np.ndarray[Any, Any]]:
    packed = MODEL_DIR / MODEL_FILE
    # RuntimeError: a user without a home has no cache.
    try:
        folder = _folder(packed)
        return [np.load(folder / f"{name}.npy", mmap_mode="r") for name in _PARTS]
    except (OSError, ValueError, RuntimeError):
        parts = [np.asarray(part) for part in load_model(packed)]
    with suppress(OSError, RuntimeError):
        _keep(parts, _folder(packed))
    return parts


def _folder(packed: Path) -> Path:
    """Return where the parts of this model are kept: another model has another place."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    stat = packed.stat()
    return cache / "wirecopy" / f"languages-{stat.st_size}-{stat.st_mtime_ns}"


def _keep(parts: Iterable[np.ndarray[Any, Any]], folder: Path) -> None:
    """Write the parts, all or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name:
        for part, array in zip(_PARTS, parts, strict=True):
            np.save(Path(name) / f"{part}.npy", array)
        shutil.rmtree(folder, ignore_errors=True)
        Path(name).rename(folder)
