"""A whole dump on one machine.

builder = StoryBuilder(spill=...)
for texts, headlines, published in batches:
    builder.add(texts, headlines, published=published)
stories = builder.finish()
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from dedupe.deciding import AT_ONCE, Keep, decide
from dedupe.gathering import UNKNOWN_TIME, Gatherer, MemorySpill, Spill
from dedupe.outcome import Stories, Texts
from dedupe.parameters import DEFAULT, Parameters
from dedupe.shingles import Analysis, analyse_texts
from dedupe.signature import permutations
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Precision = Literal["day", "minute", "second"]
# Seconds from the first to the last moment that a time may mean.
_WIDTHS = {"day": 86_399, "minute": 59, "second": 0}
# Articles signed at a time by find_stories.
_BATCH = 2000
_NO_KEYS = np.zeros(0, np.uint64)


class StoryBuilder:
    """Takes articles batch by batch, then finds their stories.

    Batches are analysed by *threads* threads while the caller reads on; few wait at a
    time. Pairs are verified *at_once*, which takes memory. Texts are not kept; verification records, band and passage keys go to *spill*
    and columns beside it. Once finished, *folds* (uint64[n]) are hashes of the folded
    texts.
    """

    def __init__(
        self,
        parameters: Parameters = DEFAULT,
        *,
        spill: Spill | None = None,
        threads: int = 2,
        at_once: int = AT_ONCE,
    ) -> None:
        self.parameters = parameters
        self._spill = MemorySpill() if spill is None else spill
        self._gatherer = Gatherer(self._spill, parameters.bands)
        self._threads = threads
        self._at_once = at_once
        self._pool = ThreadPoolExecutor(threads, "dedupe")
        self._waiting: deque[tuple[Future[Analysis], NDArray[np.int64] | None]]
        self._waiting = deque()
        self.count = 0
        self.folds = _NO_KEYS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(
        self,
        texts: TextColumn,
        headlines: TextColumn | None = None,
        *,
        published: NDArray[np.int64] | None = None,
    ) -> None:
        """Take the next articles: cleaned texts, headlines, times.

        *published* are epoch seconds, UNKNOWN_TIME where an article says none. The
        arrays must not change afterwards.
        """
        while len(self._waiting) > self._threads:
            self._take()
        task = self._pool.submit(self._analyse, texts, headlines)
        self._waiting.append((task, published))
        self.count += len(texts)

    def finish(
        self,
        *,
        keep: Keep = "earliest",
        preference: NDArray[np.int64] | None = None,
        boilerplate: NDArray[np.uint64] = _NO_KEYS,
        ignored: NDArray[np.bool_] | None = None,
        ends: NDArray[np.int64] | None = None,
        list_pairs: bool = True,
    ) -> Stories:
        """Find the stories of all articles added; the builder is spent afterwards.

        The canonical of a story is the first by *preference* (int64[n], the smallest
        first), then by *keep*. *boilerplate* are the passage keys (dedupe.bands) of
        lines learnt to be boilerplate only after their articles were added. *ignored*
        (bool[n]) articles, earlier texts of another one, stand alone. *ends* (int64[n])
        are the last moments at which each article may have been published. Pairs are
        only counted, which is faster, unless *list_pairs*.
        """
        while self._waiting:
            self._take()
        found = self._gatherer.finish()
        self.folds = found.folds
        if ignored is not None:
            # An empty article joins nothing.
            found.weights[ignored] = 0
        stories = decide(
            found, self._spill, self.parameters, self._pool,
            boilerplate=boilerplate, keep=keep, preference=preference, ends=ends,
            list_pairs=list_pairs, at_once=self._at_once,
        )  # fmt: skip
        # Beside what the caller does next: a large file takes seconds to go.
        self._pool.submit(self._gatherer.drop)
        return stories

    def _analyse(self, texts: TextColumn, headlines: TextColumn | None) -> Analysis:
        p = self.parameters
        return analyse_texts(
            texts, headlines, permutations=permutations(p.num_perm, p.seed),
            bands=p.bands, rows=p.rows,
        )  # fmt: skip

    def _take(self) -> None:
        task, published = self._waiting.popleft()
        self._gatherer.add(task.result(), published)


def find_stories(
    texts: Sequence[str],
    headlines: Sequence[str | None] | None = None,
    *,
    published: Sequence[int | float | None] | None = None,
    precisions: Sequence[Precision | None] | None = None,
    outlets: Sequence[str | None] | None = None,
    keep: Keep | Sequence[str] = "earliest",
    parameters: Parameters = DEFAULT,
) -> Stories:
    """Find the stories of cleaned texts held in memory.

    *published* are epoch seconds, and *precisions* say how exact they are ("second"
    where none is given): a day is no earlier than the hours of that day. *keep* says which article a story shows: "earliest",
    "longest", or preferred *outlets*, the best first. Articles are numbered as they
    come.
    """
    times = None if published is None else _times(published)
    with StoryBuilder(parameters) as builder:
        for start in range(0, len(texts), _BATCH):
            end = start + _BATCH
            builder.add(
                TextColumn.from_strings(texts[start:end]),
                None
                if headlines is None
                else TextColumn.from_strings(headlines[start:end]),
                published=None if times is None else times[start:end],
            )
        rule, preference = _preference(keep, outlets, len(texts))
        stories = builder.finish(
            keep=rule, preference=preference, ends=_ends(times, precisions)
        )
    known = None if published is None else [_whole(time) for time in published]
    return replace(
        stories, source=Texts(texts=texts, headlines=headlines, published=known)
    )


def _times(published: Sequence[int | float | None]) -> NDArray[np.int64]:
    whole = (_whole(time) for time in published)
    return np.array([UNKNOWN_TIME if t is None else t for t in whole], np.int64)


def _ends(
    times: NDArray[np.int64] | None, precisions: Sequence[Precision | None] | None
) -> NDArray[np.int64] | None:
    if times is None or precisions is None:
        return None
    widths = [_WIDTHS[name or "second"] for name in precisions]
    return np.asarray(times + np.array(widths, np.int64), np.int64)


def _whole(time: float | None) -> int | None:
    return None if time is None else int(time)


def _preference(
    keep: Keep | Sequence[str], outlets: Sequence[str | None] | None, n: int
) -> tuple[Keep, NDArray[np.int64] | None]:
    if keep == "earliest" or keep == "longest":
        return keep, None
    ranks = {outlet: rank for rank, outlet in enumerate(keep)}
    named: Sequence[str | None] = outlets or [None] * n
    return "earliest", np.array([ranks.get(o or "", len(ranks)) for o in named])
