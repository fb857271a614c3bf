"""What a run did, written into its row and those of its outlets when it ends."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crawler.problems import find_problem
from storage.outlet_facts import learn_outlet, note_success
from storage.runs import OutletCounts, count_outlet, finish_run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crawler.frontier import OutletQueue
    from storage.crawl_state import CrawlState


def close_run(
    state: CrawlState,
    run: int,
    queues: Iterable[OutletQueue],
    *,
    outcome: str,
    now: datetime,
) -> None:
    """Close *run* with what it did at each outlet; runs inside a transaction."""
    total: Counter[str] = Counter()
    for queue in queues:
        _note_outlet(state, queue, now.timestamp())
        count_outlet(state.db, run, _counts_of(state, queue))
        total.update(queue.counts)
    finish_run(state.db, run, outcome=outcome, now=now, counts=total)


def _note_outlet(state: CrawlState, queue: OutletQueue, now: float) -> None:
    """Write down what an outlet said of itself, and that it answered."""
    spoken = queue.languages.most_common(1)
    learn_outlet(
        state.db,
        queue.id,
        name=queue.site_name,
        language=spoken[0][0] if spoken else None,
    )
    if queue.counts["answered"]:
        note_success(state.db, queue.id, now=now)


def _counts_of(state: CrawlState, queue: OutletQueue) -> OutletCounts:
    counts = queue.counts
    return OutletCounts(
        outlet=queue.id,
        pages=counts["pages"],
        articles=counts["new"],
        copies=counts["copies"],
        errors=counts["errors"],
        counts=dict(counts),
        problem=find_problem(queue, state),
    )
