"""Candidates from the index, and the verdict on each of them.

Articles of one folded text are one node of the pair graph: only the first of them is
in the index, and the others have one pair each, with that first one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from dedupe.similarity import headline_similarity
from dedupe.verify import Record, record, verify
from storage.pairs import StoredPair
from storage.signing import IndexSigner, Signed

if TYPE_CHECKING:
    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from dedupe.verify import PairVerdict
    from storage.index import SqliteIndex
    from storage.preparing import Prepared

# Stands for an article that has no row yet; every row's id is smaller.
UNBORN = 1 << 62


class Decider:
    """Proposes and verifies the pairs of one article under one set of parameters."""

    def __init__(
        self, db: Database, index: SqliteIndex, parameters: Parameters
    ) -> None:
        self._db = db
        self.index = index
        self.parameters = parameters
        self._signer = IndexSigner(parameters)

    def sign(self, headline: str, body: str) -> Signed:
        """Make the index entries of one article."""
        return self._signer.sign(headline, body)

    def decide(self, article: int | None, prepared: Prepared) -> list[StoredPair]:
        """Return the pairs of an article that are worth a row.

        *article* is None for one that is not inserted yet; UNBORN stands for it.
        """
        own = UNBORN if article is None else article
        signed = prepared.signed
        if signed.fold is None:
            return []
        when = prepared.article.published
        mine = record(
            prepared.body.body,
            prepared.article.headline,
            published=None if when is None else int(when.timestamp()),
        )
        pairs = []
        for other in self._candidates(own, signed):
            theirs, headline = self._load(other)
            pair = self._pair(other, theirs, own, mine)
            if pair is not None:
                alike = headline_similarity(headline, prepared.article.headline)
                pairs.append(replace(pair, headline_similarity=round(alike, 4)))
        return pairs

    def _candidates(self, own: int, signed: Signed) -> list[int]:
        twins = self.twins(own, signed.fold)
        if twins and signed.words >= self.parameters.brief_words:
            return twins[:1]
        cap = self.parameters.bucket_cap
        found = set(twins)
        for key in signed.bands:
            found.update(self.index.band_holders(key, cap))
        for key in signed.passages:
            found.update(self.index.passage_holders(key, cap))
        found.discard(own)
        return sorted(found)

    def twins(self, own: int, fold: int | None) -> list[int]:
        """Return the other articles of the same folded body, oldest first."""
        rows = self._db.conn.execute(
            "SELECT id FROM articles WHERE text_hash = ? AND id <> ? ORDER BY id"
            " LIMIT ?",
            [fold, own, self.parameters.bucket_cap],
        )
        return [row[0] for row in rows]

    def _load(self, article: int) -> tuple[Record, str]:
        headline, body, published = self._db.conn.execute(
            "SELECT headline, body, published FROM articles WHERE id = ?", [article]
        ).fetchone()
        return record(body, headline, published=epoch(published)), headline

    def _pair(self, a: int, one: Record, b: int, other: Record) -> StoredPair | None:
        if a > b:
            a, one, b, other = b, other, a, one
        verdict = verify(one, other, self.parameters)
        return stored_pair(a, b, verdict) if self._is_kept(verdict) else None

    def _is_kept(self, verdict: PairVerdict) -> bool:
        return (
            verdict.verdict != "rejected"
            or verdict.jaccard >= self.parameters.record_jaccard
            or verdict.containment >= self.parameters.record_containment
        )


def stored_pair(a: int, b: int, verdict: PairVerdict) -> StoredPair:
    """Write a verdict as the row of a pair."""
    return StoredPair(
        a=a,
        b=b,
        verdict=verdict.verdict,
        jaccard=round(verdict.jaccard, 4),
        containment_a=round(verdict.containment_a, 4),
        containment_b=round(verdict.containment_b, 4),
        longest_passage=verdict.longest,
        differences=verdict.differences,
        numbers=verdict.numbers,
        names=verdict.names,
        same_headline=verdict.same_headline,
        hours_apart=None if verdict.hours is None else round(verdict.hours, 2),
        reason=verdict.reason,
    )


def epoch(text: str | None) -> int | None:
    """Read a time of the tables as epoch seconds."""
    return None if text is None else int(datetime.fromisoformat(text).timestamp())
