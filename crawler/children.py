"""How a crawl starts its processes: workers that extract, and the writer."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver

# Forked from a server without threads: a fork of a process with threads may inherit
# held locks, and each spawned one would import the parsers and the kernels anew.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["crawler.preloading"])


def load_ahead() -> None:
    """Start that server, which loads while the caller loads what it needs itself."""
    forkserver.ensure_running()
