"""Imports without what a library only looks for, and would wait for."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unseen(package: str) -> Iterator[None]:
    """Make *package* look not installed within the block, unless it is loaded already."""
    if package in sys.modules:
        yield
        return
    # None is what the import system takes for "there is no such module".
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
