"""Candidates from the index, and the verdict on each of them.

Articles of one folded text are one node of the pair graph: only the first of them is
in the index and stands for all, and the others have one pair each, with that first one.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dedupe.gathering import UNKNOWN_TIME
from dedupe.incremental import PASSAGE, Entry, Key, Proposer, headline_key
from dedupe.relatives import SAMPLE
from dedupe.similarity import headline_similarity
from dedupe.text import fold
from storage.index import SqliteIndex
from storage.key_states import KeyStates
from storage.key_tables import to_signed, to_unsigned
from storage.pairs import StoredPair
from storage.signing import IndexSigner, Signed
from storage.times import epoch, hours_between, published_at, span
from storage.unmet import Unmet
from storage.verifying import NODES, Text, Verifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from dedupe.verify import Record
    from storage.preparing import Prepared


class _StoredProposer(Proposer):
    """dedupe's rule, with those that have nothing else read from a table."""

    def __init__(self, index: SqliteIndex, states: KeyStates) -> None:
        super().__init__(index, index.parameters, _Masked(states))
        self._stored = index

    def with_headlines(self, ranks: Sequence[int]) -> list[Entry]:
        """The entries of some texts, with the headlines that their articles agree on."""
        self._stored.load(ranks)
        headlines = self._stored.headlines(ranks)
        return [
            replace(entry, headline=headlines.get(entry.rank, entry.headline))
            for entry in super().with_headlines(ranks)
        ]

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
        self._verifier = Verifier(db, self.index, self._states)
        self._untold: Unmet[int] = Unmet(db, ("articles", "text_hash"))
        self.sign = self._signer.sign
        self.sign_all = self._signer.sign_all

    def forget(self, *, texts: bool = False) -> None:
        """Ask the database again from here on; *texts* too after a rollback."""
        self._states.forget()
        if texts:
            self.index.forget()

    @contextmanager
    def batch(self, batch: Sequence[Signed]) -> Iterator[None]:
        """Ask at once what deciding about all of *batch* will ask for."""
        entries = [one.entry for one in batch if one.entry and not self.is_brief(one)]
        try:
            self._untold.ask(one.fold for one in batch if one.fold is not None)
            self.index.read_ahead(entries)
            yield
        finally:
            self._untold.forget()
            self.index.end_batch()

    def meet(self, signed: Signed) -> None:
        """Note that an article gets this text: a later one may be its twin, or its namesake."""
        self._untold.meet(signed.fold)
        self.index.unnamed.meet(signed.headline)
        if signed.fold is not None:
            self.index.forget_headline(to_unsigned(signed.fold))

    def is_brief(self, signed: Signed) -> bool:
        """Tell whether an article is too short for the index."""
        return signed.record.words < self.parameters.brief_words

    def enter(self, article: int, entry: Entry) -> None:
        """Enter an article into the index; it may have no row yet."""
        self._ask_all(self.index.add(article, entry), entry, but=article)
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
            entry = replace(entry, headline=headline_key(mine.node_headline))
        if not entered:
            self.index.begin(entry)
            # Its headline may be another one, which makes other relatives.
            self.index.forget_headline(entry.rank)
            self._ask_all(set(entry.passages), entry, but=article)
            self._note(article, entry)
        return pairs + self._verifier.verify(mine, self._proposer.propose(entry))

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

    def _ask_all(self, keys: Iterable[Key], entry: Entry, *, but: int) -> None:
        """Ask of those of a text's passages on which it has a say."""
        least = self.parameters.stranger_groups
        for key in keys:
            if key[0] != PASSAGE or self.index.count(key, least) < least:
                continue
            first = self._states.crowded.get(key)
            if first is None or entry.rank in first[:SAMPLE]:
                self._ask(key, but=but)

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

    def _mine(self, own: int, prepared: Prepared, *, is_alone: bool) -> Text:
        signed = prepared.signed
        titles = [self._title(signed.record)]
        times = [published_at(prepared)]
        asked = {"ranks": f"[{signed.fold}]", "but": own}
        rows = [] if is_alone else self._db.conn.execute(NODES, asked).fetchall()
        for _, first, last, title, _ in rows:
            times += [epoch(first), epoch(last)]
            titles.append(to_unsigned(title or 0))
        return Text(
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

    def _tell_node(self, first: int, mine: Text) -> None:
        """Let settle() decide a node again where another copy changed what it says."""
        rank = to_signed(mine.record.fold)
        node = self._db.conn.execute(
            NODES, {"ranks": f"[{rank}]", "but": mine.article}
        ).fetchone()
        title = to_unsigned(node[3] or 0)
        times = span([epoch(node[1]), epoch(node[2])])
        if (times, title) != (mine.times, mine.node_headline):
            self._states.queue([first], "node")
        if title and title != mine.node_headline:
            self.index.note_headline(headline_key(title), but=first)
