"""Candidates from the index, and the verdict on each of them.

Articles of one folded text are one node of the pair graph: only the first of them is
in the index and stands for all, and the others have one pair each, with that first one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import orjson

from dedupe.gathering import UNKNOWN_TIME
from dedupe.incremental import HEADLINE, PASSAGE, Entry, Key, Proposer
from dedupe.kernels.propose import SAMPLE
from dedupe.similarity import headline_similarity
from dedupe.text import fold
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
from storage.index import SqliteIndex
from storage.key_states import KeyStates
from storage.key_tables import TITLE, to_signed, to_unsigned
from storage.pairs import StoredPair
from storage.signing import IndexSigner, Signed
from storage.times import epoch, hours_between, published_at, span
from storage.unmet import Unmet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from storage.preparing import Prepared

# What a text's articles say together, *indexed* being the one that stands for it.
_NODES = (
    f"SELECT texts.text_hash, min(texts.published), max(texts.published), {TITLE},"
    " max(CASE WHEN texts.indexed THEN texts.id END)"
    " FROM json_each(:ranks) AS asked CROSS JOIN articles AS texts"
    " ON texts.text_hash = asked.value AND texts.id <> :but GROUP BY texts.text_hash"
)


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


class _StoredProposer(Proposer):
    """dedupe's rule, with those that have nothing else read from a table."""

    def __init__(self, index: SqliteIndex, states: KeyStates) -> None:
        super().__init__(index, index.parameters, _Masked(states))
        self._stored = index

    def alike(self, key: Key) -> Sequence[int]:
        """The holders of a passage that have nothing else, by ascending rank."""
        return self._stored.alone(key)

    def propose(self, entry: Entry) -> set[int]:
        """The ranks of the candidates of an entry of the index."""
        return super().propose(entry) if self._stored.is_shared(entry) else set()

    def _partners(self, key: Key, rank: int) -> Sequence[int]:
        known = self._stored.remembered(key)
        return super()._partners(key, rank) if known is None else known


class _Masked:
    """What strangers share, as the database says at each moment."""

    def __init__(self, states: KeyStates) -> None:
        self._states = states

    def __contains__(self, key: object) -> bool:
        return key in self._states.masked


class Decider:
    """Proposes and verifies the pairs of one article under one set of parameters."""

    def __init__(self, db: Database, parameters: Parameters) -> None:
        self._db = db
        self.parameters = parameters
        self._signer = IndexSigner(parameters)
        self._states = KeyStates(db)
        self.index = SqliteIndex(db, self._signer, self._states)
        self._proposer = _StoredProposer(self.index, self._states)
        self._untold: Unmet[int] = Unmet(db, ("articles", "text_hash"))
        self.sign = self._signer.sign
        self.sign_all = self._signer.sign_all

    def forget(self, *, texts: bool = False) -> None:
        """Ask the database again from here on; *texts* too after a rollback."""
        self._states.forget()
        if texts:
            self.index.forget()

    def read_ahead(self, batch: Sequence[Signed]) -> None:
        """Ask at once what adding a batch will ask for; until end_batch()."""
        self._untold.ask(one.fold for one in batch if one.fold is not None)
        self.index.read_ahead(
            [one.entry for one in batch if one.entry and not self.is_brief(one)]
        )

    def end_batch(self) -> None:
        """Ask the database again from here on."""
        self._untold.forget()
        self.index.end_batch()

    def meet(self, signed: Signed) -> None:
        """Note that an article gets this text: a later one may be its twin."""
        self._untold.meet(signed.fold)

    def is_brief(self, signed: Signed) -> bool:
        """Tell whether an article is too short for the index."""
        return signed.record.words < self.parameters.brief_words

    def enter(self, article: int, entry: Entry) -> None:
        """Enter an article into the index; it may have no row yet."""
        self.index.add(article, entry)
        least = self.parameters.stranger_groups
        for key in self.index.held_by(entry.passages, least):
            first = self._states.crowded.get(key)
            if first is None or entry.rank in first[:SAMPLE]:
                self._ask(key, but=article)
        self._note(article, entry, was_lone=False)

    def leave(self, article: int, entry: Entry) -> None:
        """Take an article out of the index."""
        self.index.set_lone(article, entry, is_lone=False)
        self.index.remove(article, entry)
        for key in set(entry.passages):
            self._ask(key, but=article)
        if entry.headline is not None:
            self.index.note_headline(entry.headline, but=article)

    def decide(
        self, article: int, prepared: Prepared, *, entered: bool = False
    ) -> list[StoredPair]:
        """Return the pairs of an article that are worth a row.

        It may have no row yet where enter() was called just before (*entered*), or
        where it is a brief or another article of its text is in the index.
        """
        signed, entry = prepared.signed, prepared.signed.entry
        if entry is None:
            return []
        if self.is_brief(signed):
            return self._decide_brief(article, prepared)
        twins = self.twins(article, signed.fold)
        mine = self._mine(article, prepared, is_alone=not twins)
        # Who was just entered stands for all of its text.
        first = self.first_twin(article, signed.fold) if twins and not entered else None
        if first is not None:
            self._tell_node(first, mine)
            return [self._exact(article, prepared, first)]
        pairs = [self._exact(article, prepared, twin) for twin in twins]
        self.index.remember(entry)
        if mine.node_headline:
            entry = replace(entry, headline=(HEADLINE, to_signed(mine.node_headline)))
        if not entered:
            self.index.begin(entry)
            self._note(article, entry)
        return pairs + self._verify(mine, self._others(entry))

    def twins(self, own: int, fold: int | None) -> list[int]:
        """Return the other articles of the same folded body, oldest first."""
        if fold in self._untold:
            return []
        rows = self._db.conn.execute(
            "SELECT id FROM articles WHERE text_hash = ? AND id <> ? ORDER BY id",
            [fold, own],
        )
        return [row[0] for row in rows]

    def first_twin(self, own: int, fold: int | None) -> int | None:
        """Find the article of the same text that is in the index for all of them."""
        if fold in self._untold:
            return None
        row = self._db.conn.execute(
            "SELECT id FROM articles WHERE text_hash = ? AND id <> ? AND indexed",
            [fold, own],
        ).fetchone()
        return None if row is None else int(row[0])

    def _ask(self, key: Key, *, but: int) -> None:
        """Ask of a passage whose holders changed whether strangers share it."""
        is_masked = self._proposer.ask(key)
        if is_masked != (key in self._states.masked):
            self._states.mask(key, is_masked=is_masked)
            self.index.queue_holders(key, "passage", but=but)

    def _note(
        self, article: int, entry: Entry, *, was_lone: bool | None = None
    ) -> None:
        is_lone = self._proposer.has_nothing_else(entry)
        self.index.set_lone(article, entry, is_lone=is_lone, was_lone=was_lone)
        if entry.headline is not None:
            self.index.note_headline(entry.headline, but=article, joins=entry.rank)

    def _others(self, entry: Entry) -> list[_Text]:
        ranks = sorted(self._proposer.propose(entry))
        if not ranks:
            return []
        self.index.load(ranks)
        asked = orjson.dumps([to_signed(rank) for rank in ranks]).decode()
        nodes = self._db.conn.execute(_NODES, {"ranks": asked, "but": -1}).fetchall()
        articles = orjson.dumps([node[4] for node in nodes]).decode()
        headlines = dict(
            self._db.conn.execute(
                "SELECT articles.id, articles.headline FROM json_each(?) AS asked"
                " CROSS JOIN articles ON articles.id = asked.value",
                [articles],
            ).fetchall()
        )
        return [
            _Text(
                article=article,
                headline=headlines[article],
                record=self.index.entry(to_unsigned(rank)).record,
                times=span([epoch(first), epoch(last)]),
                node_headline=to_unsigned(title or 0),
            )
            for rank, first, last, title, article in nodes
        ]

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

    def _decide_brief(self, own: int, prepared: Prepared) -> list[StoredPair]:
        """Pair a brief with those of its text and headline that are close in time."""
        own_time = span([published_at(prepared)])[0]
        rows = self._db.conn.execute(
            "SELECT id, headline, published FROM articles"
            " WHERE text_hash = ? AND id <> ?",
            [prepared.signed.fold, own],
        )
        title = fold(prepared.article.headline)
        alike = [
            (twin, span([epoch(published)])[0])
            for twin, headline, published in rows
            if fold(headline) == title
        ]
        near = self._close(own_time, {time for _, time in alike})
        return [
            self._exact(own, prepared, twin) for twin, time in alike if time in near
        ]

    def _close(self, own: int, times: set[int]) -> set[int]:
        """Which times are close enough for a brief; the next ones up to the cap."""
        before = sorted((time for time in times if time < own), reverse=True)
        after = sorted(time for time in times if time > own)
        most, reach = self.parameters.bucket_cap - 1, self.parameters.brief_hours * 3600
        return {
            own,
            *(
                time
                for time in (*before[:most], *after[:most])
                if UNKNOWN_TIME in (own, time) or abs(time - own) <= reach
            ),
        }

    def _exact(self, own: int, prepared: Prepared, other: int) -> StoredPair:
        """Pair an article with another of the same text."""
        line, published = self._db.conn.execute(
            "SELECT headline, published FROM articles WHERE id = ?", [other]
        ).fetchone()
        headline = prepared.article.headline
        return StoredPair(
            a=min(own, other),
            b=max(own, other),
            verdict="exact",
            jaccard=1.0,
            containment_a=1.0,
            containment_b=1.0,
            longest_passage=len(prepared.signed.record.tokens),
            differences=0,
            numbers=0,
            names=0,
            same_headline=fold(headline) == fold(line) != "",
            headline_similarity=round(headline_similarity(headline, line), 4),
            hours_apart=hours_between(published_at(prepared), epoch(published)),
            reason="equal after folding",
        )

    def _mine(self, own: int, prepared: Prepared, *, is_alone: bool) -> _Text:
        signed = prepared.signed
        titles = [self._title(signed.record)]
        times = [published_at(prepared)]
        asked = {"ranks": f"[{signed.fold}]", "but": own}
        rows = [] if is_alone else self._db.conn.execute(_NODES, asked).fetchall()
        for _, first, last, title, _ in rows:
            times += [epoch(first), epoch(last)]
            titles.append(to_unsigned(title or 0))
        return _Text(
            article=own,
            headline=prepared.article.headline,
            record=signed.record,
            times=span(times),
            # 0 stands for no headline.
            node_headline=min((title for title in titles if title), default=0),
        )

    def _title(self, found: Record) -> int:
        """Return the headline's hash, 0 where it is too short to say something."""
        titled = found.headline_words >= self.parameters.headline_words
        return found.headline if titled else 0

    def _tell_node(self, first: int, mine: _Text) -> None:
        """Let settle() decide a node again where another copy changed what it says."""
        rank = to_signed(mine.record.fold)
        node = self._db.conn.execute(
            _NODES, {"ranks": f"[{rank}]", "but": mine.article}
        ).fetchone()
        title = to_unsigned(node[3] or 0)
        times = span([epoch(node[1]), epoch(node[2])])
        if (times, title) != (mine.times, mine.node_headline):
            self._states.queue([first], "node")
        if title and title != mine.node_headline:
            self.index.note_headline((HEADLINE, to_signed(title)), but=first)

    def _is_kept(self, pair: StoredPair) -> bool:
        most = max(pair.containment_a or 0, pair.containment_b or 0)
        return (
            pair.verdict != "rejected"
            or (pair.jaccard or 0) >= self.parameters.record_jaccard
            or most >= self.parameters.record_containment
        )


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
