"""Extract stored pages anew: from WARC files, or by asking the outlets again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from crawler.errors import ExtractionError, NotAnArticle
from crawler.extract.workers import ExtractionPool, Task
from storage.crawl_state import CrawlState
from storage.runs import finish_run, start_run
from storage.store import Store
from storage.warc_reader import read_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from storage.article import Article
    from storage.crawl_state import PageState

BATCH = 100
MISSING = "not in the archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReextractReport:
    """How many pages were extracted anew, what changed, and what failed by reason.

    *queued* counts the pages that no archive holds: the next crawl fetches them.
    """

    pages: int = 0
    new: int = 0
    changed: int = 0
    queued: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)


def reextract(
    db: Path,
    *,
    warc: Path | None,
    workers: int,
    argv: Sequence[str] = ("reextract",),
    progress: Callable[[int], None] = lambda _: None,
) -> ReextractReport:
    """Extract every page again whose bytes *warc* holds, and queue the others.

    The same bytes make no revision: the article's text is replaced. Without *warc*
    every article is queued for a fetch without condition. A run that dies goes on from
    the start, to the same end.
    """
    counts: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    with Store.open(db, create=False) as store:
        state = CrawlState(store.db)
        with store.transaction() as connection:
            run = start_run(connection, argv, now=store.now())
        if warc is None:
            with store.transaction():
                counts["queued"] = state.ask_again()
        else:
            with ExtractionPool(workers) as pool:
                for batch in _batches(state.archived()):
                    _extract_batch(store, state, batch, warc, pool, counts, failed, run)
                    progress(counts["pages"])
            with store.transaction():
                counts["queued"] = state.ask_again(only_unarchived=True)
        with store.transaction() as connection:
            finish_run(connection, run, outcome="done", counts=counts, now=store.now())
    return ReextractReport(
        pages=counts["pages"],
        new=counts["new"],
        changed=counts["changed"],
        queued=counts["queued"],
        failed=dict(failed),
    )


def _extract_batch(
    store: Store,
    state: CrawlState,
    pages: list[tuple[PageState, str | None]],
    warc: Path,
    pool: ExtractionPool,
    counts: Counter[str],
    failed: Counter[str],
    run: int,
) -> None:
    tasks: list[tuple[PageState, Future[Article]]] = []
    for page, outlet in pages:
        stored = read_response(warc, page.warc_file or "", page.warc_offset or 0)
        if stored is None:
            failed[MISSING] += 1
            continue
        task = Task(
            html=stored.body,
            url=stored.url,
            content_type=stored.content_type,
            fetched=stored.fetched,
            outlet=outlet,
        )
        tasks.append((page, pool.submit(task)))
    found = list(_results(tasks, counts, failed))
    articles = [article for _, article in found]

    def also(number: int, verdict: object) -> None:
        page = found[number][0]
        named = getattr(verdict, "article", None)
        state.save(replace(page, outcome="article", reason=None, article=named))

    verdicts = store.add_all(articles, run=run, also=also)
    counts["new"] += sum(verdict.is_new for verdict in verdicts)
    counts["changed"] += sum(verdict.verdict != "known" for verdict in verdicts)


def _results(
    tasks: list[tuple[PageState, Future[Article]]],
    counts: Counter[str],
    failed: Counter[str],
) -> Iterator[tuple[PageState, Article]]:
    for page, future in tasks:
        counts["pages"] += 1
        try:
            article = future.result()
        except (NotAnArticle, ExtractionError) as error:
            failed[str(error)] += 1
            continue
        yield page, replace(article, content_hash=page.content_hash)


def _batches(
    pages: Iterator[tuple[PageState, str | None]],
) -> Iterator[list[tuple[PageState, str | None]]]:
    batch: list[tuple[PageState, str | None]] = []
    for page in pages:
        batch.append(page)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
