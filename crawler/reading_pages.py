"""The answers that hold articles: extract one, and hand on what the page came to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler import pages
from crawler.answers import count_failure
from crawler.errors import ExtractionError, MachineError, NotAnArticle
from crawler.extract.workers import ExtractionPool, Task
from crawler.jobs import PageJob
from storage.urls import url_key

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.answers import Answers
    from crawler.frontier import OutletQueue
    from crawler.session import Session
    from storage.article import Article
    from storage.crawl_state import PageState
    from storage.verdict import Verdict


class PageReader:
    """Reads pages for one crawl; their articles come from other processes."""

    def __init__(
        self, session: Session, answers: Answers, extraction: ExtractionPool
    ) -> None:
        self._session = session
        self._answers = answers
        self._extraction = extraction

    async def read(
        self, queue: OutletQueue, page: PageState, response: Response
    ) -> Article | None:
        """Return the article of a page; None where it holds none, or none that is new."""
        now = self._session.now()
        seen = pages.fetched(page, response, now=now)
        if not self._answers.is_good(queue, page, response):
            return None
        if response.status == 304 or seen.content_hash == page.content_hash:
            queue.counts["unchanged"] += 1
            self._answers.save(queue, pages.unchanged(seen, now=now))
            return None
        try:
            article = await self._extract(queue, response)
        except NotAnArticle as error:
            queue.counts["not an article"] += 1
            queue.counts[f"not an article: {error.reason}"] += 1
            self._answers.save(queue, pages.is_no_article(seen, error.reason), response)
            return None
        except ExtractionError as error:
            if isinstance(error, MachineError):
                # No fault of the page, which waits for the next run as it was.
                self._session.fail(error)
                return None
            queue.counts["errors"] += 1
            count_failure(queue, page, str(error))
            # As it was before: with these bytes noted, the retry would find them read.
            self._answers.save(queue, pages.failed(page, str(error), now=now), response)
            return None
        self._expect(queue, page, seen, response, now)
        return replace(article, content_hash=seen.content_hash)

    async def _extract(self, queue: OutletQueue, response: Response) -> Article:
        header = response.headers.get("Content-Type")
        task = Task(
            html=response.body,
            url=response.url,
            content_type=header.decode("latin-1") if header else None,
            fetched=self._session.moment(),
            # Who was asked may have sent us on to another outlet's article.
            outlet=self._session.frontier.owner(response.url, queue).name,
        )
        return await self._extraction.extract(task)

    def _expect(
        self,
        queue: OutletQueue,
        page: PageState,
        seen: PageState,
        response: Response,
        now: float,
    ) -> None:
        """Hold the page's state until its article comes to the end of the pipelines."""
        changed = page.content_hash is not None
        state = pages.is_article(seen, now=now, changed=changed)
        aliases: tuple[PageState, ...] = ()
        final = url_key(response.url)
        if final != page.url_key:
            owner = self._session.frontier.owner(response.url, queue)
            alias = replace(state, url_key=final, url=response.url, outlet=owner.id)
            aliases = (alias,)
        job = PageJob(
            page=state, aliases=aliases, exchange=self._session.keep(response)
        )
        self._session.expect_article(
            response.url, job, lambda verdict: self._added(queue, page.url_key, verdict)
        )

    def _added(self, queue: OutletQueue, key: str, verdict: Verdict | None) -> None:
        self._session.frontier.commit(queue, key)
        if verdict is not None:
            queue.counts["articles"] += 1
            queue.counts["new"] += verdict.is_new
            queue.counts["revisions"] += verdict.is_revision
            queue.counts["copies"] += verdict.role == "copy" and verdict.is_new
            queue.counts["blocks removed"] += verdict.removed
