"""Deciding every story anew, under new settings or with a better rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.dry_run import decide_anew
from storage.parameters import save_parameters
from storage.settle import empty_index, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dedupe.parameters import Parameters
    from storage.store import Store

_SAMPLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RededupeReport:
    """Stories before and after, and how many articles have other company.

    *samples* are groups of article ids that were, or would be, parted or joined. A dry
    run writes nothing.
    """

    articles: int
    stories_before: int
    stories_after: int
    moved: int
    samples: tuple[tuple[int, ...], ...]
    dry_run: bool


def plan(store: Store, parameters: Parameters) -> RededupeReport:
    """Say what rededupe() would change; reads the bodies once, and writes nothing."""
    after = decide_anew(store.db, parameters)
    return _report(_partition(store), after, dry_run=True)


def rededupe(
    store: Store,
    parameters: Parameters,
    *,
    run: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> RededupeReport:
    """Rebuild the index under *parameters* and decide every pair and story anew.

    Story ids stay with most of their members. One transaction empties the index and
    queues every article; from there settle() goes on, also after a kill.
    """
    before = _partition(store)
    with store.transaction() as db:
        save_parameters(db, parameters)
        empty_index(db, "rededupe")
    store.reload()
    settle(store, run=run, progress=progress)
    return _report(before, _partition(store), dry_run=False)


def _partition(store: Store) -> dict[int, int]:
    rows = store.db.conn.execute("SELECT id, story FROM articles ORDER BY id")
    return dict(rows.fetchall())


def _report(
    before: dict[int, int], after: dict[int, int], *, dry_run: bool
) -> RededupeReport:
    old, new = _groups(before), _groups(after)
    changed = sorted(sorted(group) for group in new - old)
    return RededupeReport(
        articles=len(after),
        stories_before=len(old),
        stories_after=len(new),
        moved=sum(len(group) for group in changed),
        samples=tuple(tuple(group) for group in changed[:_SAMPLES]),
        dry_run=dry_run,
    )


def _groups(partition: dict[int, int]) -> set[frozenset[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for article, story in partition.items():
        groups[story].append(article)
    return _frozen(groups.values())


def _frozen(groups: Iterable[list[int]]) -> set[frozenset[int]]:
    return {frozenset(group) for group in groups}
