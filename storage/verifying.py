"""One article laid beside its candidates: the verdicts, as rows of pairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import orjson

from dedupe.corrections import plain
from dedupe.incremental import PASSAGE
from dedupe.similarity import headline_similarity
from dedupe.verify import (
    REASONS,
    VERDICTS,
    Record,
    Records,
    Verified,
    count_distinct,
    hours_apart,
    verify_rows,
)
from storage.key_tables import TITLE, to_signed, to_unsigned
from storage.pairs import StoredPair
from storage.times import epoch, span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlite_utils import Database

    from storage.index import SqliteIndex
    from storage.key_states import KeyStates

# What a text's articles say together, *indexed* being the one that stands for it.
NODES = (
    f"SELECT texts.text_hash, min(texts.published), max(texts.published), {TITLE},"
    " max(CASE WHEN texts.indexed THEN texts.id END)"
    " FROM json_each(:ranks) AS asked CROSS JOIN articles AS texts"
    " ON texts.text_hash = asked.value AND texts.id <> :but GROUP BY texts.text_hash"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One side of a pair: an article, and the record that it is verified on.

    *times* and *node_headline* are those of its node: the first and the last time that
    the text was published (UNKNOWN_TIME: none is known), and its smallest headline.
    """

    article: int
    headline: str
    record: Record
    times: tuple[int, int]
    node_headline: int


class Verifier:
    """Verifies texts of the index against one another."""

    def __init__(self, db: Database, index: SqliteIndex, states: KeyStates) -> None:
        self._db = db
        self._index = index
        self._states = states
        self._parameters = index.parameters

    def verify(self, mine: Text, ranks: Collection[int]) -> list[StoredPair]:
        """Return the pairs of an article with those texts that are worth a row."""
        if not ranks:
            return []
        others = self._others(sorted(ranks))
        # In the order of a dump's nodes: see verify_rows().
        texts = sorted((mine, *others), key=lambda text: text.record.fold)
        place = next(n for n, text in enumerate(texts) if text is mine)
        records = self._records(texts)
        partners = np.array([n for n in range(len(texts)) if n != place], np.uint32)
        own = np.full(len(partners), place, np.uint32)
        left, right = np.minimum(own, partners), np.maximum(own, partners)
        distinct = np.zeros((len(texts), 4), np.int32)
        count_distinct(records, np.arange(len(texts)), distinct)
        counts = np.zeros((len(left), 5), np.int32)
        found = verify_rows(records, left, right, self._parameters, distinct, counts)
        apart = hours_apart(records.times[left], records.times[right])
        pairs = [
            _row(
                found, row, texts[left[row]], texts[right[row]], counts[row], apart[row]
            )
            for row in range(len(left))
        ]
        return [
            replace(pair, headline_similarity=_alike(texts[left[n]], texts[right[n]]))
            for n, pair in enumerate(pairs)
            if self._is_kept(pair)
        ]

    def _others(self, ranks: Sequence[int]) -> list[Text]:
        self._index.load(ranks)
        asked = orjson.dumps([to_signed(rank) for rank in ranks]).decode()
        nodes = self._db.conn.execute(NODES, {"ranks": asked, "but": -1}).fetchall()
        articles = orjson.dumps([node[4] for node in nodes]).decode()
        headlines = dict(
            self._db.conn.execute(
                "SELECT articles.id, articles.headline FROM json_each(?) AS asked"
                " CROSS JOIN articles ON articles.id = asked.value",
                [articles],
            ).fetchall()
        )
        return [
            Text(
                article=article,
                headline=headlines[article],
                record=self._index.entry(to_unsigned(rank)).record,
                times=span([epoch(first), epoch(last)]),
                node_headline=to_unsigned(title or 0),
            )
            for rank, first, last, title, article in nodes
        ]

    def _records(self, texts: Sequence[Text]) -> Records:
        """Lay records out with what their nodes say, and what is no evidence."""
        keys = np.unique(np.concatenate([text.record.keys for text in texts]))
        masked = [
            (PASSAGE, key) in self._states.masked
            for key in keys.view(np.int64).tolist()
        ]
        keys = keys[np.array(masked, bool)]
        records = Records.of([text.record for text in texts], keys)
        return replace(
            records,
            times=np.array([text.times for text in texts], np.int64),
            headlines=np.array([text.node_headline for text in texts], np.uint64),
        )

    def _is_kept(self, pair: StoredPair) -> bool:
        most = max(pair.containment_a or 0, pair.containment_b or 0)
        return (
            pair.verdict != "rejected"
            or (pair.jaccard or 0) >= self._parameters.record_jaccard
            or most >= self._parameters.record_containment
        )


def _alike(one: Text, other: Text) -> float:
    return round(headline_similarity(one.headline, other.headline), 4)


def _row(
    found: Verified,
    row: int,
    one: Text,
    other: Text,
    counts: np.ndarray,
    apart: float,
) -> StoredPair:
    figures = [round(float(figure), 4) for figure in found.figures[row]]
    longest, _, differences, numbers, names = counts.tolist()
    (a, part_of_a), (b, part_of_b) = sorted(
        [(one.article, figures[1]), (other.article, figures[2])]
    )
    return StoredPair(
        a=a,
        b=b,
        verdict=VERDICTS[found.verdicts[row]],
        jaccard=figures[0],
        containment_a=part_of_a,
        containment_b=part_of_b,
        longest_passage=longest,
        differences=differences,
        numbers=numbers,
        names=names,
        same_headline=plain(one.record.headline) == plain(other.record.headline) != 0,
        hours_apart=None if np.isnan(apart) else round(float(apart), 2),
        reason=REASONS[found.reasons[row]],
    )
