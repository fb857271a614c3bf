"""One article into the database, inside a transaction that the caller began."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
from storage.pairs import (
    delete_pairs,
    other_of,
    others_of,
    pairs_of,
    save_pairs,
    strongest,
)
from storage.preparing import clean_whole, prepare_again, prepare_all
from storage.revisions import has_revision, insert_revision
from storage.signing import cut_order
from storage.stored import (
    Stored,
    find_stored,
    is_forgotten,
    load_stored,
    load_times,
    same_letters,
    same_text,
    story_of,
)
from storage.urls import article_id, article_key
from storage.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from storage.article import Article
    from storage.deciding import Decider
    from storage.outlets import Names
    from storage.pairs import StoredPair
    from storage.preparing import Prepared
    from storage.search import SearchQueue
    from storage.signing import Signed
    from storage.stories import Stories


FORGOTTEN = Verdict(article=None, story=None, role=None, verdict="forgotten")


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
        search: SearchQueue,
    ) -> None:
        self._db = db
        self.names = names
        self.blocks = blocks
        self.decider = decider
        self.stories = stories
        self.search = search

    def forget_caches(self) -> None:
        """Ask the database again: a rollback or another process changed it."""
        self.names.forget()
        self.blocks.forget()
        self.decider.forget()

    def prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        """Do what needs no transaction; reads the boilerplate of the outlets."""
        outlets = [self.names.find_outlet(one.outlet, one.url) for one in articles]
        known = [self.blocks.boilerplate(outlet) for outlet in outlets]
        return prepare_all(articles, known, self.decider.sign_all)

    def add(self, prepared: Prepared, run: int | None = None) -> Verdict:
        """Write one article, or what is new of it, and decide its story."""
        article = prepared.article
        key = article_key(article.url, article.canonical_url)
        if is_forgotten(self._db, key, article.url):
            return FORGOTTEN
        outlet = self.names.outlet(article.outlet, article.url)
        # A line may have become boilerplate since the article was prepared.
        known = self.blocks.boilerplate(outlet)
        prepared = prepare_again(prepared, known, self.decider.sign)
        stored = find_stored(self._db, key, article, outlet)
        if stored is not None:
            return self._add_again(stored, prepared, outlet, run)
        return self._add_new(key, prepared, outlet, run)

    def derive_again(self, articles: Iterable[int], run: int | None = None) -> None:
        """Clean, index and decide stored articles anew, from their extracted blocks."""
        found = [stored for one in articles if (stored := load_stored(self._db, one))]
        prepared = prepare_all(
            [load_article(self._db, stored.id) for stored in found],
            [self.blocks.boilerplate(stored.outlet) for stored in found],
            self.decider.sign_all,
        )
        for stored, one in zip(found, prepared, strict=True):
            known = self.blocks.boilerplate(stored.outlet)
            again = prepare_again(one, known, self.decider.sign)
            # What the ones before made wait is done with this.
            self._db.conn.execute(
                "DELETE FROM settle_queue WHERE article = ?", [stored.id]
            )
            self._derive_again(stored.id, again)
            self.decide_again(stored.id, again, run)

    def _derive_again(self, article: int, prepared: Prepared) -> None:
        # What was derived before may have put another article of the text in its place.
        stored = load_stored(self._db, article)
        assert stored is not None
        if (prepared.body.body, prepared.body.removed) != (
            stored.body,
            load_clean_body(self._db, article).removed,
        ):
            self._replace_text(stored, prepared)
        elif not stored.indexed:
            self._enter_as_first(article, prepared)

    def remove(self, article: int) -> None:
        """Remove an article and all that was derived from it; its story is repaired.

        The caller sees to the tombstone.
        """
        stored = load_stored(self._db, article)
        if stored is None:
            return
        whole = self._whole_of(article)
        near = others_of(article, pairs_of(self._db, article))
        self.blocks.remove(stored.outlet, article, whole)
        self.search.remove(article, stored.headline, stored.body)
        if stored.indexed:
            self._leave_index(stored)
        delete_pairs(self._db, article)
        left = self.stories.leave(article)
        self._db.conn.execute("DELETE FROM articles WHERE id = ?", [article])
        if left or near:
            self._repair({*left, *near})

    def decide_again(
        self, article: int, prepared: Prepared, run: int | None = None
    ) -> None:
        """Decide an indexed article's pairs and the stories around it anew."""
        near = others_of(article, pairs_of(self._db, article))
        delete_pairs(self._db, article)
        pairs = self.decider.decide(article, prepared)
        save_pairs(self._db, pairs, run)
        self._repair({article, *near})

    def _add_new(
        self, key: str, prepared: Prepared, outlet: int | None, run: int | None
    ) -> Verdict:
        article = prepared.article
        number = self._next_id()
        entered = self._enter_as_first(number, prepared, has_row=False)
        found = self.decider.decide(number, prepared, entered=entered)
        best = strongest(found)
        story = (
            self.stories.next_id()
            if best is None
            else story_of(self._db, other_of(number, best))
        )
        row = {
            "id": number,
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
            "indexed": entered,
        }
        insert_article(self._db, row)
        self._write_texts(number, prepared)
        if entered:
            self._insert_signature(number, prepared.signed)
        save_pairs(self._db, found, run)
        if best is None:
            self.stories.begin(story, number, row)
        else:
            self._repair([number])
        verdict = self._verdict(number, prepared, found)
        self._count_blocks(number, prepared, outlet, row)
        return replace(verdict, is_new=True)

    def _add_again(
        self,
        stored: Stored,
        prepared: Prepared,
        outlet: int | None,
        run: int | None,
    ) -> Verdict:
        article = prepared.article
        same_bytes = bool(article.content_hash) and (
            article.content_hash == stored.content_hash
        )
        if same_text(stored, prepared) and not same_bytes:
            return self._known(stored.id)
        if same_bytes and same_letters(stored, prepared):
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
        row = load_times(self._db, stored.id)
        self._count_blocks(stored.id, prepared, outlet, row)
        pairs = pairs_of(self._db, stored.id)
        verdict = self._verdict(stored.id, prepared, pairs)
        return replace(verdict, is_revision=not same_bytes)

    def _add_older(self, stored: Stored, prepared: Prepared) -> Verdict:
        """Keep a text that was fetched before the one we show, as its revision."""
        if not has_revision(self._db, stored.id, prepared.article):
            insert_revision(
                self._db, stored.id, text=prepared.article, replaced=stored.updated
            )
            return replace(self._known(stored.id), is_revision=True)
        return self._known(stored.id)

    def _replace_text(self, stored: Stored, prepared: Prepared) -> None:
        self.search.remove(stored.id, stored.headline, stored.body)
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
        self._write_texts(stored.id, prepared)
        self._enter_as_first(stored.id, prepared)

    def _write_texts(self, article: int, prepared: Prepared) -> None:
        insert_removed(self._db, article, prepared.body.removed)
        self.search.add(article, prepared.words)

    def _enter_as_first(
        self, article: int, prepared: Prepared, *, has_row: bool = True
    ) -> bool:
        """Enter an article that is to stand for its text; return whether it is."""
        signed = prepared.signed
        if signed.fold is None or self.decider.is_brief(signed):
            return False
        first = self.decider.first_twin(article, signed.fold)
        if first is not None:
            stored = load_stored(self._db, first)
            assert stored is not None
            before = self.decider.sign(stored.headline, stored.body)
            if cut_order(before) <= cut_order(signed):
                return False
            # Texts of the same words that are cut otherwise: one cut stands for all.
            self._leave_index(stored, heirs=False)
            self._queue_node(article, signed.fold)
        self._enter_index(article, signed, has_row=has_row)
        return True

    def _enter_index(self, article: int, signed: Signed, *, has_row: bool) -> None:
        self.decider.enter(article, signed)
        if has_row:
            self._insert_signature(article, signed)
            update_article(self._db, article, {"indexed": 1})

    def _insert_signature(self, article: int, signed: Signed) -> None:
        self._db.conn.execute(
            "INSERT INTO signatures (article, minima) VALUES (?, ?)",
            [article, signed.minima],
        )

    def _leave_index(self, stored: Stored, *, heirs: bool = True) -> None:
        """Take a text's first article out, and let another one stand for it."""
        execute = self._db.conn.execute
        self.decider.leave(stored.id, self.decider.sign(stored.headline, stored.body))
        execute("DELETE FROM signatures WHERE article = ?", [stored.id])
        execute("UPDATE articles SET indexed = 0 WHERE id = ?", [stored.id])
        twins = self.decider.twins(stored.id, stored.fold) if heirs else []
        if not twins:
            return
        texts = execute(
            f"SELECT headline, body FROM articles WHERE id IN ({_marks(twins)})"
            " ORDER BY id",
            twins,
        )
        signed = self.decider.sign_all(texts.fetchall())
        heir = min(range(len(twins)), key=lambda place: cut_order(signed[place]))
        self._enter_index(twins[heir], signed[heir], has_row=True)
        self._queue_node(stored.id, stored.fold)

    def _queue_node(self, but: int, text_hash: int | None) -> None:
        self._db.conn.execute(
            "INSERT INTO settle_queue (article, reason) SELECT id, 'node' FROM articles"
            " WHERE text_hash = ? AND id <> ? ON CONFLICT (article) DO NOTHING",
            [text_hash, but],
        )

    def _next_id(self) -> int:
        row = self._db.conn.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = 'articles'"
        ).fetchone()
        return int(row[0]) + 1 if row else 1

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
            stored = load_stored(self._db, article)
            if stored is not None and stored.outlet is not None:
                self.blocks.mark_stale(stored.outlet, self._whole_of(article))

    def _whole_of(self, article: int) -> Sequence[Any]:
        record = load_article(self._db, article)
        return clean_whole(record).kept

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
            story=story_of(self._db, article),
            day=when[:10] if when else None,
        )
        self.blocks.add(printed, prepared.whole.kept, prepared.counted)

    def _verdict(
        self, article: int, prepared: Prepared, pairs: Sequence[StoredPair]
    ) -> Verdict:
        known = self._known(article)
        best = strongest(pairs)
        return replace(
            known,
            verdict="new" if best is None else best.verdict,
            of=None if best is None else other_of(article, best),
            removed=len(prepared.body.removed),
        )

    def _known(self, article: int) -> Verdict:
        story, role = self._db.conn.execute(
            "SELECT story, role FROM articles WHERE id = ?", [article]
        ).fetchone()
        return Verdict(article=article, story=story, role=role, verdict="known")


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))
