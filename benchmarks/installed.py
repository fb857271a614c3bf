"""The project as an installation has it."""

from __future__ import annotations

import compileall
from pathlib import Path


def compile_modules() -> None:
    """Compile all modules to bytecode; else each process may compile what it loads."""
    for package in ("crawler", "dedupe", "storage"):
        compileall.compile_dir(Path(__file__).parents[1] / package, quiet=1)
