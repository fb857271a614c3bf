"""The one writer: a thread that commits batches of 100 or what a second brought."""

from __future__ import annotations

import logging
import queue
import threading
import time
from typing import TYPE_CHECKING, Protocol

from storage.crawl_state import CrawlState
from storage.errors import DatabaseBusyError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.article import Article
    from storage.store import Store
    from storage.verdict import Verdict

logger = logging.getLogger(__name__)

BATCH = 100
SECONDS = 1.0
# Each try waits for SQLite's own busy time first; together a long backup's worth.
BUSY_TRIES = 5


class Job(Protocol):
    """Something to write; *is_urgent* when the crawl waits for it."""

    is_urgent: bool

    @property
    def article(self) -> Article | None:
        """The article to add with it, under one savepoint."""

    def prepare(self) -> None:
        """Do what must not happen inside a transaction; on the writer's thread."""

    def write(self, state: CrawlState, verdict: Verdict | None) -> None:
        """Write the rest; inside the transaction, and again if that is repeated."""

    def done(self, verdict: Verdict | None) -> None:
        """It is committed; called on the reactor's thread."""


class Writer:
    """Writes jobs in batches; *notify* runs a function on the reactor's thread.

    *open_store* is called on the writer's own thread: a connection belongs to one.
    *on_error* gets what ended the writing, once; jobs after it are dropped, and what was
    not committed will be fetched again.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        *,
        notify: Callable[[Callable[[], None]], None],
        on_error: Callable[[BaseException], None],
        run: Callable[[], int | None] = lambda: None,
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_store = open_store
        self._notify = notify
        self._on_error = on_error
        self._run = run
        self._before_commit = before_commit
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self.error: BaseException | None = None

    def start(self) -> None:
        """Begin to take jobs."""
        self._thread.start()

    def put(self, job: Job) -> None:
        """Queue *job*; never blocks."""
        self._jobs.put(job)

    @property
    def backlog(self) -> int:
        """How many jobs wait."""
        return self._jobs.qsize()

    def close(self, timeout: float | None = None) -> None:
        """Commit what is queued and end; wait at most *timeout* seconds."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _work(self) -> None:
        try:
            with self._open_store() as store:
                state = CrawlState(store.db)
                while (batch := self._gather()) is not None:
                    self._write(store, state, batch)
                    if batch and batch[-1] is None:
                        return
        except BaseException as error:
            # Also a bug must end the crawl, which would wait for the writer for ever.
            self.error = failure = error
            self._notify(lambda: self._on_error(failure))
            if not isinstance(error, StorageError):
                raise

    def _gather(self) -> list[Job | None] | None:
        """Wait for a job, then take what comes within a second; None ends a batch."""
        batch: list[Job | None] = [self._jobs.get()]
        end = time.monotonic() + SECONDS
        while len(batch) < BATCH and batch[-1] is not None:
            is_urgent = any(job is not None and job.is_urgent for job in batch)
            pause = 0.0 if is_urgent else end - time.monotonic()
            try:
                batch.append(
                    self._jobs.get(timeout=pause)
                    if pause > 0
                    else self._jobs.get_nowait()
                )
            except queue.Empty:
                return batch
        return batch

    def _write(self, store: Store, state: CrawlState, batch: list[Job | None]) -> None:
        jobs = [job for job in batch if job is not None]
        if not jobs:
            return
        for job in jobs:
            job.prepare()
        self._before_commit()
        verdicts = self._commit(store, state, jobs)
        self._notify(lambda: _finish(jobs, verdicts))

    def _commit(
        self, store: Store, state: CrawlState, jobs: list[Job]
    ) -> list[Verdict | None]:
        for attempt in range(1, BUSY_TRIES + 1):
            try:
                return self._try(store, state, jobs)
            except DatabaseBusyError:
                if attempt == BUSY_TRIES:
                    raise
                logger.warning(
                    "The database is busy, try %(attempt)s", {"attempt": attempt}
                )
        raise AssertionError("unreachable")

    def _try(
        self, store: Store, state: CrawlState, jobs: list[Job]
    ) -> list[Verdict | None]:
        verdicts: dict[int, Verdict] = {}
        with_article = [job for job in jobs if job.article is not None]

        def write(number: int, verdict: Verdict) -> None:
            verdicts[id(with_article[number])] = verdict
            with_article[number].write(state, verdict)

        articles = [job.article for job in with_article if job.article is not None]
        if articles:
            store.add_all(articles, run=self._run(), also=write)
        others = [job for job in jobs if job.article is None]
        if others:
            with store.transaction():
                for job in others:
                    job.write(state, None)
        return [verdicts.get(id(job)) for job in jobs]


def _finish(jobs: list[Job], verdicts: list[Verdict | None]) -> None:
    for job, verdict in zip(jobs, verdicts, strict=True):
        job.done(verdict)
