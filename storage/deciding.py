"""Candidates from the index, and the verdict on each of them.

Articles of one folded text are one node of the pair graph: only the first of them is
in the index and stands for all, and the others have one pair each, with that first one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from dedupe.gathering import UNKNOWN_TIME
from dedupe.similarity import headline_similarity
from dedupe.verify import (
    REASONS,
    VERDICTS,
    Record,
    Records,
    Verified,
    count_distinct,
    hours_apart,
    record,
    verify,
    verify_rows,
)
from storage.pairs import StoredPair
from storage.signing import IndexSigner, Signed
from storage.strangers import Held, Strangers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from storage.index import SqliteIndex
    from storage.preparing import Prepared

# Stands for an article that has no row yet; every row's id is smaller.
UNBORN = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One side of a pair: an article, and the record that it is verified on.

    *times* and *node_headline* are those of its node: the first and the last time that
    the text was published (UNKNOWN_TIME: none is known), and its smallest headline.
    """

    article: int
    headline: str
    record: Record
    times: tuple[int, int]
    node_headline: int


class Decider:
    """Proposes and verifies the pairs of one article under one set of parameters."""

    def __init__(
        self, db: Database, index: SqliteIndex, parameters: Parameters
    ) -> None:
        self._db = db
        self.index = index
        self.parameters = parameters
        self._signer = IndexSigner(parameters)
        self.strangers = Strangers(db, parameters, self._load_held)

    def sign(self, headline: str, body: str) -> Signed:
        """Make the index entries of one article."""
        return self._signer.sign(headline, body)

    def is_brief(self, signed: Signed) -> bool:
        """Tell whether an article is too short for the index."""
        return signed.record.words < self.parameters.brief_words

    def decide(self, article: int | None, prepared: Prepared) -> list[StoredPair]:
        """Return the pairs of an article that are worth a row.

        *article* is None for one that is not inserted yet; UNBORN stands for it.
        """
        own = UNBORN if article is None else article
        signed = prepared.signed
        if signed.fold is None:
            return []
        mine = self._mine(own, prepared)
        twins = self.twins(own, signed.fold)
        if self.is_brief(signed):
            return self._decide_brief(mine, twins)
        first = self.first_twin(own, signed.fold)
        if first is not None:
            self._tell_node(first, mine)
            return [self._with_twin(mine, first)]
        pairs = [self._with_twin(mine, twin) for twin in twins]
        others = self._candidates(own, signed, is_new=article is None)
        return pairs + self._verify(mine, [self._load(other) for other in others])

    def twins(self, own: int, fold: int | None) -> list[int]:
        """Return the other articles of the same folded body, oldest first."""
        rows = self._db.conn.execute(
            "SELECT id FROM articles WHERE text_hash = ? AND id <> ? ORDER BY id",
            [fold, own],
        )
        return [row[0] for row in rows]

    def first_twin(self, own: int, fold: int | None) -> int | None:
        """Find the article of the same text that is in the index for all of them."""
        row = self._db.conn.execute(
            "SELECT id FROM articles WHERE text_hash = ? AND id <> ? AND indexed",
            [fold, own],
        ).fetchone()
        return None if row is None else int(row[0])

    def _candidates(self, own: int, signed: Signed, *, is_new: bool) -> list[int]:
        """Return the nodes that share evidence with an article, by dedupe's rules."""
        cap, hubs = self.parameters.bucket_cap, self.parameters.hubs
        passages = {
            key: self.index.passage_holders(key, cap + 1) for key in signed.passages
        }
        self.strangers.update(passages, held(signed) if is_new else None)
        masked = self.strangers.masked
        open_passages = [key for key in passages if key not in masked]
        # Where nothing else is left, what strangers share is evidence among its like.
        if not open_passages:
            like = (
                [a for a in ids if self._has_only_masked(a)]
                for ids in passages.values()
            )
        else:
            like = (passages[key] for key in open_passages)
        groups = [
            *like,
            *(self.index.band_holders(key, cap + 1) for key in signed.bands),
        ]
        found = {a for ids in groups for a in (ids if len(ids) <= cap else ids[:hubs])}
        found.update(self._same_headline(signed, cap))
        found.discard(own)
        return sorted(found)

    def _has_only_masked(self, article: int) -> bool:
        keys = self.strangers.held(article).passages
        return bool(keys) and self.strangers.masked.issuperset(keys)

    def _same_headline(self, signed: Signed, cap: int) -> list[int]:
        if signed.headline is None:
            return []
        rows = self._db.conn.execute(
            "SELECT id FROM articles WHERE headline_hash = ? AND indexed LIMIT ?",
            [signed.headline, cap + 1],
        ).fetchall()
        return [row[0] for row in rows] if len(rows) <= cap else []

    def _verify(self, mine: _Text, others: Sequence[_Text]) -> list[StoredPair]:
        if not others:
            return []
        # In the order of ids, so that a pair has one left side whoever came first.
        texts = sorted((mine, *others), key=lambda text: text.article)
        place = next(n for n, text in enumerate(texts) if text is mine)
        records = self._records(texts)
        partners = np.array([n for n in range(len(texts)) if n != place], np.uint32)
        own = np.full(len(partners), place, np.uint32)
        left, right = np.minimum(own, partners), np.maximum(own, partners)
        distinct = np.zeros((len(texts), 4), np.int32)
        count_distinct(records, np.arange(len(texts)), distinct)
        found = verify_rows(records, left, right, self.parameters, distinct)
        apart = hours_apart(records.times[left], records.times[right])
        rows = range(len(left))
        pairs = [
            _row(found, row, texts[left[row]], texts[right[row]], float(apart[row]))
            for row in rows
        ]
        return [
            replace(pair, headline_similarity=_alike(texts[left[n]], texts[right[n]]))
            for n, pair in enumerate(pairs)
            if self._is_kept(pair)
        ]

    def _records(self, texts: Sequence[_Text]) -> Records:
        """Lay records out with what their nodes say, and what is no evidence."""
        masked = self.strangers.masked
        hidden = {
            key
            for text in texts
            for key in text.record.keys.view(np.int64).tolist()
            if key in masked
        }
        keys = np.array(sorted(hidden), np.int64).view(np.uint64)
        records = Records.of([text.record for text in texts], np.sort(keys))
        return replace(
            records,
            times=np.array([text.times for text in texts], np.int64),
            headlines=np.array([text.node_headline for text in texts], np.uint64),
        )

    def _decide_brief(self, mine: _Text, twins: Sequence[int]) -> list[StoredPair]:
        pairs = []
        for twin in twins[-self.parameters.bucket_cap :]:
            other = self._load(twin)
            one, two = sorted((mine, other), key=lambda text: text.article)
            if verify(one.record, two.record, self.parameters).joins:
                pairs.append(self._exact(one, two))
        return pairs

    def _with_twin(self, mine: _Text, twin: int) -> StoredPair:
        one, two = sorted((mine, self._load(twin)), key=lambda text: text.article)
        return self._exact(one, two)

    def _exact(self, one: _Text, two: _Text) -> StoredPair:
        return StoredPair(
            a=one.article,
            b=two.article,
            verdict="exact",
            jaccard=1.0,
            containment_a=1.0,
            containment_b=1.0,
            longest_passage=len(one.record.tokens),
            differences=0,
            numbers=0,
            names=0,
            same_headline=one.record.headline == two.record.headline != 0,
            headline_similarity=_alike(one, two),
            hours_apart=_hours(one.record.published, two.record.published),
            reason="equal after folding",
        )

    def _mine(self, own: int, prepared: Prepared) -> _Text:
        signed, when = prepared.signed, prepared.article.published
        seconds = None if when is None else int(when.timestamp())
        alone = _Text(
            article=own,
            headline=prepared.article.headline,
            record=replace(signed.record, published=seconds),
            times=_span([seconds]),
            node_headline=self._title(signed.record),
        )
        return alone if self.is_brief(signed) else self._with_node(alone, signed.fold)

    def _title(self, found: Record) -> int:
        """Return the headline's hash, 0 where it is too short to say something."""
        titled = found.headline_words >= self.parameters.headline_words
        return found.headline if titled else 0

    def _load(self, article: int) -> _Text:
        headline, body, published, fold = self._db.conn.execute(
            "SELECT headline, body, published, text_hash FROM articles WHERE id = ?",
            [article],
        ).fetchone()
        seconds = epoch(published)
        found = record(body, headline, published=seconds)
        alone = _Text(
            article=article,
            headline=headline,
            record=found,
            times=_span([seconds]),
            node_headline=self._title(found),
        )
        is_brief = found.words < self.parameters.brief_words
        return alone if is_brief else self._with_node(alone, fold)

    def _with_node(self, text: _Text, fold: int | None) -> _Text:
        """Widen a text's times, and pick its headline, by the others of its node."""
        rows = self._db.conn.execute(
            "SELECT published, headline_hash FROM articles WHERE text_hash = ?"
            " AND id <> ?",
            [fold, text.article],
        ).fetchall()
        if not rows:
            return text
        seconds = [text.record.published, *(epoch(row[0]) for row in rows)]
        # 0 stands for no headline and is the largest here, as it is for dedupe.
        lines = [text.node_headline, *((row[1] or 0) % 2**64 for row in rows)]
        smallest = min((line - 1) % 2**64 for line in lines)
        return replace(text, times=_span(seconds), node_headline=(smallest + 1) % 2**64)

    def _tell_node(self, first: int, mine: _Text) -> None:
        """Let settle() decide a node again where another copy changed what it says."""
        node = self._load(first)
        if (node.times, node.node_headline) != (mine.times, mine.node_headline):
            self._db.conn.execute(
                "INSERT INTO settle_queue (article, reason) VALUES (?, 'node')"
                " ON CONFLICT (article) DO NOTHING",
                [first],
            )

    def _load_held(self, article: int) -> Held:
        headline, body = self._db.conn.execute(
            "SELECT headline, body FROM articles WHERE id = ?", [article]
        ).fetchone()
        return held(self.sign(headline, body))

    def _is_kept(self, pair: StoredPair) -> bool:
        most = max(pair.containment_a or 0, pair.containment_b or 0)
        return (
            pair.verdict != "rejected"
            or (pair.jaccard or 0) >= self.parameters.record_jaccard
            or most >= self.parameters.record_containment
        )


def held(signed: Signed) -> Held:
    """Return what the index holds of a signed article."""
    return Held(signed.passages, signed.bands, signed.fold or 0)


def epoch(text: str | None) -> int | None:
    """Read a time of the tables as epoch seconds."""
    return None if text is None else int(datetime.fromisoformat(text).timestamp())


def _span(seconds: Sequence[int | None]) -> tuple[int, int]:
    known = [time for time in seconds if time is not None]
    return (min(known), max(known)) if known else (UNKNOWN_TIME, UNKNOWN_TIME)


def _hours(a: int | None, b: int | None) -> float | None:
    return None if a is None or b is None else round(abs(a - b) / 3600, 2)


def _alike(one: _Text, other: _Text) -> float:
    return round(headline_similarity(one.headline, other.headline), 4)


def _row(
    found: Verified, row: int, one: _Text, other: _Text, apart: float
) -> StoredPair:
    figures = [round(float(figure), 4) for figure in found.figures[row]]
    longest, _, differences, numbers, names = found.counts[row].tolist()
    return StoredPair(
        a=one.article,
        b=other.article,
        verdict=VERDICTS[found.verdicts[row]],
        jaccard=figures[0],
        containment_a=figures[1],
        containment_b=figures[2],
        longest_passage=longest,
        differences=differences,
        numbers=numbers,
        names=names,
        same_headline=one.record.headline == other.record.headline != 0,
        hours_apart=None if np.isnan(apart) else round(apart, 2),
        reason=REASONS[found.reasons[row]],
    )
