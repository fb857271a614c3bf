"""The one writer: a process of its own, so that a crawl never waits for the disk.

What is committed, and what came of it, comes back to the reactor's thread.
"""

from __future__ import annotations

import atexit
import queue
import threading
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any

from crawler.children import WRITERS, out_of_reach
from crawler.committing import serve
from crawler.jobs import FlushJob
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.committing import Order
    from crawler.jobs import Job


class WriterProcess:
    """The process that commits, and our end of its pipe, where its Order comes first.

    *is_ahead* when articles are certain to come: what adds them is loaded at once.
    """

    def __init__(self, *, is_ahead: bool = False) -> None:
        self.pipe, self._theirs = WRITERS.Pipe()
        self._process = WRITERS.Process(
            target=serve, args=(self._theirs, is_ahead), name="writer", daemon=True
        )

    def start(self) -> None:
        """Start it, unless that was done ahead; it loads while others work."""
        if self._process.pid is not None:
            return
        try:
            with out_of_reach():
                self._process.start()
        finally:
            # With our copy of its end open, a dead child would not end the pipe.
            self._theirs.close()
        atexit.register(self.end)

    def end(self) -> None:
        """Kill it; what it has committed stays."""
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()
        atexit.unregister(self.end)


class Writer:
    """Sends jobs to the process that commits them; *notify* runs on the reactor's thread.

    *on_error* gets what ended the writing, once; jobs after it are dropped, and what was
    not committed will be fetched again.
    """

    def __init__(
        self,
        order: Order,
        process: WriterProcess,
        *,
        notify: Callable[[Callable[[], None]], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        self._notify = notify
        self._on_error = on_error
        self._numbers = count()
        self._waiting: dict[int, Callable[[Any], None]] = {}
        self._jobs: queue.SimpleQueue[tuple[int, Job] | None] = queue.SimpleQueue()
        self._done: deque[list[tuple[int, Any]]] = deque()
        self._order = order
        self._process = process
        self._threads = [
            threading.Thread(target=work, name="writer", daemon=True)
            for work in (self._send, self._receive)
        ]
        self.error: BaseException | None = None

    def start(self) -> None:
        """Begin to take jobs; the process is there when it has loaded."""
        for thread in self._threads:
            thread.start()

    def put(self, job: Job, then: Callable[[Any], None] = lambda _: None) -> None:
        """Queue *job*; never blocks. *then* gets what its write() returned."""
        number = next(self._numbers)
        self._waiting[number] = then
        self._jobs.put((number, job))

    def flush(self) -> None:
        """Have what is queued committed at once, and not within a second."""
        if self._waiting:
            self.put(FlushJob())

    @property
    def backlog(self) -> int:
        """How many jobs wait."""
        return len(self._waiting)

    def close(self, timeout: float | None = None) -> None:
        """Commit what is queued and end; wait at most *timeout* seconds."""
        self._jobs.put(None)
        self._threads[1].join(timeout)
        self._process.end()
        self._finish()

    def _send(self) -> None:
        try:
            self._process.start()
            self._process.pipe.send(self._order)
            while (job := self._jobs.get()) is not None:
                self._process.pipe.send(job)
            self._process.pipe.send(None)
        except OSError:
            # The process has ended; the other thread learns why.
            return

    def _receive(self) -> None:
        failure: BaseException
        try:
            while (answer := self._process.pipe.recv()) is not None:
                if isinstance(answer, BaseException):
                    failure = answer
                    break
                self._done.append(answer)
                self._notify(self._finish)
            else:
                return
        except (EOFError, OSError):
            failure = StorageError(
                "the process that writes was killed: run the same command to go on"
            )
        self.error = failure
        self._notify(lambda: self._on_error(failure))

    def _finish(self) -> None:
        while self._done:
            for number, result in self._done.popleft():
                self._waiting.pop(number)(result)
