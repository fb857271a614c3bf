"""Imports without what a library only looks for, and would wait for."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unseen(*packages: str) -> Iterator[None]:
    """Make packages that are not loaded yet look as if they were not installed."""
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        # None is what the import system takes for "there is no such module".
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
