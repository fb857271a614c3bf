"""Extraction in worker processes, so that a crawl never waits for a page."""

from __future__ import annotations

import asyncio
import logging
import signal
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import billiard
from billiard.exceptions import TimeLimitExceeded, WorkerLostError

from crawler.errors import ExtractionError, NotAnArticle

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from crawler.extract.rules import Rule
    from storage.article import Article

logger = logging.getLogger(__name__)

SECONDS_PER_PAGE = 10.0
_LOST_AFTER = 0.5  # seconds that a dead worker's result may still be on its way
# lxml and trafilatura hold on to memory; a worker of this age is replaced.
_PAGES_PER_WORKER = 2_000
_WARM_UP = f"<title>Warming up a worker</title><p>{'The first page is slow. ' * 20}</p>"


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

    A page that takes longer than *seconds*, or whose worker dies, fails alone with
    ExtractionError, and a new worker takes the place of the old.
    """

    def __init__(self, workers: int = 2, *, seconds: float = SECONDS_PER_PAGE) -> None:
        self.seconds = seconds
        # Spawned, not forked: a fork of a process with threads may inherit held locks.
        self._pool = billiard.get_context("spawn").Pool(
            workers,
            initializer=_prepare,
            timeout=seconds,
            lost_worker_timeout=_LOST_AFTER,
            maxtasksperchild=_PAGES_PER_WORKER,
        )

    def submit(self, task: Task) -> Future[Article]:
        """Start to extract a page; the future raises NotAnArticle or ExtractionError."""
        future: Future[Article] = Future()
        future.set_running_or_notify_cancel()
        self._pool.apply_async(
            _extract,
            (task,),
            callback=lambda result: _settle(future, result),
            error_callback=lambda info: future.set_exception(self._error(info, task)),
        )
        return future

    async def extract(self, task: Task) -> Article:
        """Extract a page without blocking the event loop; raises as submit() does."""
        return await asyncio.wrap_future(self.submit(task))

    def close(self) -> None:
        """Wait for the pages at hand, and end the workers."""
        self._pool.close()
        self._pool.join()

    def terminate(self) -> None:
        """End the workers at once; what they were at is lost."""
        self._pool.terminate()
        self._pool.join()

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

    def _error(self, info: Any, task: Task) -> ExtractionError:
        cause = getattr(info, "exception", info)
        cause = getattr(cause, "exc", cause)
        if isinstance(cause, TimeLimitExceeded):
            reason = f"took over {self.seconds:g} s"
        elif isinstance(cause, WorkerLostError):
            reason = "killed its worker"
        else:
            reason = f"raised {type(cause).__name__}"
        logger.warning(
            "extracting %(url)s: %(reason)s", {"url": task.url, "reason": reason}
        )
        return ExtractionError(reason)


def _settle(future: Future[Article], result: Article | NotAnArticle) -> None:
    if isinstance(result, NotAnArticle):
        future.set_exception(result)
    else:
        future.set_result(result)


def _prepare() -> None:
    # Ctrl-C reaches the whole group; the parent ends its workers in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Models and parsers load with the first page, which should not pay for them.
    _extract(Task(html=_WARM_UP, url="http://localhost/"))


def _extract(task: Task) -> Article | NotAnArticle:
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
        # Told as a value: an exception would bring a formatted traceback along.
        return refusal.with_traceback(None)
