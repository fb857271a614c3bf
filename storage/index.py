"""The index in SQLite: dedupe's Index over tables of keys.

Of the articles of one text one is in the index and stands for all.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

import orjson

from dedupe.incremental import BAND, HEADLINE, PASSAGE, Entry, Key, headline_key
from dedupe.relatives import SAMPLE
from storage.key_tables import TITLE, Holders, KeyTables, to_signed, to_unsigned
from storage.unmet import Unmet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from storage.key_states import KeyStates
    from storage.signing import IndexSigner

_REMEMBERED = 5_000  # entries kept in memory, 5 KB each
_AHEAD = 1_000  # of them, those that a batch may ask for before it needs them
_TEXTS = (
    "SELECT articles.headline, articles.body FROM json_each(?) AS asked"
    " CROSS JOIN articles ON articles.text_hash = asked.value AND articles.indexed"
)
_ARTICLES = (
    "SELECT articles.id FROM json_each(?) AS asked CROSS JOIN articles"
    " ON articles.text_hash = asked.value AND articles.indexed"
)
_HEADLINES = (
    f"SELECT texts.text_hash, {TITLE} FROM json_each(?) AS asked"
    " CROSS JOIN articles AS texts ON texts.text_hash = asked.value"
    " GROUP BY texts.text_hash"
)
_LONE = (
    "SELECT lone_keys.article, articles.text_hash FROM lone_keys"
    " LEFT JOIN articles ON articles.id = lone_keys.article WHERE lone_keys.key = ?"
)


class SqliteIndex:
    """Bands and passage keys of every text, in the tables of one database.

    Texts are known by their ranks, the unsigned hash of the folded text.
    """

    def __init__(self, db: Database, signer: IndexSigner, states: KeyStates) -> None:
        self._conn = db.conn
        self._signer = signer
        self._states = states
        self.tables = KeyTables(db)
        self._entries: dict[int, Entry] = {}
        # Never of a key above the cap.
        self._held: dict[Key, Holders] = {}
        # Whether all that a batch asks for was read at its beginning, and of which
        # entries: what is not held then, nobody held.
        self._is_ahead = False
        self._ahead: dict[int, Entry] = {}
        self._headlines: dict[int, Key | None] = {}
        # Who was just entered and shares no band and no passage.
        self._alone: int | None = None
        # With and without a mark of correction.
        self.unnamed: Unmet[int] = Unmet(
            db, ("articles", "headline_hash"), equals="IN (value, value - 1)"
        )
        # Articles that are entered before their rows.
        self._new: dict[int, int] = {}

    @property
    def parameters(self) -> Parameters:
        """The settings that the index was built with."""
        return self._signer.parameters

    # What dedupe's Proposer asks.

    def entry(self, rank: int) -> Entry:
        """The entry of a text, signed again where it is not remembered."""
        self.load([rank])
        return self._entries[rank]

    def count(self, key: Key, limit: int) -> int:
        """How many texts hold a key, *limit* where they are more."""
        if key in self._states.crowded:
            return limit
        held = self._held.get(key)
        return min(len(self._read([key])[key] if held is None else held), limit)

    def holders(self, key: Key, limit: int | None = None) -> Sequence[int]:
        """All, or the first *limit*, texts that hold a key, by ascending rank."""
        first = self._states.crowded.get(key)
        if first is None:
            return self._read([key])[key][:limit]
        return first[:limit] if limit and limit <= len(first) else self._everyone(key)

    # What storage asks.

    def is_shared(self, entry: Entry) -> bool:
        """Tell whether any other text holds a key of *entry*; reads what it needs."""
        keys, alone = entry.keys, [entry.rank]
        if entry.rank == self._alone:
            keys = () if entry.headline is None else (entry.headline,)
        held = self._read(keys)
        return any(
            key not in held or (held[key] and held[key] != alone) for key in keys
        )

    def remembered(self, key: Key) -> Sequence[int] | None:
        """The texts that hold a key below the cap, where they have been read."""
        return self._held.get(key)

    def headlines(self, ranks: Iterable[int]) -> Mapping[int, Key | None]:
        """The headlines of some texts, as their articles with rows agree on them."""
        if not self._is_ahead:
            self._headlines.clear()
        known = {*self._headlines, *self._new.values()}
        missing = [rank for rank in ranks if rank not in known]
        if missing:
            for rank, title in self._conn.execute(_HEADLINES, [_json(missing)]):
                key = None if title is None else headline_key(to_unsigned(title))
                self._headlines[to_unsigned(rank)] = key
        return self._headlines

    def forget_headline(self, rank: int) -> None:
        """Read the headline of a text anew: one of its articles was written."""
        self._headlines.pop(rank, None)

    def remember(self, entry: Entry) -> None:
        """Keep the entry of a text that is in the index, so that none signs it again."""
        self._entries[entry.rank] = entry

    def read_ahead(self, entries: Sequence[Entry]) -> None:
        """Read what adding all of *entries* will ask for; until end_batch()."""
        self._forget_held()
        self._is_ahead = True
        self.unnamed.ask(entry.headline[1] for entry in entries if entry.headline)
        asked = {
            BAND: [key for entry in entries for _, key in entry.bands],
            PASSAGE: [key for entry in entries for _, key in entry.passages],
        }
        self._held |= self.tables.held(asked, but=self._states.crowded)
        self._ahead = {id(entry): entry for entry in entries}
        masked = self._states.masked
        ranks = {
            rank
            for key, held in self._held.items()
            if key not in masked
            for rank in held
        }
        if len(ranks) <= _AHEAD:
            self.load(ranks)

    def end_batch(self) -> None:
        """Read everything anew from here on: the transaction may end."""
        self._is_ahead = False
        self._forget_held()
        self.unnamed.forget()

    def begin(self, entry: Entry) -> None:
        """Read what deciding about *entry* will ask for, in one go."""
        self._alone = None
        if not self._is_ahead:
            self._forget_held()
        elif entry.headline is not None:
            # Any article may have changed whose headline it is.
            self._held.pop(entry.headline, None)
        if id(entry) in self._ahead:
            for key in entry.keys:
                if key not in self._held and key not in self._states.crowded:
                    self._held[key] = self._everyone(key) if key[0] == HEADLINE else ()
        else:
            self._read(entry.keys)
        asked = {
            rank for key in entry.passages for rank in self._held.get(key, ())[:SAMPLE]
        }
        self.load(asked)

    def load(self, ranks: Collection[int]) -> None:
        """Sign those texts that are not remembered, all at once."""
        missing = [rank for rank in ranks if rank not in self._entries]
        if not missing:
            return
        while len(self._entries) > _REMEMBERED - len(missing) and self._entries:
            del self._entries[next(iter(self._entries))]
        for signed in self._signer.sign_all(
            self._conn.execute(_TEXTS, [_json(missing)])
        ):
            if signed.entry is not None:
                self._entries[signed.entry.rank] = signed.entry

    def forget(self) -> None:
        """Read every text anew: one that is there may have changed."""
        self._entries.clear()
        self._forget_held()

    def add(self, article: int, entry: Entry) -> list[Key]:
        """Enter an article, and queue those whose pairs that makes stale.

        Returns its bands and passages that others hold too.
        """
        self.begin(entry)
        self._new = {article: entry.rank}
        self._entries[entry.rank] = entry
        shared = []
        for key in entry.keys:
            if key[0] == HEADLINE:
                continue
            ranks = self._held.get(key)
            if not ranks and ranks is not None:
                self._held[key] = [entry.rank]
                continue
            shared.append(key)
            if ranks is None:
                self._join_crowd(key, entry.rank)
            elif entry.rank not in ranks:
                insort(ranks, entry.rank)
                if len(ranks) > self.parameters.bucket_cap:
                    self._states.crowd(key, ranks[: self._kept])
                    self._tell_holders(key, but=article)
                    del self._held[key]
        self._alone = None if shared else entry.rank
        self.tables.add(article, entry)
        return shared

    def remove(self, article: int, entry: Entry) -> None:
        """Take an article out; *entry* must be of the body that went in."""
        self.tables.remove(article, entry)
        self._entries.pop(entry.rank, None)
        self._forget_held()
        for key in dict.fromkeys((*entry.bands, *entry.passages)):
            if key in self._states.crowded:
                self._leave_crowd(key, entry.rank, article)

    def alone(self, key: Key) -> list[int]:
        """The holders of a passage that have nothing but what strangers share."""
        return sorted(
            self._new[article] if rank is None else to_unsigned(rank)
            for article, rank in self._conn.execute(_LONE, [key[1]])
            if rank is not None or article in self._new
        )

    def set_lone(
        self, article: int, entry: Entry, *, is_lone: bool, was_lone: bool | None = None
    ) -> None:
        """Note whether an article has nothing but what strangers share.

        *was_lone* says what is noted, None that it has to be read.
        """
        keys = set(entry.passages)
        if was_lone is None:
            was_lone = bool(keys) and self._is_lone(article, entry)
        if not keys or was_lone == is_lone:
            return
        cap, hubs = self.parameters.bucket_cap, self.parameters.hubs
        sql = (
            "INSERT INTO lone_keys (key, article) VALUES (?, ?)"
            if is_lone
            else "DELETE FROM lone_keys WHERE key = ? AND article = ?"
        )
        for key in keys:
            self._conn.execute(sql, [key[1], article])
            ranks = self.alone(key)
            others = [rank for rank in ranks if rank != entry.rank]
            if len(others) < cap:
                continue
            if len(others) == cap:
                self._states.queue_lone(key[1], but=article)
            elif entry.rank < others[hubs - 1]:
                self._states.queue(self.articles([others[hubs - 1]]), "key")

    def note_headline(self, key: Key, *, but: int, joins: int | None = None) -> None:
        """Ask whether too many texts have a headline; queue them where that changed.

        *joins* is the rank of a text that has no row yet, *but* an article that is
        being decided.
        """
        known = self._held.get(key) if joins is not None else None
        ranks = list(self._everyone(key) if known is None else known)
        if joins is not None and joins not in ranks:
            insort(ranks, joins)
        is_crowded = len(ranks) > self.parameters.bucket_cap
        if is_crowded != (key in self._states.crowded):
            self._states.crowd(key, () if is_crowded else None)
            others = [one for one in self.articles(ranks) if one != but]
            self._states.queue(others, "headline")
        if not is_crowded:
            self._held[key] = ranks

    def articles(self, ranks: Iterable[int]) -> list[int]:
        """Return the articles that are in the index for these texts."""
        rows = self._conn.execute(_ARTICLES, [_json(ranks)])
        return [row[0] for row in rows]

    def queue_holders(self, key: Key, reason: str, *, but: int) -> None:
        """Let settle() decide all that hold *key* again, *but* one article."""
        holders = self.articles(self._everyone(key))
        self._states.queue([one for one in holders if one != but], reason)

    @property
    def _kept(self) -> int:
        return max(self.parameters.hubs, SAMPLE)

    def _join_crowd(self, key: Key, rank: int) -> None:
        first = list(self._states.crowded[key])
        if rank in first or (len(first) >= self._kept and rank > first[-1]):
            return
        insort(first, rank)
        hubs = self.parameters.hubs
        if rank in first[:hubs] and key not in self._states.masked:
            self._states.queue(self.articles([first[hubs]]), "key")
        self._states.crowd(key, first[: self._kept])

    def _leave_crowd(self, key: Key, rank: int, article: int) -> None:
        ranks = [one for one in self._everyone(key) if one != rank]
        if len(ranks) <= self.parameters.bucket_cap:
            self._states.crowd(key, None)
            self._tell_holders(key, but=article)
            return
        hubs = self.parameters.hubs
        if rank < ranks[hubs - 1] and key not in self._states.masked:
            self._states.queue(self.articles([ranks[hubs - 1]]), "key")
        self._states.crowd(key, ranks[: self._kept])

    def _tell_holders(self, key: Key, *, but: int) -> None:
        # What strangers share proposed nothing before, and proposes nothing now.
        if key not in self._states.masked:
            self.queue_holders(key, "key", but=but)

    def _is_lone(self, article: int, entry: Entry) -> bool:
        row = self._conn.execute(
            "SELECT 1 FROM lone_keys WHERE key = ? AND article = ?",
            [entry.passages[0][1], article],
        )
        return row.fetchone() is not None

    def _forget_held(self) -> None:
        self._held.clear()
        self._headlines.clear()
        self._ahead = {}

    def _read(self, keys: Iterable[Key]) -> dict[Key, Holders]:
        """Read the ranks of all that hold *keys*, but for those above the cap."""
        held, crowded = self._held, self._states.crowded
        missing = [key for key in keys if key not in held and key not in crowded]
        if missing:
            held |= self.tables.read(key for key in missing if key[0] != HEADLINE)
            for key in missing:
                if key[0] == HEADLINE:
                    held[key] = self._everyone(key)
        return held

    def _everyone(self, key: Key) -> Holders:
        if key[0] != HEADLINE:
            return self.tables.read([key])[key]
        return [] if key[1] in self.unnamed else self.tables.named(key)


def _json(ranks: Iterable[int]) -> str:
    return orjson.dumps([to_signed(rank) for rank in ranks]).decode()
