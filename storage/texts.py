"""What is derived from an article's clean text: its columns, words and index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.articles import delete_removed, insert_removed, update_article
from storage.signing import cut_order
from storage.stored import load_stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from dedupe.incremental import Entry
    from storage.deciding import Decider
    from storage.preparing import Prepared
    from storage.search import SearchQueue
    from storage.stored import Stored


class Texts:
    """Writes texts; of the articles of one text, one stands for all in the index."""

    def __init__(self, db: Database, decider: Decider, search: SearchQueue) -> None:
        self._db = db
        self._decider = decider
        self._search = search

    def write(self, article: int, prepared: Prepared) -> None:
        """Write what was taken out of a text, and the words that find it."""
        insert_removed(self._db, article, prepared.body.removed)
        self._search.add(article, prepared.words)
        self._decider.meet(prepared.signed)

    def replace(self, stored: Stored, prepared: Prepared) -> None:
        """Write another text of an article in place of the one it has."""
        delete_removed(self._db, stored.id)
        self.leave(stored)
        update_article(self._db, stored.id, prepared.text)
        self.write(stored.id, prepared)
        self.enter(stored.id, prepared)

    def leave(self, stored: Stored) -> None:
        """Take a text out of search and index."""
        self._search.remove(stored.id, stored.headline, stored.body)
        if stored.indexed:
            self._leave_index(stored)
        else:
            # The others may be of another time or headline without it.
            self._queue_node(stored.id, stored.fold)

    def enter(self, article: int, prepared: Prepared, *, has_row: bool = True) -> bool:
        """Enter an article that is to stand for its text; return whether it is."""
        signed, entry = prepared.signed, prepared.signed.entry
        if entry is None or self._decider.is_brief(signed):
            return False
        first = self._decider.first_twin(article, signed.fold)
        if first is not None:
            stored = load_stored(self._db, first)
            assert stored is not None
            if cut_order(self._decider.index.entry(entry.rank)) <= cut_order(entry):
                return False
            # Texts of the same words that are cut otherwise: one cut stands for all.
            self._leave_index(stored, heirs=False)
            self._queue_node(article, signed.fold)
        self._enter_index(article, entry, has_row=has_row)
        return True

    def insert_signature(self, article: int, entry: Entry) -> None:
        """Write the signature of an article that is in the index."""
        self._db.conn.execute(
            "INSERT INTO signatures (article, minima) VALUES (?, ?)",
            [article, entry.signature.astype("<u4").tobytes()],
        )

    def _enter_index(self, article: int, entry: Entry, *, has_row: bool) -> None:
        self._decider.enter(article, entry)
        if has_row:
            self.insert_signature(article, entry)
            update_article(self._db, article, {"indexed": 1})

    def _leave_index(self, stored: Stored, *, heirs: bool = True) -> None:
        """Take a text's first article out, and let another one stand for it."""
        execute = self._db.conn.execute
        entry = self._decider.sign(stored.headline, stored.body).entry
        assert entry is not None
        self._decider.leave(stored.id, entry)
        execute("DELETE FROM signatures WHERE article = ?", [stored.id])
        execute("UPDATE articles SET indexed = 0 WHERE id = ?", [stored.id])
        twins = self._decider.twins(stored.id, stored.fold) if heirs else []
        if twins:
            self._enter_index(*self._heir(twins), has_row=True)
            self._queue_node(stored.id, stored.fold)

    def _heir(self, twins: Sequence[int]) -> tuple[int, Entry]:
        texts = self._db.conn.execute(
            "SELECT headline, body FROM articles"
            f" WHERE id IN ({','.join('?' * len(twins))}) ORDER BY id",
            twins,
        )
        signed = self._decider.sign_all(texts.fetchall())
        entries = [one.entry for one in signed if one.entry is not None]
        assert len(entries) == len(twins)
        place = min(range(len(twins)), key=lambda place: cut_order(entries[place]))
        return twins[place], entries[place]

    def _queue_node(self, but: int, text_hash: int | None) -> None:
        self._db.conn.execute(
            "INSERT INTO settle_queue (article, reason) SELECT id, 'node' FROM articles"
            " WHERE text_hash = ? AND id <> ? ON CONFLICT (article) DO NOTHING",
            [text_hash, but],
        )
