"""What an answer, or none, says of a page, its outlet and the crawl."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crawler import pages
from crawler.failures import reason_of
from crawler.fallback import falls_back, note_answer
from crawler.jobs import PageJob
from crawler.middlewares.robots import DISALLOWED
from crawler.problems import FAILED_PAGE, FAILED_SOURCE

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.frontier import OutletQueue
    from crawler.session import Session
    from storage.crawl_state import PageState

logger = logging.getLogger(__name__)


def question_of(asked: Request | Response) -> tuple[OutletQueue, PageState]:
    """Return the outlet and the page that a request, or its response, is about."""
    return asked.meta["queue"], asked.meta["page"]


class Answers:
    """Counts answers, and saves the state of the pages that they are about."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_good(self, queue: OutletQueue, page: PageState, response: Response) -> bool:
        """Note what a status other than 200 and 304 means; return True for those."""
        queue.counts["requests"] += 1
        queue.counts["pages"] += page.kind == "article"
        note_answer(queue, response.url)
        status = response.status
        frontier = self._session.frontier
        if status in {200, 203, 304}:
            frontier.succeed(queue, response.url)
            queue.counts["answered"] += 1
            return True
        wait = None
        if status in {429, 503}:
            wait = self._session.wait_for(queue, response)
        queue.counts["errors"] += 1
        count_failure(queue, page, f"HTTP {status}")
        if status >= 500 or status in {401, 403, 429}:
            frontier.fail(queue, response.url, f"HTTP {status}")
        else:
            frontier.succeed(queue, response.url)
        now = self._session.now()
        self.save(
            queue,
            pages.failed(page, f"HTTP {status}", now=now, status=status, wait=wait),
        )
        return False

    def fail(self, failure: Failure) -> None:
        """Note why a request came to nothing."""
        request: Request = failure.request  # type: ignore[attr-defined]
        queue, page = question_of(request)
        reason = reason_of(failure.value or Exception("unknown"))
        frontier = self._session.frontier
        if falls_back(queue, request.url, reason):
            self._session.note_plain(queue, reason)
            frontier.ask_again(queue, page)
            return
        frontier.release(queue, page)
        count_failure(queue, page, reason)
        if reason != DISALLOWED:
            queue.counts["errors"] += 1
            frontier.fail(queue, request.url, reason)
        self.save(queue, pages.failed(page, reason, now=self._session.now()))

    def break_off(self, queue: OutletQueue, page: PageState, error: Exception) -> None:
        """Note that reading an answer failed: a fault of ours, or a trap laid for us.

        What is not noted would be waited for without end.
        """
        logger.error("reading %(url)s", {"url": page.url}, exc_info=error)
        reason = f"raised {type(error).__name__}"
        queue.counts["errors"] += 1
        count_failure(queue, page, reason)
        self.save(queue, pages.failed(page, reason, now=self._session.now()))

    def save(
        self, queue: OutletQueue, page: PageState, response: Response | None = None
    ) -> None:
        """Write the state of a page, with its bytes where they are kept."""
        frontier = self._session.frontier
        self._session.writer.put(
            PageJob(
                page=page,
                exchange=self._session.keep(response) if response is not None else None,
            ),
            then=lambda _: frontier.commit(queue, page.url_key),
        )


def count_failure(queue: OutletQueue, page: PageState, reason: str) -> None:
    """Count why a page or a source could not be read."""
    kind = FAILED_PAGE if page.kind == "article" else FAILED_SOURCE
    queue.counts[f"{kind}{reason}"] += 1
