"""Extraction in worker processes, so that a crawl never waits for a page.

Every worker has a pipe of its own, and a thread that waits on it. Pools that share one
queue between their workers share its lock too, and a worker that is killed while it
holds that lock takes the whole pool with it.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import queue
import signal
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from crawler.children import WORKERS, out_of_reach
from crawler.errors import ExtractionError, MachineError, NotAnArticle

if TYPE_CHECKING:
    from datetime import datetime
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from types import TracebackType

    from crawler.extract.rules import Rule
    from storage.article import Article

logger = logging.getLogger(__name__)

SECONDS_PER_PAGE = 10.0
# On a busy machine a page waits for its share of the processor, which is no fault of
# its own: the limit is on the worker's own time, and this many times that on the clock.
_PATIENCE = 6
# Importing the parsers and loading their models is no page's fault.
_SECONDS_TO_START = 120.0
# lxml and trafilatura hold on to memory; a worker of this age is replaced, by a fork.
_PAGES_PER_WORKER = 500
_KILLED = "killed its worker"
_WARM_UP = (
    "<html lang=en><title>A worker is warmed up</title><article>"
    "<h1>A worker is warmed up</h1><p>By Ann Author, 20 November 2026</p>"
    f"<p>{'The first page that is read is the slowest of all. ' * 20}</p></article>"
)
# Faults of disk and system, which would fail every other page as well.
_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.ENFILE}
)
_starting = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One page to extract; the fields are the parameters of extract()."""

    html: bytes | str
    url: str
    content_type: str | None = None
    fetched: datetime | None = None
    outlet: str | None = None
    rules: tuple[Rule, ...] = ()


class ExtractionPool:
    """Worker processes that extract pages, each within a hard limit of time.

    A page that takes more than *seconds* of a processor, or whose worker dies, fails
    alone with ExtractionError, and a new worker takes the place of the old.
    """

    def __init__(self, workers: int = 2, *, seconds: float = SECONDS_PER_PAGE) -> None:
        self._tasks: queue.SimpleQueue[tuple[Task, Future[Article]] | None] = (
            queue.SimpleQueue()
        )
        self._workers = [_Worker(seconds) for _ in range(workers)]
        self._threads = [
            threading.Thread(target=self._serve, args=(worker,), daemon=True)
            for worker in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Task) -> Future[Article]:
        """Start to extract a page; the future raises NotAnArticle or ExtractionError."""
        future: Future[Article] = Future()
        self._tasks.put((task, future))
        return future

    async def extract(self, task: Task) -> Article:
        """Extract a page without blocking the event loop; raises as submit() does."""
        # Only where a loop runs: a worker would load it in vain.
        import asyncio

        return await asyncio.wrap_future(self.submit(task))

    def close(self) -> None:
        """Wait for the pages at hand, and end the workers."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def terminate(self) -> None:
        """End the workers at once; what they were at is lost."""
        with contextlib.suppress(queue.Empty):
            while True:
                waiting = self._tasks.get_nowait()
                if waiting is not None:
                    waiting[1].cancel()
        for worker in self._workers:
            worker.retire()
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.terminate()
        else:
            self.close()

    def _serve(self, worker: _Worker) -> None:
        while (job := self._tasks.get()) is not None:
            task, future = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = worker.extract(task)
            except Exception as error:
                logger.log(
                    # A worker that was ended on purpose is nobody's concern.
                    logging.DEBUG if worker.is_retired else logging.WARNING,
                    "extracting %(url)s: %(reason)s",
                    {"url": task.url, "reason": error},
                    exc_info=not isinstance(error, ExtractionError),
                )
                answer = error
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        worker.stop()


class _Worker:
    """One child process, used by one thread; started when there is a page for it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._pages = 0
        self.is_retired = False

    def start(self) -> None:
        """Start the process, where there is none; it loads while others work."""
        with _starting:
            if self._process is not None or self.is_retired:
                return
            self._pipe, theirs = WORKERS.Pipe()
            self._process = WORKERS.Process(
                target=_TARGET, args=(theirs, self.seconds), daemon=True
            )
            with out_of_reach():
                self._process.start()
            # With the parent's end of it open, a dead child would not end the pipe.
            theirs.close()
            self._pages = 0

    def extract(self, task: Task) -> Article | Exception:
        """Return the article, or what extract() raised; raises ExtractionError."""
        if self._pages >= _PAGES_PER_WORKER:
            self.stop()
        self.start()
        try:
            if self._pages == 0:
                self._receive(_SECONDS_TO_START)
            self._pages += 1
            assert self._pipe is not None
            self._pipe.send(task)
            return self._receive(_PATIENCE * self.seconds)
        except TimeoutError:
            self.stop()
            raise ExtractionError(f"took over {self.seconds:g} s") from None
        except (EOFError, OSError, AssertionError):
            took_too_long = self.stop() == -signal.SIGPROF
            what = f"took over {self.seconds:g} s" if took_too_long else _KILLED
            raise ExtractionError(what) from None

    def retire(self) -> None:
        """Kill the process from another thread, for good."""
        with _starting:
            self.is_retired = True
            if self._process is not None:
                self._process.kill()

    def stop(self) -> int | None:
        """End the process, whatever it is at; return its exit code, if there was one."""
        code = None
        with _starting:
            if self._process is not None and self._pipe is not None:
                self._pipe.close()
                self._process.kill()
                self._process.join()
                code = self._process.exitcode
                self._process.close()
            self._process = self._pipe = None
        return code

    def _receive(self, seconds: float) -> Article | Exception:
        assert self._pipe is not None
        if not self._pipe.poll(seconds):
            raise TimeoutError
        answer: Article | Exception = self._pipe.recv()
        return answer


def _work(pipe: Connection, seconds: float) -> None:
    """Answer pages until the pipe ends: an Article, NotAnArticle or ExtractionError."""
    # A stop reaches the whole group; the parent ends its workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe.send(warm_up())
    # A crawl that is killed with an answer unread resets the pipe.
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            # SIGPROF ends the process, also one that hangs in a parser's own code.
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = _extract(task)
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send(answer)


def warm_up() -> Article | Exception:
    """Load what the first page needs, which should not pay for it."""
    return _extract(Task(html=_WARM_UP, url="http://localhost/2026/11/20/warm-up"))


def _extract(task: Task) -> Article | Exception:
    from crawler.extract.article import extract

    try:
        return extract(
            task.html,
            task.url,
            content_type=task.content_type,
            fetched=task.fetched,
            outlet=task.outlet,
            rules=task.rules,
        )
    except NotAnArticle as refusal:
        return refusal.with_traceback(None)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _MACHINE:
            return MachineError(f"extraction: {error.strerror}: see to the disk")
        # Told by name: not every exception can be pickled.
        logger.exception("extracting %(url)s", {"url": task.url})
        return ExtractionError(f"raised {type(error).__name__}")


_TARGET = _work
