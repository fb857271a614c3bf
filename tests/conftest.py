"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.compiling import compile_kernels

# How long an example takes says how busy the machine is, not whether it is right.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and corpora beside the project; skips without it."""
    if not (SHARED / "newsroom").is_dir():
        pytest.skip("the measuring sets are not beside this checkout")
    return SHARED


def pytest_configure(config: pytest.Config) -> None:
    """Compile the kernels once, before workers begin: a fresh install takes a minute.

    Children that tests start, and give seconds, would have to compile them too.
    """
    is_worker = hasattr(config, "workerinput")
    is_interpreted = os.environ.get("NUMBA_DISABLE_JIT") == "1"
    is_parallel = getattr(config.option, "numprocesses", None)
    if is_worker or is_interpreted or not is_parallel:
        return
    compile_kernels()
