"""How a crawl starts its processes: workers that extract, and the writer."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Forked from a server without threads: a fork of a process with threads may inherit
# held locks, and each spawned worker would import the parsers anew.
WORKERS = multiprocessing.get_context("forkserver")
WORKERS.set_forkserver_preload(["crawler.preloading"])
# The writer needs no parser: it is there before that server has loaded them.
WRITERS = multiprocessing.get_context("spawn")


@contextmanager
def out_of_reach() -> Iterator[None]:
    """Start processes that a stop does not reach: it is sent to the whole group.

    The crawl ends them in order, and they could not ignore it before they have loaded.
    """
    # Starting the tracker lets stops through again, so it comes first.
    resource_tracker.ensure_running()
    stops = {signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def load_ahead() -> None:
    """Start that server, which loads while the caller loads what it needs itself."""
    with out_of_reach():
        forkserver.ensure_running()
