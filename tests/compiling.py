"""Compiling the kernels before tests use them: a fresh install takes a minute for it."""

from __future__ import annotations

import importlib
import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

# Their kernels are compiled when they are imported; those that take longest stand first.
_MODULES = ("pairs", "analyse", "propose", "joining", "keys", "stretches")


def compile_kernels() -> None:
    """Compile every kernel, in two processes; raises what compiling raises."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        jobs = [processes.submit(_import, name) for name in _MODULES]
        jobs += [processes.submit(_dedupe, only) for only in ("inside", "across")]
        for job in jobs:
            job.result()


def _import(name: str) -> None:
    importlib.import_module(f"dedupe.kernels.{name}")


def _dedupe(only: str) -> None:
    """Half of what a run over a dump does; together they use every other kernel."""
    from tests.dump_rows import row, run, write

    rows = [row(number, number % 9) for number in range(20)]
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "dump"
        if only == "inside":
            parquet.write_table(
                pa.Table.from_pylist(rows), dump.with_suffix(".parquet")
            )
            run(dump.with_suffix(".parquet"), only=only)
        else:
            run(write(dump.with_suffix(".jsonl"), rows), only=only, unit="paragraph")
