"""Fixtures that every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and corpora beside the project; skips without it."""
    if not (SHARED / "newsroom").is_dir():
        pytest.skip("the measuring sets are not beside this checkout")
    return SHARED
