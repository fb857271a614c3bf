"""Stored pages to rows of a dump: extraction as a crawl does it."""

from __future__ import annotations

import logging
import multiprocessing
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from crawler.errors import NotAnArticle
from storage.dumps.reject import Reject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from storage.article import Article
    from storage.dumps.dump import Row
    from storage.dumps.pages import StoredPage

logger = logging.getLogger(__name__)

# Starting a worker costs as much as extracting this many pages.
_FEW = 40
_CHUNK = 16


def extract_pages(
    pages: Iterable[StoredPage | Reject], workers: int = 2
) -> Iterator[Row | Reject]:
    """Yield a row for each page that holds an article, a reject for every other.

    The order is that of *pages*; more than a few go through *workers* processes.
    """
    rest = iter(pages)
    head = list(islice(rest, _FEW))
    if len(head) < _FEW or workers < 2:
        yield from map(_row, head)
        yield from map(_row, rest)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[list[Row | Reject]]] = deque()
        chunk = head
        while chunk:
            waiting.append(pool.submit(_rows, chunk))
            if len(waiting) > 2 * workers:
                yield from waiting.popleft().result()
            chunk = list(islice(rest, _CHUNK))
        for future in waiting:
            yield from future.result()


def _rows(pages: list[StoredPage | Reject]) -> list[Row | Reject]:
    return [_row(page) for page in pages]


def _row(page: StoredPage | Reject) -> Row | Reject:
    if isinstance(page, Reject):
        return page
    from crawler.extract.article import extract

    fetched = datetime.fromisoformat(page.fetched) if page.fetched else None
    try:
        article = extract(
            page.html, page.url, content_type=page.content_type, fetched=fetched
        )
    except NotAnArticle as error:
        return Reject(
            file=page.file, line=page.line, reason="not an article", detail=error.reason
        )
    return _row_of(article, page)


def _row_of(article: Article, page: StoredPage) -> Row:
    return {
        "id": page.url or f"{page.file}:{page.line}",
        "url": article.url,
        "headline": article.headline,
        "subheadline": article.subheadline,
        "text": article.body,
        "authors": list(article.authors),
        "agency": article.agency,
        "language": article.language,
        "published": article.published and article.published.isoformat(),
        "modified": article.modified and article.modified.isoformat(),
        "fetched": page.fetched,
        "extractor": article.extractor,
    }
