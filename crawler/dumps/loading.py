"""A dump into a database: the same tables as a crawl writes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from dedupe.blocks import split_blocks
from storage.article import Article
from storage.dumps.batch import plain
from storage.dumps.fields import HEADLINE, ID, OUTLET, TEXT, URL, value_at
from storage.runs import finish_run, start_run
from storage.settle import settle
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from crawler.dumps.reading import OpenInput
    from storage.dumps.dump import Row
    from storage.dumps.reject import Reject

_BATCH = 100


def load_into(
    path: Path,
    sources: Sequence[Iterable[Article | Reject]],
    *,
    argv: Sequence[str],
    now: Callable[[], datetime],
    rejected: Callable[[Sequence[Reject]], None],
    loaded: Callable[[int], None],
) -> Counter[str]:
    """Add the articles of *sources* to the database at *path*; count their verdicts.

    Every 100 are a transaction, so a run that was killed goes on where it was: what
    the database has already is "known" and changes nothing. Lines that turned out to be
    boilerplate are settled at the end.
    """
    verdicts: Counter[str] = Counter()
    with Store.open(path) as store:
        with store.transaction() as db:
            run = start_run(db, argv, now=now())
        for source in sources:
            articles = _accepted(source, rejected)
            while chunk := list(islice(articles, _BATCH)):
                for verdict in store.add_all(chunk, run=run):
                    verdicts[verdict.kind] += 1
                loaded(sum(verdicts.values()))
        settle(store, run=run)
        with store.transaction() as db:
            finish_run(db, run, outcome="done", now=now())
    return verdicts


def _accepted(
    source: Iterable[Article | Reject], rejected: Callable[[Sequence[Reject]], None]
) -> Iterator[Article]:
    for one in source:
        if isinstance(one, Article):
            yield one
        else:
            rejected([one])


# In UTC a date of another zone may lie before the first year, or after the last.
_FIRST, _LAST = (
    when.replace(microsecond=0, tzinfo=UTC).timestamp()
    for when in (datetime.min, datetime.max)
)


def articles_of(opened: OpenInput) -> Iterator[Article | Reject]:
    """Yield an article for each row of a dump, with the fields that were named."""
    yield from opened.rejects
    places: list[np.ndarray] = [np.zeros((0, 2), np.int64)]
    moments: list[np.ndarray] = [np.zeros(0)]
    for task in opened.dump.read(opened.fields):
        batch = task()
        yield from batch.rejects
        places.append(batch.places)
        moments.append(batch.published)
    rows = (row for rows in opened.dump.rows(np.concatenate(places)) for row in rows)
    yield from _of_rows(rows, np.concatenate(moments).tolist(), opened)


def _of_rows(
    rows: Iterable[Row], moments: Iterable[float], opened: OpenInput
) -> Iterator[Article]:
    names = opened.fields.names
    for row, moment in zip(rows, moments, strict=True):
        values = [value_at(row, name) if name else None for name in names]
        text = plain(values[TEXT])
        url = plain(values[URL]) or _own_name(plain(values[ID]), text)
        # NaN and UNKNOWN_TIME lie outside too.
        is_dated = _FIRST <= moment <= _LAST
        published = datetime.fromtimestamp(moment, UTC) if is_dated else None
        midnight = published is not None and moment % 86_400 == 0
        precision = "day" if midnight else "second"
        yield Article(
            url=url,
            headline=plain(values[HEADLINE]),
            blocks=split_blocks(text).blocks,
            outlet=plain(values[OUTLET]) or None,
            published=published,
            published_precision=precision if published else None,  # type: ignore[arg-type]
            published_from="dump" if published else None,
            extractor="dump",
        )


def _own_name(given: str, text: str) -> str:
    """Name an article without a URL by its id, else by its text."""
    if given:
        return f"urn:dump:{given}"
    return (
        f"urn:dump:{blake2b(text.encode(errors='replace'), digest_size=12).hexdigest()}"
    )
