"""One article into the database, inside a transaction that the caller began."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from storage.articles import (
    insert_article,
    iso,
    load_article,
    load_clean_body,
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
from storage.stored import (
    Identities,
    Stored,
    load_stored,
    load_times,
    same_letters,
    same_text,
    story_of,
)
from storage.texts import Texts
from storage.urls import article_id
from storage.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from storage.article import Article
    from storage.deciding import Decider
    from storage.outlets import Names
    from storage.pairs import StoredPair
    from storage.preparing import Prepared
    from storage.search import SearchQueue
    from storage.stories import Stories


_STORIES = (
    "SELECT articles.id, story, role FROM json_each(?) AS asked"
    " CROSS JOIN articles ON articles.id = asked.value"
)
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
        self._identities = Identities(db)
        self._texts = Texts(db, decider, search)
        # New copies: their stories are decided once, at the end of the batch.
        self._joined: list[tuple[int, int]] = []

    @contextmanager
    def batch(self, prepared: Sequence[Prepared]) -> Iterator[None]:
        """Ask at once what adding all of *prepared* will ask, in one transaction.

        The stories that copies join are decided at the end.
        """
        with (
            self._identities.batch(prepared),
            self.decider.batch([one.signed for one in prepared]),
        ):
            yield
        stories: dict[int, list[int]] = {}
        for number, story in self._joined:
            stories.setdefault(story, []).append(number)
        self._joined.clear()
        for part in self.stories.parts(stories):
            self._repair([number for story in part for number in stories[story]])

    def waiting(self) -> tuple[int, int, int]:
        """Return how much waits for write() or the batch's end, for back_to()."""
        index, search = self.decider.index.tables.changes, self.search.changes
        return len(index), len(search), len(self._joined)

    def back_to(self, waiting: tuple[int, int, int]) -> None:
        """Forget what waits since then, and what was read: it was rolled back."""
        index, search, joined = waiting
        self.decider.index.tables.back_to(index)
        self.search.changes.back_to(search)
        del self._joined[joined:]
        self.forget_caches()
        self.decider.forget(texts=True)

    def write(self) -> None:
        """Write what waits for the end of the transaction."""
        self.decider.index.tables.write()
        self.search.write()

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
        """Write one article, or what is new of it, inside of batch().

        Which story a new copy joins is sure at the batch's end: see joined().
        """
        article = prepared.article
        if self._identities.is_forgotten(prepared):
            return FORGOTTEN
        outlet = self.names.outlet(article.outlet, article.url)
        # A line may have become boilerplate since the article was prepared.
        known = self.blocks.boilerplate(outlet)
        prepared = prepare_again(prepared, known, self.decider.sign)
        stored = self._identities.find(prepared, outlet)
        if stored is not None:
            return self._add_again(stored, prepared, outlet, run)
        return self._add_new(prepared, outlet, run)

    def joined(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Return *verdicts*, new copies with the story and role that the batch ended with."""
        copies = [one.article for one in verdicts if one.is_new and one.of is not None]
        rows = self._db.conn.execute(_STORIES, [orjson.dumps(copies).decode()])
        found = {article: (story, role) for article, story, role in rows}
        return [
            replace(one, story=found[one.article][0], role=found[one.article][1])
            if one.article in found
            else one
            for one in verdicts
        ]

    def derive_again(self, articles: Iterable[int], run: int | None = None) -> None:
        """Clean, index and decide stored articles anew, from their extracted blocks."""
        found = [stored for one in articles if (stored := load_stored(self._db, one))]
        prepared = prepare_all(
            [load_article(self._db, stored.id) for stored in found],
            [self.blocks.boilerplate(stored.outlet) for stored in found],
            self.decider.sign_all,
        )
        changed: set[int] = set()
        with self.decider.batch([one.signed for one in prepared]):
            for stored, one in zip(found, prepared, strict=True):
                known = self.blocks.boilerplate(stored.outlet)
                again = prepare_again(one, known, self.decider.sign)
                # What the ones before made wait is done with this.
                self._db.conn.execute(
                    "DELETE FROM settle_queue WHERE article = ?", [stored.id]
                )
                self._derive_again(stored.id, again)
                changed |= self._decide_pairs(stored.id, again, run)
        self._repair(changed)

    def _derive_again(self, article: int, prepared: Prepared) -> None:
        # What was derived before may have put another article of the text in its place.
        stored = load_stored(self._db, article)
        assert stored is not None
        if (prepared.body.body, prepared.body.removed) != (
            stored.body,
            load_clean_body(self._db, article).removed,
        ):
            self._texts.replace(stored, prepared)
        elif not stored.indexed:
            self._texts.enter(article, prepared)

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
        self._texts.leave(stored)
        delete_pairs(self._db, article)
        left = self.stories.leave(article)
        self._db.conn.execute("DELETE FROM articles WHERE id = ?", [article])
        if left or near:
            self._repair({*left, *near})

    def decide_again(
        self, article: int, prepared: Prepared, run: int | None = None
    ) -> None:
        """Decide an indexed article's pairs and the stories around it anew."""
        self._repair(self._decide_pairs(article, prepared, run))

    def _decide_pairs(
        self, article: int, prepared: Prepared, run: int | None
    ) -> set[int]:
        """Decide an article's pairs anew; return those whose stories it may change."""
        near = others_of(article, pairs_of(self._db, article))
        delete_pairs(self._db, article)
        save_pairs(self._db, self.decider.decide(article, prepared), run)
        return {article, *near}

    def _add_new(
        self, prepared: Prepared, outlet: int | None, run: int | None
    ) -> Verdict:
        number, story = self.stories.next_ids()
        entered = self._texts.enter(number, prepared, has_row=False)
        found = self.decider.decide(number, prepared, entered=entered)
        best = strongest(found)
        if best is not None:
            story, _ = story_of(self._db, other_of(number, best))
        row = self._row(prepared, outlet) | {
            "id": number,
            "story": story,
            "role": "canonical" if best is None else "copy",
            "indexed": entered,
        }
        insert_article(self._db, row)
        self._texts.write(number, prepared)
        if entered and prepared.signed.entry is not None:
            self._texts.insert_signature(number, prepared.signed.entry)
        save_pairs(self._db, found, run)
        if best is None:
            self.stories.begin(story, number, row)
            known = Verdict(
                article=number, story=story, role="canonical", verdict="new"
            )
        else:
            self._joined.append((number, story))
            known = Verdict(article=number, story=story, role="copy", verdict="known")
        self._count_blocks(known, prepared, outlet, row)
        return _judged(known, prepared, best, is_new=True)

    def _row(self, prepared: Prepared, outlet: int | None) -> dict[str, Any]:
        article = prepared.article
        return {
            **prepared.said,
            **prepared.text,
            **self._names_row(article, outlet),
            "url_key": prepared.addresses[0],
            "url_id": article_id(article.url),
            "updated": prepared.said["fetched"],
        }

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
        # Another outlet counts among those of its story, and has lines of its own.
        same_outlet = outlet == stored.outlet
        if same_bytes and same_outlet and same_letters(stored, prepared):
            self._refresh(stored.id, prepared, outlet)
            return self._known(stored.id)
        fetched = iso(article.fetched)
        if fetched and stored.updated and fetched < stored.updated and not same_bytes:
            return self._add_older(stored, prepared)
        if not same_bytes:
            insert_revision(self._db, stored.id, replaced=fetched)
        self.blocks.remove(stored.outlet, stored.id, self._whole_of(stored.id))
        self._texts.replace(stored, prepared)
        self._refresh(stored.id, prepared, outlet)
        if not same_bytes:
            update_article(self._db, stored.id, {"updated": fetched})
        self.decide_again(stored.id, prepared, run)
        row = load_times(self._db, stored.id)
        known = self._known(stored.id)
        self._count_blocks(known, prepared, outlet, row)
        best = strongest(pairs_of(self._db, stored.id))
        return _judged(known, prepared, best, is_revision=not same_bytes)

    def _add_older(self, stored: Stored, prepared: Prepared) -> Verdict:
        """Keep a text that was fetched before the one we show, as its revision."""
        if not has_revision(self._db, stored.id, prepared.article):
            insert_revision(
                self._db, stored.id, text=prepared.article, replaced=stored.updated
            )
            return replace(self._known(stored.id), is_revision=True)
        return self._known(stored.id)

    def _refresh(self, article: int, prepared: Prepared, outlet: int | None) -> None:
        """Write what the page says now; when it was first fetched stays."""
        row = prepared.said | self._names_row(prepared.article, outlet)
        del row["fetched"], row["url"]
        update_article(self._db, article, row)

    def _names_row(self, article: Article, outlet: int | None) -> dict[str, Any]:
        return {"outlet": outlet, "agency": self.names.agency(article.agency)}

    def _repair(self, changed: Collection[int]) -> None:
        if not changed:
            return
        for article in self.stories.repair(changed).moved:
            stored = load_stored(self._db, article)
            if stored is not None and stored.outlet is not None:
                self.blocks.mark_stale(stored.outlet, self._whole_of(article))

    def _whole_of(self, article: int) -> Sequence[Any]:
        record = load_article(self._db, article)
        return clean_whole(record).kept

    def _count_blocks(
        self,
        known: Verdict,
        prepared: Prepared,
        outlet: int | None,
        row: dict[str, Any],
    ) -> None:
        if outlet is None or known.article is None or known.story is None:
            return
        when = row["published"] or row["fetched"]
        printed = Print(
            article=known.article,
            outlet=outlet,
            story=known.story,
            day=when[:10] if when else None,
        )
        self.blocks.add(printed, prepared.whole.kept, prepared.counted)

    def _known(self, article: int) -> Verdict:
        story, role = story_of(self._db, article)
        return Verdict(article=article, story=story, role=role, verdict="known")


def _judged(
    known: Verdict,
    prepared: Prepared,
    best: StoredPair | None,
    *,
    is_new: bool = False,
    is_revision: bool = False,
) -> Verdict:
    """Say by which of its pairs an article joined its story."""
    return replace(
        known,
        verdict="new" if best is None else best.verdict,
        of=None
        if best is None or known.article is None
        else other_of(known.article, best),
        removed=len(prepared.body.removed),
        is_new=is_new,
        is_revision=is_revision,
    )
