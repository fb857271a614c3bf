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
# What is old behind the last that went, in the order of its table: read once in all.
_OLD = {
    "pages": "SELECT id FROM pages WHERE id > :a AND kind = 'article'"
    " AND +last_fetched < :before ORDER BY id LIMIT :batch",
    "runs": "SELECT id FROM runs WHERE id > :a AND +started < :before"
    " AND +outcome <> 'running' ORDER BY id LIMIT :batch",
    "rejected-pairs": "SELECT a, b FROM pairs CROSS JOIN articles AS one"
    " ON one.id = pairs.a CROSS JOIN articles AS other ON other.id = pairs.b"
    " WHERE (a, b) > (:a, :b) AND +pairs.verdict = 'rejected'"
    " AND one.fetched < :before AND other.fetched < :before"
    " ORDER BY a, b LIMIT :batch",
}
_DELETE = {
    "pages": "DELETE FROM pages WHERE id = ?",
    "runs": "DELETE FROM runs WHERE id = ?",
    "rejected-pairs": "DELETE FROM pairs WHERE a = ? AND b = ?",
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
    values: dict[str, str | int | None] = {"before": iso(before), "batch": _BATCH}
    deleted = 0
    last: tuple[int, ...] = (0, 0)
    while last:
        with store.transaction() as db:
            asked = {**values, "a": last[0], "b": last[-1]}
            rows = db.conn.execute(_OLD[what], asked).fetchall()
            db.conn.executemany(_DELETE[what], rows)
        deleted += len(rows)
        last = rows[-1] if rows else ()
    return PruneReport(what=what, before=str(values["before"]), deleted=deleted)
