"""Spark's Python workers, forked from a process that has loaded what they need."""

from __future__ import annotations

import gc
from importlib import import_module


def serve(*modules: str) -> None:
    """Load *modules*, then fork workers for as long as Spark asks for them."""
    from pyspark.daemon import manager

    for name in ("pandas", "pyspark.worker", *modules):
        import_module(name)
    spare_imports()
    manager()


def spare_imports() -> None:
    """Let the collection after each task pass over what the worker has loaded."""
    gc.freeze()
