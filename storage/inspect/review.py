"""The Review page: one undecided pair after another, and what the answers measure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from storage.database import Database
from storage.inspect.blocks import split_body
from storage.inspect.diff import compare
from storage.reviews import Review, save_review

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from storage.inspect.asking import Asked
    from storage.inspect.diff import DiffRow
    from storage.reviews import Answer

ANSWERS: dict[str, tuple[Answer, str]] = {
    "s": ("same", "Same story"),
    "n": ("different", "Not the same"),
    "u": ("unsure", "Unsure"),
}
# Accepted by the rule: a "different" is a mistake. Of the others a "same" is one.
JOINING = ("exact", "near", "excerpt", "correction")
_EDGE = 40
MOST_ID = 999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What people answered about the pairs of one verdict; *low* and *high* bound
    the share that was right with 95 % confidence (Wilson's interval)."""

    verdict: str
    right: int
    wrong: int
    unsure: int

    @property
    def share(self) -> float | None:
        """The share of the decided answers that agree with the rule."""
        decided = self.right + self.wrong
        return self.right / decided if decided else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Wilson's score interval (1927) of *share*."""
        return wilson(self.right, self.right + self.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """A pair to decide, None where none is left, and the measures so far."""

    pair: sqlite3.Row | None
    left: sqlite3.Row | None
    right: sqlite3.Row | None
    rows: list[DiffRow]
    measures: list[Measure]
    answered: int


def wilson(right: int, total: int) -> tuple[float, float] | None:
    """Bound a share with 95 % confidence; None where nothing was counted."""
    if not total:
        return None
    z = 1.96
    share, base = right / total, 1 + z * z / total
    middle = (share + z * z / (2 * total)) / base
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / base
    return max(0.0, middle - spread), min(1.0, middle + spread)


def read_review(conn: sqlite3.Connection, asked: Asked) -> ReviewPage:
    """Read the pair nearest to the rule's edge that nobody has answered yet.

    Where a pair is named, and not as one that was just answered, that one.
    """
    pair = None
    if not asked.text("kept"):
        named = asked.whole("a", 0, MOST_ID), asked.whole("b", 0, MOST_ID)
        pair = conn.execute(
            "SELECT * FROM pairs WHERE a = ? AND b = ?", named
        ).fetchone()
    pair = pair or _next_pair(conn, asked.whole("skip", 0, _EDGE - 1))
    left = right = None
    rows: list[DiffRow] = []
    if pair is not None:
        left, right = _article(conn, pair["a"]), _article(conn, pair["b"])
        rows = compare(split_body(left["body"]), split_body(right["body"]))
    answered = conn.execute("SELECT count(*) FROM reviews").fetchone()[0]
    return ReviewPage(
        pair=pair,
        left=left,
        right=right,
        rows=rows,
        measures=_measures(conn),
        answered=answered,
    )


def keep_answer(
    conn: sqlite3.Connection, review: Review, now: datetime, note: str | None
) -> bool:
    """Store one answer in a transaction of its own; False where no such pair is."""
    a, b = sorted((review.a, review.b))
    conn.execute("BEGIN IMMEDIATE")
    try:
        known = conn.execute(
            "SELECT 1 FROM pairs WHERE a = ? AND b = ?", (a, b)
        ).fetchone()
        if known:
            db = Database(conn, recursive_triggers=False, execute_plugins=False)
            save_review(db, review, now=now, note=note)
        conn.execute("COMMIT")
    except BaseException:
        conn.execute("ROLLBACK")
        raise
    return known is not None


_UNANSWERED = """NOT EXISTS (
    SELECT 1 FROM reviews WHERE reviews.a = pairs.a AND reviews.b = pairs.b)"""


def _next_pair(conn: sqlite3.Connection, skip: int) -> sqlite3.Row | None:
    """Take turns: the closest rejected pair, then the least alike accepted one."""
    rejected = conn.execute(
        f"SELECT * FROM pairs WHERE verdict = 'rejected' AND {_UNANSWERED}"
        f" ORDER BY jaccard DESC LIMIT {_EDGE}"
    ).fetchall()
    accepted = conn.execute(
        f"SELECT * FROM pairs WHERE verdict = 'near' AND {_UNANSWERED}"
        f" ORDER BY jaccard LIMIT {_EDGE}"
    ).fetchall()
    turns: list[sqlite3.Row] = []
    for place in range(_EDGE):
        turns += [*rejected[place : place + 1], *accepted[place : place + 1]]
    return turns[skip] if skip < len(turns) else None


def _article(conn: sqlite3.Connection, article: int) -> sqlite3.Row:
    row: sqlite3.Row = conn.execute(
        "SELECT articles.*, outlets.name AS outlet_name FROM articles"
        " LEFT JOIN outlets ON outlets.id = articles.outlet WHERE articles.id = ?",
        (article,),
    ).fetchone()
    return row


def _measures(conn: sqlite3.Connection) -> list[Measure]:
    rows = conn.execute(
        """
SELECT pairs.verdict, reviews.answer, count(*) AS number
FROM reviews JOIN pairs ON pairs.a = reviews.a AND pairs.b = reviews.b
WHERE reviews.id = (
    SELECT max(id) FROM reviews AS later
    WHERE later.a = reviews.a AND later.b = reviews.b)
GROUP BY pairs.verdict, reviews.answer"""
    )
    counts: dict[str, dict[str, int]] = {}
    for verdict, answer, number in rows:
        counts.setdefault(verdict, {})[answer] = number
    return [
        Measure(
            verdict=verdict,
            right=found.get("same" if verdict in JOINING else "different", 0),
            wrong=found.get("different" if verdict in JOINING else "same", 0),
            unsure=found.get("unsure", 0),
        )
        for verdict, found in sorted(counts.items())
    ]
