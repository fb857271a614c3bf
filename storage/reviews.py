"""People's answers about pairs; they override the rule from then on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import orjson

from storage.articles import iso

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlite_utils import Database

Answer = Literal["same", "different", "unsure"]
_ABOUT = " UNION ALL ".join(
    "SELECT reviews.id, a, b, answer FROM json_each(?1) AS asked"
    f" CROSS JOIN reviews ON reviews.{end} = asked.value"
    for end in ("a", "b")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One answer about the articles *a* and *b*, the smaller id first."""

    a: int
    b: int
    answer: Answer
    reviewer: str


def save_review(
    db: Database, review: Review, *, now: datetime, note: str | None = None
) -> None:
    """Keep an answer; earlier ones stay as history, and the latest holds.

    The stories are decided anew by settle(), which the queued articles wait for.
    """
    a, b = sorted((review.a, review.b))
    db.conn.execute(
        "INSERT INTO reviews (a, b, answer, reviewer, reviewed, note)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [a, b, review.answer, review.reviewer, iso(now), note],
    )
    db.conn.executemany(
        "INSERT INTO settle_queue (article, reason) VALUES (?, 'review')"
        " ON CONFLICT (article) DO NOTHING",
        [(a,), (b,)],
    )


def answers_about(
    db: Database, articles: Iterable[int]
) -> dict[tuple[int, int], Answer]:
    """Return the latest answer for every reviewed pair with one of *articles* in it."""
    latest: dict[tuple[int, int], tuple[int, Answer]] = {}
    for number, a, b, answer in db.conn.execute(
        _ABOUT, [orjson.dumps(list(articles)).decode()]
    ):
        if (a, b) not in latest or latest[a, b][0] < number:
            latest[a, b] = (number, answer)
    return {pair: answer for pair, (_, answer) in latest.items()}
