"""Stored pages to articles, or to rows of a dump: extraction as a crawl does it."""

from __future__ import annotations

import logging
import multiprocessing
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from crawler.errors import NotAnArticle
from crawler.pages import digest
from storage.dumps.reject import Reject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from storage.article import Article
    from storage.dumps.dump import Row
    from storage.dumps.pages import StoredPage

_Made = TypeVar("_Made")
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
    return _spread(_row, pages, workers)


def extract_articles(
    pages: Iterable[StoredPage | Reject], workers: int = 2
) -> Iterator[Article | Reject]:
    """Yield the article of each page with all of its fields, or a reject."""
    return _spread(_article, pages, workers)


def _spread(
    work: Callable[[StoredPage | Reject], _Made | Reject],
    pages: Iterable[StoredPage | Reject],
    workers: int,
) -> Iterator[_Made | Reject]:
    rest = iter(pages)
    head = list(islice(rest, _FEW))
    if len(head) < _FEW or workers < 2:
        yield from map(work, head)
        yield from map(work, rest)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[list[_Made | Reject]]] = deque()
        chunk = head
        while chunk:
            waiting.append(pool.submit(_all, work, chunk))
            if len(waiting) > 2 * workers:
                yield from waiting.popleft().result()
            chunk = list(islice(rest, _CHUNK))
        for future in waiting:
            yield from future.result()


def _all(
    work: Callable[[StoredPage | Reject], _Made | Reject],
    pages: list[StoredPage | Reject],
) -> list[_Made | Reject]:
    return [work(page) for page in pages]


def _row(page: StoredPage | Reject) -> Row | Reject:
    if isinstance(page, Reject):
        return page
    article = _article(page)
    return article if isinstance(article, Reject) else _row_of(article, page)


def _article(page: StoredPage | Reject) -> Article | Reject:
    if isinstance(page, Reject):
        return page
    from crawler.extract.article import extract

    try:
        article = extract(
            page.html, page.url, content_type=page.content_type, fetched=page.moment
        )
        return replace(article, content_hash=digest(page.html))
    except NotAnArticle as error:
        return Reject(
            file=page.file, line=page.line, reason="not an article", detail=error.reason
        )


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
