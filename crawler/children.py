"""How a crawl starts its processes: workers that extract, and the writer."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver

# Forked from a server without threads: a fork of a process with threads may inherit
# held locks, and each spawned worker would import the parsers anew.
WORKERS = multiprocessing.get_context("forkserver")
WORKERS.set_forkserver_preload(["crawler.preloading"])
# The writer needs no parser: it is there before that server has loaded them.
WRITERS = multiprocessing.get_context("spawn")


def load_ahead() -> None:
    """Start that server, which loads while the caller loads what it needs itself."""
    forkserver.ensure_running()
