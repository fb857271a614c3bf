"""Deleting what only grows: old pages, old runs, old rejected pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from storage.articles import iso

if TYPE_CHECKING:
    from datetime import datetime

    from storage.store import Store

Prunable = Literal["pages", "runs", "rejected-pairs"]

_BATCH = 5000
# Feeds and sitemaps are few and needed; a page that waits was never fetched.
_OLD = {
    "pages": "DELETE FROM pages WHERE id IN (SELECT id FROM pages"
    " WHERE kind = 'article' AND last_fetched < :before LIMIT :batch)",
    "runs": "DELETE FROM runs WHERE id IN (SELECT id FROM runs"
    " WHERE started < :before AND outcome <> 'running' LIMIT :batch)",
    "rejected-pairs": "DELETE FROM pairs WHERE (a, b) IN (SELECT a, b FROM pairs"
    " JOIN articles AS one ON one.id = pairs.a JOIN articles AS other"
    " ON other.id = pairs.b WHERE pairs.verdict = 'rejected'"
    " AND one.fetched < :before AND other.fetched < :before LIMIT :batch)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneReport:
    """How many rows went."""

    what: str
    before: str
    deleted: int


def prune(store: Store, what: Prunable, *, before: datetime) -> PruneReport:
    """Delete rows older than *before* in bounded transactions.

    A page that is linked again after it was pruned is fetched again; its article is
    known by its url_key and stays one.
    """
    values = {"before": iso(before), "batch": _BATCH}
    deleted, last = 0, -1
    while last:
        with store.transaction() as db:
            last = db.conn.execute(_OLD[what], values).rowcount
        deleted += last
    return PruneReport(what=what, before=str(values["before"]), deleted=deleted)
