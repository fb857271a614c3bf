"""The first reading: every article cleaned, measured, and handed to the builder."""

from __future__ import annotations

from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from crawler.dumps.columns import Cleaned, ColumnParts, Columns
from dedupe.clean_column import CleanColumn, Cut, clean_column, find_lines
from dedupe.dump_boilerplate import line_hashes
from dedupe.gathering import UNKNOWN_TIME
from dedupe.kernels.urls import outlet_hashes
from storage.dumps.url_groups import hints_of
from storage.errors import RejectedRowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedupe.gathering import Spill
    from dedupe.text_column import TextColumn
    from storage.dumps.batch import Batch
    from storage.dumps.dump import Dump
    from storage.dumps.fields import Fields
    from storage.dumps.reject import Reject

# Batches that may wait; each holds a few megabytes twice.
_WINDOW = 3
# Some 30,000 years from 1970, in seconds: what columns of times hold beyond is no time,
# and the difference of two may be more than a number takes.
_NO_TIME = 1e12


class Comparer(Protocol):
    """What takes the cleaned columns (StoryBuilder)."""

    def add(
        self,
        texts: TextColumn,
        headlines: TextColumn | None = None,
        *,
        published: NDArray[np.int64] | None = None,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInput:
    """A dump with the names of its fields, and what laying it out refused."""

    dump: Dump
    fields: Fields
    rejects: tuple[Reject, ...] = ()


class Listener(Protocol):
    """Hears of everything that is left out, and of how far the reading is."""

    def rejected(self, rejects: Sequence[Reject]) -> None: ...

    def removed(self, ids: TextColumn, first: int, cuts: Sequence[Cut]) -> None: ...

    def read(self, dump: int, consumed: int, articles: int) -> None: ...


def read_all(
    inputs: Sequence[OpenInput],
    comparer: Comparer | None,
    listener: Listener,
    spill: Spill,
    *,
    clean: bool = True,
    threads: int = 2,
) -> Columns:
    """Read every input once; cleaned columns go to *comparer*, in order.

    What stays of each article waits in columns beside *spill*.
    """
    parts = ColumnParts(spill)
    firsts = [0]
    with ThreadPoolExecutor(threads, "read") as pool:
        for number, opened in enumerate(inputs):
            listener.rejected(opened.rejects)
            tasks = (
                Cleaning(task, clean).run for task in opened.dump.read(opened.fields)
            )
            for found in _in_order(pool, tasks):
                listener.rejected(found.batch.rejects)
                listener.removed(found.batch.ids, parts.count, found.column.cuts)
                published = whole_seconds(found.batch.published)
                if comparer is not None and len(found.batch):
                    comparer.add(
                        found.column.texts, found.batch.headlines, published=published
                    )
                parts.add(found, published)
                listener.read(number, found.batch.consumed, parts.count)
            firsts.append(parts.count)
    return parts.finish(tuple(firsts))


def _in_order(
    pool: ThreadPoolExecutor, tasks: Iterator[Callable[[], Cleaned]]
) -> Iterator[Cleaned]:
    waiting: deque[Future[Cleaned]] = deque()
    for task in tasks:
        waiting.append(pool.submit(task))
        if len(waiting) >= _WINDOW:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@dataclass(frozen=True, slots=True)
class Cleaning:
    """One batch on its way: read, cleaned, its URLs and outlets hashed."""

    task: Callable[[], Batch]
    clean: bool

    def run(self) -> Cleaned:
        batch = self.task()
        outlets = np.empty(len(batch), np.uint64)
        named, urls = batch.outlets, batch.urls
        outlet_hashes(named.data, named.offsets, urls.data, urls.offsets, outlets)
        column, keys, counts = self._cleaned(batch)
        return Cleaned(batch, column, hints_of(urls), outlets, keys, counts)

    def _cleaned(
        self, batch: Batch
    ) -> tuple[CleanColumn, NDArray[np.uint64], NDArray[np.int64]]:
        """Return the texts without their repeats, and their lines' keys and numbers."""
        if not self.clean:
            column = CleanColumn(texts=batch.texts)
            return column, np.zeros(0, np.uint64), np.zeros(len(batch), np.int64)
        lines = find_lines(batch.texts)
        column = clean_column(batch.texts, batch.headlines, lines)
        if column.cuts:
            lines = find_lines(column.texts)
            column = replace(column, cuts=_to_the_end(column.cuts, batch.texts))
        return column, line_hashes(lines, column.texts), np.diff(lines.firsts)


def _to_the_end(cuts: Sequence[Cut], texts: TextColumn) -> tuple[Cut, ...]:
    """Take the blank lines before a text's last cut with it, which no other took."""
    found: list[Cut] = []
    for cut in cuts:
        low, high = texts.offsets[cut.article], texts.offsets[cut.article + 1]
        floor = found[-1].end if found and found[-1].article == cut.article else 0
        start = cut.start
        while (
            low + cut.end == high
            and start > floor
            and texts.data[low + start - 1] in b"\r\n"
        ):
            start -= 1
        before = texts.data[low + start : low + cut.start].tobytes().decode()
        found.append(replace(cut, start=start, text=before + cut.text))
    return tuple(found)


def whole_seconds(published: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return times as whole seconds, UNKNOWN_TIME for NaN and for what is no time."""
    known = np.abs(published) < _NO_TIME
    whole = np.full(len(published), UNKNOWN_TIME, np.int64)
    whole[known] = published[known]
    return whole


class Tally:
    """Counts what is left out, and stops a strict run at the first reject."""

    def __init__(self, strict: bool = False) -> None:
        self._strict = strict
        self.rejects: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()

    def count_rejects(self, rejects: Sequence[Reject]) -> None:
        self.rejects.update(reject.reason for reject in rejects)
        if rejects and self._strict:
            first = rejects[0]
            detail = f" ({first.detail})" if first.detail else ""
            raise RejectedRowError(
                f"{first.file}, line {first.line}: {first.reason}{detail}; "
                "leave out --strict to go on without it"
            )

    def count_removed(self, cuts: Sequence[Cut]) -> None:
        self.removed.update(cut.reason for cut in cuts)
