"""Several databases into one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage.check import check
from storage.crawl_state import CrawlState, PageState
from storage.editing import keep_article
from storage.forget import forget
from storage.merge import merge_databases
from storage.reviews import Review, answers_about, save_review
from storage.settle import settle
from storage.store import Store
from storage.urls import url_key
from tests.storage_articles import START, make_article, prose

if TYPE_CHECKING:
    from pathlib import Path


def test_merged_databases_hold_what_one_crawl_would(tmp_path: Path) -> None:
    articles = [
        make_article(n, text=n // 3, outlet=f"Paper {n % 4}") for n in range(24)
    ]
    for name, some in (("a", articles[::2]), ("b", articles[1::2]), ("one", articles)):
        with Store.open(tmp_path / f"{name}.db") as store:
            store.add_all(some)
    parts, into = [tmp_path / "a.db", tmp_path / "b.db"], tmp_path / "all.db"
    assert merge_databases(parts, into).articles == 24
    with Store.open(into) as ours, Store.open(tmp_path / "one.db") as theirs:
        urls = "SELECT story, url FROM articles ORDER BY url"
        groups = [
            sorted(
                sorted(url for s, url in rows if s == story)
                for story in {s for s, _ in rows}
            )
            for rows in (
                opened.db.conn.execute(urls).fetchall() for opened in (ours, theirs)
            )
        ]
        assert groups[0] == groups[1]
        before = list(ours.db.conn.iterdump())
    again = merge_databases(parts, into)
    assert (again.articles, again.known, again.revisions) == (0, 24, 0)
    with Store.open(into) as ours:
        assert list(ours.db.conn.iterdump()) == before


def test_merging_keeps_both_texts_and_settles_down(tmp_path: Path) -> None:
    paths = [tmp_path / "a.db", tmp_path / "b.db"]
    for day, path in enumerate(paths):
        with Store.open(path) as store:
            when = START + timedelta(days=day + 1)
            store.add(make_article(1, text=day, fetched=when))
    for order in (paths, paths[::-1]):
        into = tmp_path / f"{order[0].stem}-first.db"
        assert merge_databases(order, into).revisions == 1
        assert merge_databases(order, into).revisions == 0
        with Store.open(into) as store:
            body = store.db.conn.execute("SELECT body FROM articles").fetchall()
            old = store.db.conn.execute("SELECT body FROM revisions").fetchall()
        assert (body, old) == (
            [("\n\n".join(prose(1)),)],
            [("\n\n".join(prose(0)),)],
        )


def test_a_page_that_was_taken_down_does_not_come_back(tmp_path: Path) -> None:
    paths = [tmp_path / "a.db", tmp_path / "b.db"]
    url = make_article(1).url
    for path in paths:
        with Store.open(path, now=lambda: START) as store, store.transaction() as db:
            store.add_all([make_article(1), make_article(2)])
            for one in (url, make_article(2).url):
                page = PageState(url_key=url_key(one), url=one, outcome="article")
                CrawlState(db).save(page)
    with Store.open(paths[0]) as store:
        forget(store, url, reason="asked")
    for sources, into in ((paths[1:], paths[0]), (paths[:1], paths[1])):
        merge_databases(sources, into)
        with Store.open(into) as store:
            for table in ("articles", "pages"):
                found = store.db.conn.execute(f"SELECT url FROM {table}").fetchall()
                assert found == [(make_article(2).url,)]


def test_the_later_answer_and_the_chosen_article_come_along(tmp_path: Path) -> None:
    older, newer, into = (tmp_path / f"{name}.db" for name in ("old", "new", "all"))
    for path, answer, day in ((older, "same", 1), (newer, "different", 2)):
        when = START + timedelta(days=day)
        with Store.open(path, now=lambda when=when: when) as store:
            store.add_all([make_article(n, text=min(n, 2)) for n in (1, 2, 3, 4)])
            review = Review(a=1, b=2, answer=answer, reviewer="ann")
            with store.transaction() as db:
                save_review(db, review, now=store.now())
            settle(store)
    with Store.open(older) as store:
        keep_article(store, 3)
    for _ in range(2):
        merge_databases([newer, older], into)
        with Store.open(into) as store:
            assert answers_about(store.db, [1]) == {(1, 2): "different"}
            rows = store.db.conn.execute(
                "SELECT canonical, size FROM stories ORDER BY id"
            )
            assert rows.fetchall() == [(1, 1), (3, 3)]
            count = store.db.conn.execute("SELECT count(*) FROM reviews")
            assert count.fetchone() == (2,)
            assert check(store).problems == ()
