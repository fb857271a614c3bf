"""One article into the database, inside a transaction that the caller began."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dedupe.text import fold
from storage.articles import (
    body_row,
    delete_removed,
    insert_article,
    insert_removed,
    iso,
    load_article,
    load_clean_body,
    metadata_row,
    update_article,
)
from storage.outlet_blocks import OutletBlocks, Print
from storage.pairs import JOINING, STRENGTH, delete_pairs, pairs_of, save_pairs
from storage.preparing import prepare, prepare_again
from storage.revisions import has_revision, insert_revision
from storage.search import index_article, unindex_article
from storage.urls import article_id, article_key, url_key
from storage.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from storage.article import Article
    from storage.deciding import Decider
    from storage.outlets import Names
    from storage.pairs import StoredPair
    from storage.preparing import Prepared
    from storage.signing import Signed
    from storage.stories import Stories


FORGOTTEN = Verdict(article=None, story=None, role=None, verdict="forgotten")


@dataclass(frozen=True, slots=True)
class _Stored:
    """The row that an article with the same identity has already."""

    id: int
    headline: str
    body: str
    fold: int | None
    content_hash: str | None
    outlet: int | None
    updated: str | None
    indexed: bool


class Adder:
    """Writes articles, their index, pairs and stories through one connection."""

    def __init__(
        self,
        db: Database,
        *,
        names: Names,
        blocks: OutletBlocks,
        decider: Decider,
        stories: Stories,
    ) -> None:
        self._db = db
        self.names = names
        self.blocks = blocks
        self.decider = decider
        self.stories = stories

    def forget_caches(self) -> None:
        """Ask the database again: a rollback or another process changed it."""
        self.names.forget()
        self.blocks.forget()
        self.decider.strangers.forget()

    def prepare(self, article: Article) -> Prepared:
        """Do what needs no transaction; reads the boilerplate of the outlet."""
        outlet = self.names.find_outlet(article.outlet, article.url)
        known = self.blocks.boilerplate(outlet)
        return prepare(article, known, self.decider.sign)

    def add(self, prepared: Prepared, run: int | None = None) -> Verdict:
        """Write one article, or what is new of it, and decide its story."""
        article = prepared.article
        key = article_key(article.url, article.canonical_url)
        if self._is_forgotten(key, article.url):
            return FORGOTTEN
        outlet = self.names.outlet(article.outlet, article.url)
        # A line may have become boilerplate since the article was prepared.
        known = self.blocks.boilerplate(outlet)
        prepared = prepare_again(prepared, known, self.decider.sign)
        stored = self._find(key, article, outlet)
        if stored is not None:
            return self._add_again(stored, prepared, outlet, run)
        return self._add_new(key, prepared, outlet, run)

    def derive_again(self, article: int, run: int | None = None) -> None:
        """Clean, index and decide a stored article anew, from its extracted blocks."""
        stored = self._load(article)
        if stored is None:
            return
        record = load_article(self._db, article)
        known = self.blocks.boilerplate(stored.outlet)
        prepared = prepare(record, known, self.decider.sign)
        if (prepared.body.body, prepared.body.removed) != (
            stored.body,
            load_clean_body(self._db, article).removed,
        ):
            self._replace_text(stored, prepared)
        elif not stored.indexed:
            self._enter_unless_twin(article, prepared)
        self.decide_again(article, prepared, run)

    def remove(self, article: int) -> None:
        """Remove an article and all that was derived from it; its story is repaired.

        The caller sees to the tombstone.
        """
        stored = self._load(article)
        if stored is None:
            return
        whole = self._whole_of(article)
        near = _others(article, pairs_of(self._db, article))
        self.blocks.remove(stored.outlet, article, whole)
        unindex_article(self._db, article, stored.headline, stored.body)
        if stored.indexed:
            self._leave_index(stored)
        delete_pairs(self._db, article)
        left = self.stories.leave(article)
        self._db.conn.execute("DELETE FROM articles WHERE id = ?", [article])
        self.decider.strangers.forget_article()
        if left or near:
            self._repair({*left, *near})

    def decide_again(
        self, article: int, prepared: Prepared, run: int | None = None
    ) -> None:
        """Decide an indexed article's pairs and the stories around it anew."""
        near = _others(article, pairs_of(self._db, article))
        delete_pairs(self._db, article)
        pairs = self.decider.decide(article, prepared)
        save_pairs(self._db, pairs, run)
        self._repair({article, *near})

    def _add_new(
        self, key: str, prepared: Prepared, outlet: int | None, run: int | None
    ) -> Verdict:
        article = prepared.article
        found = self.decider.decide(None, prepared)
        best = _strongest(found)
        story = self.stories.next_id() if best is None else self._story_of(best.a)
        row = {
            **metadata_row(article),
            **body_row(prepared.body),
            **self._names_row(article, outlet),
            "url_key": key,
            "url_id": article_id(article.url),
            "updated": iso(article.fetched),
            "words": prepared.signed.words,
            "text_hash": prepared.signed.fold,
            "headline_hash": prepared.signed.headline,
            "story": story,
            "role": "canonical" if best is None else "copy",
        }
        number = insert_article(self._db, row)
        self._index(number, prepared)
        # Ids only grow, so the new article is always the second of its pairs.
        pairs = [replace(pair, b=number) for pair in found]
        save_pairs(self._db, pairs, run)
        if best is None:
            self.stories.begin(story, number, row)
        else:
            self._repair([number])
        verdict = self._verdict(number, prepared, pairs)
        self._count_blocks(number, prepared, outlet, row)
        return replace(verdict, is_new=True)

    def _add_again(
        self,
        stored: _Stored,
        prepared: Prepared,
        outlet: int | None,
        run: int | None,
    ) -> Verdict:
        article = prepared.article
        same_bytes = bool(article.content_hash) and (
            article.content_hash == stored.content_hash
        )
        if _same_text(stored, prepared) and not same_bytes:
            return self._known(stored.id)
        if same_bytes and _same_letters(stored, prepared):
            self._refresh(stored.id, prepared, outlet)
            return self._known(stored.id)
        fetched = iso(article.fetched)
        if fetched and stored.updated and fetched < stored.updated and not same_bytes:
            return self._add_older(stored, prepared)
        if not same_bytes:
            insert_revision(self._db, stored.id, replaced=fetched)
        self.blocks.remove(stored.outlet, stored.id, self._whole_of(stored.id))
        self._replace_text(stored, prepared)
        self._refresh(stored.id, prepared, outlet)
        if not same_bytes:
            update_article(self._db, stored.id, {"updated": fetched})
        self.decide_again(stored.id, prepared, run)
        row = self._count_row(stored.id)
        self._count_blocks(stored.id, prepared, outlet, row)
        pairs = pairs_of(self._db, stored.id)
        verdict = self._verdict(stored.id, prepared, pairs)
        return replace(verdict, is_revision=not same_bytes)

    def _add_older(self, stored: _Stored, prepared: Prepared) -> Verdict:
        """Keep a text that was fetched before the one we show, as its revision."""
        if not has_revision(self._db, stored.id, prepared.article):
            insert_revision(
                self._db, stored.id, text=prepared.article, replaced=stored.updated
            )
            return replace(self._known(stored.id), is_revision=True)
        return self._known(stored.id)

    def _replace_text(self, stored: _Stored, prepared: Prepared) -> None:
        unindex_article(self._db, stored.id, stored.headline, stored.body)
        delete_removed(self._db, stored.id)
        if stored.indexed:
            self._leave_index(stored)
        update_article(
            self._db,
            stored.id,
            {
                **body_row(prepared.body),
                "headline": prepared.article.headline,
                "words": prepared.signed.words,
                "text_hash": prepared.signed.fold,
                "headline_hash": prepared.signed.headline,
            },
        )
        self.decider.strangers.forget_article()
        self._index(stored.id, prepared)

    def _index(self, article: int, prepared: Prepared) -> None:
        insert_removed(self._db, article, prepared.body.removed)
        body = prepared.body.body
        index_article(self._db, article, prepared.article.headline, body)
        self._enter_unless_twin(article, prepared)

    def _enter_unless_twin(self, article: int, prepared: Prepared) -> None:
        signed = prepared.signed
        if signed.fold is None or self.decider.is_brief(signed):
            return
        # Of articles of one text the first in the index stands for all.
        if not self.decider.first_twin(article, signed.fold):
            self._enter_index(article, signed)

    def _enter_index(self, article: int, signed: Signed) -> None:
        self.decider.index.add(article, signed.bands, signed.passages)
        execute = self._db.conn.execute
        execute(
            "INSERT INTO signatures (article, minima) VALUES (?, ?)",
            [article, signed.minima],
        )
        execute("UPDATE articles SET indexed = 1 WHERE id = ?", [article])

    def _leave_index(self, stored: _Stored) -> None:
        """Take a node's first article out, and let the next one stand for it."""
        before = self.decider.sign(stored.headline, stored.body)
        self.decider.index.remove(stored.id, before.bands, before.passages)
        execute = self._db.conn.execute
        execute("DELETE FROM signatures WHERE article = ?", [stored.id])
        execute("UPDATE articles SET indexed = 0 WHERE id = ?", [stored.id])
        self._queue(before.passages)
        twins = self.decider.twins(stored.id, stored.fold)
        if twins:
            heir = self._load(twins[0])
            assert heir is not None
            self._enter_index(heir.id, self.decider.sign(heir.headline, heir.body))
            self._db.conn.executemany(
                "INSERT INTO settle_queue (article, reason) VALUES (?, 'node')"
                " ON CONFLICT (article) DO NOTHING",
                [(twin,) for twin in twins],
            )

    def _queue(self, passages: Sequence[int]) -> None:
        """Ask of passages that lost a holder whether strangers share them still."""
        cap = self.decider.parameters.bucket_cap
        holders = {
            key: self.decider.index.passage_holders(key, cap + 1) for key in passages
        }
        self.decider.strangers.update(holders)

    def _refresh(self, article: int, prepared: Prepared, outlet: int | None) -> None:
        """Write what the page says now; when it was first fetched stays."""
        row = metadata_row(prepared.article)
        del row["fetched"], row["url"]
        update_article(
            self._db, article, {**row, **self._names_row(prepared.article, outlet)}
        )

    def _names_row(self, article: Article, outlet: int | None) -> dict[str, Any]:
        return {"outlet": outlet, "agency": self.names.agency(article.agency)}

    def _repair(self, changed: Iterable[int]) -> None:
        for article in self.stories.repair(changed).moved:
            stored = self._load(article)
            if stored is not None and stored.outlet is not None:
                self.blocks.mark_stale(stored.outlet, self._whole_of(article))

    def _whole_of(self, article: int) -> Sequence[Any]:
        record = load_article(self._db, article)
        return prepare(record, (), self.decider.sign).whole.kept

    def _count_blocks(
        self,
        article: int,
        prepared: Prepared,
        outlet: int | None,
        row: dict[str, Any],
    ) -> None:
        if outlet is None:
            return
        when = row["published"] or row["fetched"]
        printed = Print(
            article=article,
            outlet=outlet,
            story=self._story_of(article),
            day=when[:10] if when else None,
        )
        self.blocks.add(printed, prepared.whole.kept, prepared.counted)

    def _count_row(self, article: int) -> dict[str, Any]:
        row = self._db.conn.execute(
            "SELECT published, fetched FROM articles WHERE id = ?", [article]
        ).fetchone()
        return {"published": row[0], "fetched": row[1]}

    def _verdict(
        self, article: int, prepared: Prepared, pairs: Sequence[StoredPair]
    ) -> Verdict:
        known = self._known(article)
        best = _strongest(pairs)
        return replace(
            known,
            verdict="new" if best is None else best.verdict,
            of=None if best is None else _other(article, best),
            removed=len(prepared.body.removed),
        )

    def _known(self, article: int) -> Verdict:
        story, role = self._db.conn.execute(
            "SELECT story, role FROM articles WHERE id = ?", [article]
        ).fetchone()
        return Verdict(article=article, story=story, role=role, verdict="known")

    def _story_of(self, article: int) -> int:
        row = self._db.conn.execute(
            "SELECT story FROM articles WHERE id = ?", [article]
        ).fetchone()
        return int(row[0])

    def _is_forgotten(self, key: str, url: str) -> bool:
        return (
            self._db.conn.execute(
                "SELECT 1 FROM tombstones WHERE url_key IN (?, ?)", [key, url_key(url)]
            ).fetchone()
            is not None
        )

    def _find(self, key: str, article: Article, outlet: int | None) -> _Stored | None:
        execute = self._db.conn.execute
        own = url_key(article.url)
        rows = execute("SELECT id FROM articles WHERE url_key IN (?, ?)", [key, own])
        found = [row[0] for row in rows]
        if found:
            return self._load(min(found))
        number = article_id(article.url)
        if number is None or outlet is None:
            return None
        rows = execute(
            "SELECT id FROM articles WHERE outlet = ? AND url_id = ? LIMIT 5",
            [outlet, number],
        )
        # The id may be a section's: only an equal headline makes it the article.
        for row in rows.fetchall():
            stored = self._load(row[0])
            if stored and fold(stored.headline) == fold(article.headline):
                return stored
        return None

    def _load(self, article: int) -> _Stored | None:
        row = self._db.conn.execute(
            "SELECT id, headline, body, text_hash, content_hash, outlet, updated, indexed"
            " FROM articles WHERE id = ?",
            [article],
        ).fetchone()
        return None if row is None else _Stored(*row)


def _same_text(stored: _Stored, prepared: Prepared) -> bool:
    return stored.fold == prepared.signed.fold and (
        fold(stored.headline) == fold(prepared.article.headline)
    )


def _same_letters(stored: _Stored, prepared: Prepared) -> bool:
    return (stored.headline, stored.body) == (
        prepared.article.headline,
        prepared.body.body,
    )


def _strongest(pairs: Iterable[StoredPair]) -> StoredPair | None:
    joining = [pair for pair in pairs if pair.verdict in JOINING]
    return max(
        joining, key=lambda p: (STRENGTH[p.verdict], p.jaccard or 0), default=None
    )


def _other(article: int, pair: StoredPair) -> int:
    return pair.b if pair.a == article else pair.a


def _others(article: int, pairs: Iterable[StoredPair]) -> set[int]:
    return {_other(article, pair) for pair in pairs}
