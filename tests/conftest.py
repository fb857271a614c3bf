"""Fixtures that every test may use."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.dump_rows import row, write

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


class Compiling:
    """Compiles the kernels once, while workers collect: a fresh install takes a minute.

    Children that tests start, and give seconds, would have to compile them too.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        rows = [row(number, number % 9) for number in range(20)]
        dump = write(Path(self._folder.name) / "dump.jsonl", rows)
        # The one command that uses every kernel.
        command = [sys.executable, "-m", "crawler", "dedupe", "--unit", "paragraph"]
        self._child = subprocess.Popen([*command, dump], stdout=subprocess.DEVNULL)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Hand out no test before all kernels are there."""
        assert self._child.wait() == 0
        self._folder.cleanup()


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    is_interpreted = os.environ.get("NUMBA_DISABLE_JIT") == "1"
    is_parallel = getattr(config.option, "numprocesses", None)
    if is_parallel and not is_worker and not is_interpreted:
        config.pluginmanager.register(Compiling())
