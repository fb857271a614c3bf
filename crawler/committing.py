"""The writer's process: commits batches of 100 jobs or what a second brought."""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from crawler.jobs import SourceJob
from dedupe.slim_imports import collect_seldom, kept
from storage.crawl_state import CrawlState
from storage.errors import DatabaseBusyError, StorageError
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from multiprocessing.connection import Connection
    from pathlib import Path

    from crawler.jobs import Job
    from storage.verdict import Verdict
    from storage.warc_writer import WarcArchive

logger = logging.getLogger(__name__)

BATCH = 100
SECONDS = 1.0
# Each try waits for SQLite's own busy time first; together a long backup's worth.
BUSY_TRIES = 5
# Of SQLite's pages; a crawl beside other services has no more to spare.
_CACHE_MB = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePlan:
    """Where exchanges are kept as WARC: the parameters of WarcArchive."""

    folder: Path
    most: int
    software: str
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which database to write, for which run, and the archive, if one is kept."""

    db: Path
    run: int
    archive: ArchivePlan | None = None


def serve(pipe: Connection, is_ahead: bool) -> None:
    """Take an Order from *pipe*, and write the jobs after it as (number, job), until None.

    Sends lists of (number, what write() returned), one for each commit, then None;
    where the writing ended, the error instead. What adds articles is loaded at once
    where *is_ahead*, else when a source has named pages.
    """
    # A stop reaches the whole group; the crawl ends its writer in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if is_ahead:
        _load_kernels_aside()
    order = _receive_order(pipe)
    jobs: queue.SimpleQueue[tuple[int, Job] | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, jobs), daemon=True).start()
    try:
        with Store.open(order.db, cache_mb=_CACHE_MB) as store:
            _Committer(store, order, pipe, jobs).work()
        pipe.send(None)
    except StorageError as error:
        pipe.send(error)
    except Exception as error:
        # Also a bug must end the crawl, which would wait for the writer for ever.
        logger.exception("writing")
        pipe.send(StorageError(f"writing failed: {type(error).__name__}: {error}"))


def _receive_order(pipe: Connection) -> Order:
    try:
        order: Order = pipe.recv()
    except (EOFError, OSError):
        # The crawl came to nothing before it had begun.
        sys.exit()
    return order


def _receive(pipe: Connection, jobs: queue.SimpleQueue[tuple[int, Job] | None]) -> None:
    try:
        while (job := pipe.recv()) is not None:
            jobs.put(job)
        jobs.put(None)
    except (EOFError, OSError):
        # The crawl is dead, and the next one may be running.
        os._exit(1)


class _Committer:
    """Gathers jobs, and commits them."""

    def __init__(
        self,
        store: Store,
        order: Order,
        pipe: Connection,
        jobs: queue.SimpleQueue[tuple[int, Job] | None],
    ) -> None:
        self.store = store
        self.state = CrawlState(store.db)
        self.run = order.run
        self.archive = _open_archive(order.archive)
        self._pipe = pipe
        self._jobs = jobs

    def work(self) -> None:
        """Commit what comes until it ends."""
        is_over = False
        while not is_over:
            batch, is_over = self._gather()
            if batch:
                self._write(batch)
        if self.archive is not None:
            self.archive.close()

    def _gather(self) -> tuple[list[tuple[int, Job]], bool]:
        """Wait for a job, then take what comes within a second; tell if it was all."""
        batch: list[tuple[int, Job]] = []
        one = self._jobs.get()
        end = time.monotonic() + SECONDS
        is_urgent = False
        while one is not None:
            batch.append(one)
            is_urgent = is_urgent or one[1].is_urgent
            pause = 0.0 if is_urgent else end - time.monotonic()
            if len(batch) == BATCH:
                return batch, False
            try:
                one = self._jobs.get(block=pause > 0, timeout=max(pause, 0.0))
            except queue.Empty:
                return batch, False
        return batch, True

    def _write(self, batch: list[tuple[int, Job]]) -> None:
        if self.archive is not None:
            for _, job in batch:
                job.archive(self.archive)
            self.archive.flush()
        self._pipe.send(self._commit(batch))
        if any(_names_pages(job) for _, job in batch):
            _load_kernels_aside()

    def _commit(self, batch: list[tuple[int, Job]]) -> list[tuple[int, Any]]:
        for attempt in range(1, BUSY_TRIES + 1):
            try:
                return self._try(batch)
            except DatabaseBusyError:
                if attempt == BUSY_TRIES:
                    raise
                logger.warning(
                    "The database is busy, try %(attempt)s", {"attempt": attempt}
                )
        raise AssertionError("unreachable")

    def _try(self, batch: list[tuple[int, Job]]) -> list[tuple[int, Any]]:
        results: list[tuple[int, Any]] = []
        with_article = [
            (number, job, job.article)
            for number, job in batch
            if job.article is not None
        ]

        def write(place: int, verdict: Verdict) -> None:
            number, job, _ = with_article[place]
            results.append((number, job.write(self.state, verdict)))

        articles = [article for _, _, article in with_article]
        if articles:
            _load_kernels()
            self.store.add_all(articles, run=self.run, also=write)
        others = [(number, job) for number, job in batch if job.article is None]
        if others:
            with self.store.transaction():
                results += [(n, job.write(self.state, None)) for n, job in others]
        return results


def _names_pages(job: Job) -> bool:
    return isinstance(job, SourceJob) and bool(job.links)


@cache
def _load_kernels_aside() -> None:
    """Load what adds articles, beside what is committed meanwhile."""
    threading.Thread(target=_load_kernels, daemon=True).start()


@cache
def _load_kernels() -> None:
    """Load what adds articles."""
    with kept():
        import storage.wiring  # noqa: F401
    collect_seldom()


def _open_archive(plan: ArchivePlan | None) -> WarcArchive | None:
    if plan is None:
        return None
    from storage.warc_writer import WarcArchive

    return WarcArchive(
        plan.folder, most=plan.most, now=plan.now, software=plan.software
    )
