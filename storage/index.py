"""The index in SQLite: dedupe's Index over tables of keys.

A row of *bands* or *passage_keys* is found by its key alone; the rows of an article are
found by deriving its keys from its clean body again, which is cheaper than an index by
article. Of the articles of one text one is in the index and stands for all.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

import numpy as np
import orjson

from dedupe.incremental import BAND, HEADLINE, PASSAGE, Entry, Key, entry_of
from dedupe.kernels.propose import SAMPLE
from storage.key_states import LONE, TABLES, KeyStates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from storage.signing import IndexSigner, Signed

_REMEMBERED = 5_000  # entries kept in memory, 5 KB each
_FIRST_READ = (
    "SELECT keys.key, keys.article FROM json_each(?) AS asked"
    " CROSS JOIN {table} AS keys ON keys.key = asked.value"
)
_ENTER = (
    "INSERT OR IGNORE INTO {table} (key, article) SELECT value, ?2 FROM json_each(?1)"
)
_LEAVE = (
    "DELETE FROM {table} WHERE (key, article) IN (SELECT value, ?2 FROM json_each(?1))"
)
_RANKS = (
    "SELECT articles.id, articles.text_hash FROM json_each(?) AS asked"
    " CROSS JOIN articles ON articles.id = asked.value"
)
_ALL = (
    "SELECT keys.article, articles.text_hash FROM {table} AS keys"
    " LEFT JOIN articles ON articles.id = keys.article WHERE keys.key = ?"
)
_TEXTS = (
    "SELECT articles.headline, articles.body FROM json_each(?) AS asked"
    " CROSS JOIN articles ON articles.text_hash = asked.value AND articles.indexed"
)
# A text's headline is the smallest of those that it was printed under, unsigned.
TITLE = (
    "coalesce(min(texts.headline_hash) FILTER (WHERE texts.headline_hash > 0),"
    " min(texts.headline_hash))"
)
_SAME_HEADLINE = (
    "SELECT NULL, texts.text_hash FROM (SELECT DISTINCT text_hash FROM articles"
    " WHERE headline_hash = ?1) AS named CROSS JOIN articles AS texts"
    " ON texts.text_hash = named.text_hash GROUP BY texts.text_hash"
    f" HAVING max(texts.indexed) AND {TITLE} = ?1"
)


class SqliteIndex:
    """Bands and passage keys of every text, in the tables of one database.

    Texts are known by their ranks, the unsigned hash of the folded text.
    """

    def __init__(self, db: Database, signer: IndexSigner, states: KeyStates) -> None:
        self._conn = db.conn
        self._signer = signer
        self._states = states
        self._entries: dict[int, Entry] = {}
        # Never of a key above the cap.
        self._held: dict[Key, list[int]] = {}
        # Articles whose keys are written before their rows.
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
        held, alone = self._read(entry.keys), [entry.rank]
        return any(held.get(key, ()) not in ([], alone) for key in entry.keys)

    def remembered(self, key: Key) -> Sequence[int] | None:
        """The texts that hold a key below the cap, where they have been read."""
        return self._held.get(key)

    def held_by(self, keys: Iterable[Key], least: int) -> list[Key]:
        """Those of *keys* that at least so many texts hold, each once."""
        held = self._read(keys)
        return [
            key
            for key in dict.fromkeys(keys)
            if key not in held or len(held[key]) >= least
        ]

    def remember(self, entry: Entry) -> None:
        """Keep the entry of a text that is in the index, so that none signs it again."""
        self._entries[entry.rank] = entry

    def begin(self, entry: Entry) -> None:
        """Read what deciding about *entry* will ask for, in one go."""
        self._held.clear()
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
        asked = orjson.dumps([to_signed(rank) for rank in missing]).decode()
        for signed in self._signer.sign_all(self._conn.execute(_TEXTS, [asked])):
            self._entries[signed.record.fold] = self.entry_of(signed)

    def entry_of(self, signed: Signed) -> Entry:
        """Return the entry of a text that is no brief."""
        bands = np.array(signed.bands, np.int64).view(np.uint64)
        minima = np.frombuffer(signed.minima, "<u4")
        return entry_of(signed.record, bands, minima, self.parameters)

    def forget(self) -> None:
        """Read every text anew: one that is there may have changed."""
        self._entries.clear()
        self._held.clear()

    def add(self, article: int, entry: Entry) -> None:
        """Enter an article, and queue those whose pairs that makes stale."""
        self.begin(entry)
        self._new = {article: entry.rank}
        self._change(_ENTER, article, entry)
        self._entries[entry.rank] = entry
        for key in dict.fromkeys((*entry.bands, *entry.passages)):
            ranks = self._held.get(key)
            if ranks is None:
                self._join_crowd(key, entry.rank)
            elif not ranks:
                ranks.append(entry.rank)
            elif entry.rank not in ranks:
                insort(ranks, entry.rank)
                if len(ranks) > self.parameters.bucket_cap:
                    self._states.crowd(key, ranks[: self._kept])
                    self._tell_holders(key, but=article)
                    del self._held[key]

    def remove(self, article: int, entry: Entry) -> None:
        """Take an article out; *entry* must be of the body that went in."""
        self._change(_LEAVE, article, entry)
        self._entries.pop(entry.rank, None)
        self._held.clear()
        for key in dict.fromkeys((*entry.bands, *entry.passages)):
            if key in self._states.crowded:
                self._leave_crowd(key, entry.rank, article)

    def alone(self, key: Key) -> list[int]:
        """The holders of a passage that have nothing but what strangers share."""
        return self._everyone((LONE, key[1]))

    def set_lone(self, article: int, entry: Entry, *, is_lone: bool) -> None:
        """Note whether an article has nothing but what strangers share."""
        keys = set(entry.passages)
        if not keys or self._is_lone(article, entry) == is_lone:
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
                self._states.queue_holders((LONE, key[1]), "key", but=article)
            elif entry.rank < others[hubs - 1]:
                self._states.queue(self.articles([others[hubs - 1]]), "key")

    def note_headline(self, key: Key, *, but: int, joins: int | None = None) -> None:
        """Ask whether too many texts have a headline; queue them where that changed.

        *joins* is the rank of a text that has no row yet, *but* an article that is
        being decided.
        """
        known = self._held.get(key) if joins is not None else None
        ranks = self._everyone(key) if known is None else known
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
        asked = orjson.dumps([to_signed(rank) for rank in ranks]).decode()
        rows = self._conn.execute(
            "SELECT articles.id FROM json_each(?) AS asked CROSS JOIN articles"
            " ON articles.text_hash = asked.value AND articles.indexed",
            [asked],
        )
        return [row[0] for row in rows]

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
            self._states.queue_holders(key, "key", but=but)

    def _is_lone(self, article: int, entry: Entry) -> bool:
        row = self._conn.execute(
            "SELECT 1 FROM lone_keys WHERE key = ? AND article = ?",
            [entry.passages[0][1], article],
        )
        return row.fetchone() is not None

    def _read(self, keys: Iterable[Key]) -> dict[Key, list[int]]:
        """Read the ranks of all that hold *keys*, but for those above the cap."""
        held, crowded = self._held, self._states.crowded
        missing = [key for key in keys if key not in held and key not in crowded]
        if not missing:
            return held
        found: dict[Key, list[int]] = {}
        for kind in (BAND, PASSAGE):
            asked = [key[1] for key in missing if key[0] == kind]
            if asked:
                sql = _FIRST_READ.format(table=TABLES[kind])
                rows = self._conn.execute(sql, [orjson.dumps(asked).decode()])
                for key, article in rows.fetchall():
                    found.setdefault((kind, key), []).append(article)
        ranks = self._ranks({one for articles in found.values() for one in articles})
        for key in missing:
            if key[0] == HEADLINE:
                held[key] = self._everyone(key)
            else:
                held[key] = sorted(
                    ranks[one] for one in found.get(key, ()) if one in ranks
                )
        return held

    def _ranks(self, articles: Collection[int]) -> dict[int, int]:
        if not articles:
            return {}
        rows = self._conn.execute(_RANKS, [orjson.dumps([*articles]).decode()])
        return {article: to_unsigned(rank) for article, rank in rows}

    def _everyone(self, key: Key) -> list[int]:
        kind, value = key
        sql = _SAME_HEADLINE if kind == HEADLINE else _ALL.format(table=TABLES[kind])
        return sorted(
            self._new[article] if rank is None else to_unsigned(rank)
            for article, rank in self._conn.execute(sql, [value])
            if rank is not None or article in self._new
        )

    def _change(self, sql: str, article: int, entry: Entry) -> None:
        for kind, keys in ((BAND, entry.bands), (PASSAGE, entry.passages)):
            # Neighbours in a table are written together.
            asked = orjson.dumps(sorted({key[1] for key in keys})).decode()
            self._conn.execute(sql.format(table=TABLES[kind]), [asked, article])


def to_signed(rank: int) -> int:
    """Read 64 bits as SQLite holds them."""
    return rank - (rank >> 63 << 64)


def to_unsigned(key: int) -> int:
    """Read 64 bits as dedupe does."""
    return key % (1 << 64)
