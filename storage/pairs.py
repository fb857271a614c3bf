"""Decisions about pairs of articles, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from storage.reviews import answers_about

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

# The reason of a pair that a person has called one story.
REVIEWED = "a reader's answer"
JOINING = ("exact", "near", "excerpt", "correction")
# What a component is made of: a digest's part may become an excerpt again.
CONNECTING = frozenset({*JOINING, "digest"})
# Order of strength, for "the strongest verdict".
STRENGTH = {verdict: -place for place, verdict in enumerate(JOINING)}


@dataclass(frozen=True, slots=True)
class StoredPair:
    """A decision about the articles *a* and *b*, the smaller id first.

    *containment_a* is the share of a's shingles found in b. *longest_passage* is in
    words; of the *differences* between what both hold, some are *numbers* and some
    *names*. *reason* names the rule that decided.
    """

    a: int
    b: int
    verdict: str
    jaccard: float | None = None
    containment_a: float | None = None
    containment_b: float | None = None
    longest_passage: int | None = None
    differences: int | None = None
    numbers: int | None = None
    names: int | None = None
    same_headline: bool | None = None
    headline_similarity: float | None = None
    hours_apart: float | None = None
    reason: str | None = None


_COLUMNS = tuple(StoredPair.__slots__)
_SAVE = (
    f"INSERT INTO pairs ({', '.join(_COLUMNS)}, run)"
    f" VALUES ({', '.join('?' * len(_COLUMNS))}, ?) ON CONFLICT (a, b) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in (*_COLUMNS[2:], "run"))
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM pairs"
# A story may have thousands of articles: one statement asks for all of them.
_LINKING = " UNION ALL ".join(
    f"SELECT {', '.join(_COLUMNS)} FROM json_each(?1) AS asked"
    f" CROSS JOIN pairs ON pairs.{end} = asked.value"
    " WHERE pairs.verdict NOT IN ('rejected', 'headline')"
    for end in ("a", "b")
)


def save_pairs(db: Database, pairs: Iterable[StoredPair], run: int | None) -> None:
    """Write decisions; one that is there already is replaced."""
    rows = [(*(getattr(pair, c) for c in _COLUMNS), run) for pair in pairs]
    if rows:
        db.conn.executemany(_SAVE, rows)


def save_verdicts(db: Database, pairs: Iterable[StoredPair]) -> None:
    """Write the verdict and the reason of pairs that are there; figures stay."""
    db.conn.executemany(
        "UPDATE pairs SET verdict = ?, reason = ? WHERE a = ? AND b = ?",
        [(pair.verdict, pair.reason, pair.a, pair.b) for pair in pairs],
    )


def pairs_of(db: Database, article: int) -> list[StoredPair]:
    """Return every decision that *article* is part of."""
    rows = db.conn.execute(
        f"{_SELECT} WHERE a = ? UNION ALL {_SELECT} WHERE b = ?", [article, article]
    )
    return [_from_row(row) for row in rows]


def load_pair(db: Database, a: int, b: int) -> StoredPair | None:
    """Return the decision about two articles, in either order."""
    row = db.conn.execute(
        f"{_SELECT} WHERE a = ? AND b = ?", [min(a, b), max(a, b)]
    ).fetchone()
    return None if row is None else _from_row(row)


def delete_pairs(db: Database, article: int) -> None:
    """Delete every decision that *article* is part of."""
    db.conn.execute("DELETE FROM pairs WHERE a = ?", [article])
    db.conn.execute("DELETE FROM pairs WHERE b = ?", [article])


def _from_row(row: Sequence[Any]) -> StoredPair:
    return StoredPair(*row)


def linking_pairs(db: Database, articles: Iterable[int]) -> list[StoredPair]:
    """Return the decisions that link *articles* to others, rejections left out.

    A person's latest answer overrides the rule: "same" joins; "different" is a
    rejection, which is returned so that it parts even equal texts.
    """
    ids = sorted(articles)
    rows = db.conn.execute(_LINKING, [orjson.dumps(ids).decode()])
    found: dict[tuple[int, int], StoredPair] = {}
    for row in rows:
        # Most pairs are met from both ends.
        if row[:2] not in found:
            found[row[:2]] = _from_row(row)
    for pair, answer in answers_about(db, ids).items():
        decision = answered(pair, answer)
        if decision is not None:
            found[pair] = decision
    return list(found.values())


def answered(pair: tuple[int, int], answer: str) -> StoredPair | None:
    """Return the decision that a person's answer is; None where they were unsure."""
    verdict = {"same": "exact", "different": "rejected"}.get(answer)
    if verdict is None:
        return None
    a, b = pair
    return StoredPair(a=a, b=b, verdict=verdict, jaccard=1.0, reason=REVIEWED)


def strongest(pairs: Iterable[StoredPair]) -> StoredPair | None:
    joining = [pair for pair in pairs if pair.verdict in JOINING]
    return max(
        joining, key=lambda p: (STRENGTH[p.verdict], p.jaccard or 0), default=None
    )


def other_of(article: int, pair: StoredPair) -> int:
    return pair.b if pair.a == article else pair.a


def others_of(article: int, pairs: Iterable[StoredPair]) -> set[int]:
    return {other_of(article, pair) for pair in pairs}
