from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from dedupe.block import Block
from dedupe.boilerplate import counted_keys
from dedupe.errors import ParameterError
from dedupe.parameters import DEFAULT
from storage.check import check
from storage.editing import keep, keep_article, merge_stories, split_story
from storage.errors import DatabaseError
from storage.explaining import explain
from storage.forget import forget
from storage.outlet_blocks import Print
from storage.parameters import parse_settings
from storage.prune import prune
from storage.rededupe import plan, rededupe
from storage.reviews import Answer, Review, save_review
from storage.search import search_articles
from storage.settle import empty_index, settle
from storage.store import Store
from storage.stories import find_story
from tests.storage_articles import START, make_article, prose, stories

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db", now=lambda: START) as opened:
        yield opened


def answer(store: Store, a: int, b: int, said: Answer) -> None:
    review = Review(a=a, b=b, answer=said, reviewer="ann")
    with store.transaction() as db:
        save_review(db, review, now=store.now())
    settle(store)


def shown(store: Store) -> list[int]:
    rows = store.db.conn.execute("SELECT canonical FROM stories ORDER BY id")
    return [row[0] for row in rows]


def test_keep_rules(store: Store) -> None:
    store.add(make_article(1, blocks=prose(1, 8)[:6], minutes=0))
    store.add(make_article(2, blocks=prose(1, 8), outlet="Valley Echo", minutes=90))
    store.add(make_article(3, blocks=prose(1, 8)[:7], outlet="Coast", minutes=180))
    assert shown(store) == [1]
    assert keep(store, "longest").changed == 1
    assert shown(store) == [2]
    keep(store, "Coast, Valley Echo")
    assert shown(store) == [3]
    with pytest.raises(DatabaseError, match="Nowhere"):
        keep(store, "Nowhere")
    keep_article(store, 2)
    keep(store, "earliest")
    assert shown(store) == [2]
    assert check(store).problems == ()


def test_the_keep_rule_is_kept(store: Store) -> None:
    keep(store, "longest")
    with Store.open(store.path) as again:
        again.add(make_article(1, blocks=prose(1, 8)[:6]))
        again.add(make_article(2, blocks=prose(1, 8), outlet="Valley Echo"))
        assert shown(again) == [2]


def test_merged_by_hand_stays_merged(store: Store) -> None:
    store.add_all([make_article(1), make_article(2), make_article(3, text=2)])
    first, second = stories(store)
    report = merge_stories(store, [first, second], reviewer="ann")
    assert list(report.stories.values()) == [(1, 2, 3)]
    assert find_story(store.db, second) == find_story(store.db, first)
    rededupe(store, DEFAULT)
    assert list(stories(store).values()) == [[1, 2, 3]]
    assert check(store).problems == ()


def test_split_by_hand_stays_split(store: Store) -> None:
    store.add_all([make_article(1), make_article(2, text=1), make_article(3, text=1)])
    (story,) = stories(store)
    split_story(store, story, [2], reviewer="ann")
    assert sorted(stories(store).values()) == [[1, 3], [2]]
    rededupe(store, DEFAULT)
    assert sorted(stories(store).values()) == [[1, 3], [2]]
    assert check(store).problems == ()
    with pytest.raises(DatabaseError, match="is not in story"):
        split_story(store, story, [2], reviewer="ann")


@pytest.mark.parametrize(
    ("leave", "then"),
    [
        ([1], [[1], [2, 3, 4, 5]]),
        ([2, 3], [[1, 4, 5], [2, 3]]),
        ([1, 2], [[1, 2], [3, 4, 5]]),
        ([4, 4], [[1, 2, 3, 5], [4]]),
    ],
)
def test_a_split_scatters_nothing(
    store: Store, leave: list[int], then: list[list[int]]
) -> None:
    """Copies of one text are compared by their first, which may be the one that leaves."""
    store.add_all([make_article(n, text=1) for n in (1, 2, 3)])
    store.add_all([make_article(n, blocks=prose(1, 6)[:6]) for n in (4, 5)])
    (story,) = stories(store)
    split_story(store, story, leave, reviewer="ann")
    assert sorted(stories(store).values()) == then
    assert not set(stories(store)[story]) & set(leave)
    assert plan(store, DEFAULT).moved == 0
    rededupe(store, DEFAULT)
    assert sorted(stories(store).values()) == then
    assert check(store).problems == ()


@pytest.mark.parametrize("same_text", [True, False])
def test_two_that_a_person_parted_are_joined_by_no_third(
    store: Store, same_text: bool
) -> None:
    whole = prose(1, 8)
    store.add(make_article(1, blocks=whole))
    store.add(make_article(2, blocks=whole[:7], outlet="Echo"))
    store.add(make_article(3, blocks=whole[:7] if same_text else whole[1:]))
    (story,) = stories(store)
    answer(store, 2, 3, "different")
    assert sorted(stories(store).values()) == [[1, 2], [3]]
    assert find_story(store.db, story) in stories(store)
    rededupe(store, DEFAULT)
    assert sorted(stories(store).values()) == [[1, 2], [3]]
    assert plan(store, DEFAULT).moved == 0
    answer(store, 1, 2, "different")
    answer(store, 2, 3, "same")
    assert sorted(stories(store).values()) == [[1], [2, 3]]
    assert check(store).problems == ()


def test_those_that_stay_keep_the_id_and_what_redirects_to_it(store: Store) -> None:
    store.add_all([make_article(1), *(make_article(n, text=2) for n in (2, 3, 4))])
    one, more = stories(store)
    merge_stories(store, [more, one], reviewer="ann")
    alias = one if find_story(store.db, one) == more else more
    (story,) = stories(store)
    keep_article(store, 3)
    split_story(store, story, [2, 3, 4], reviewer="ann")
    assert stories(store)[story] == [1]
    assert find_story(store.db, alias) == story
    assert shown(store) == [1, 3]
    merge_stories(store, [story, *(set(stories(store)) - {story})], reviewer="ann")
    assert shown(store) == [3]
    assert check(store).problems == ()


def test_what_a_person_chose_is_shown_through_every_later_decision(
    store: Store,
) -> None:
    store.add(make_article(1, blocks=prose(1, 6)))
    store.add(make_article(2, blocks=[*prose(1, 6)[:4], *prose(2, 4)], outlet="Echo"))
    loose = parse_settings(["near_jaccard=0.3"], store.parameters)
    keep_article(store, 2)
    rededupe(store, loose)
    assert shown(store) == [2]
    rededupe(store, DEFAULT)
    store.add(make_article(3, blocks=prose(1, 6), outlet="Coast"))
    rededupe(store, loose)
    assert shown(store) == [2]
    assert check(store).problems == ()


def test_a_dry_run_heeds_what_people_said(store: Store) -> None:
    store.add_all([make_article(n, text=min(n, 4)) for n in range(1, 8)])
    first, second, _, copies = stories(store)
    merge_stories(store, [first, second], reviewer="ann")
    split_story(store, copies, [6], reviewer="ann")
    before = sorted(stories(store).values())
    assert before == [[1, 2], [3], [4, 5, 7], [6]]
    told = plan(store, store.parameters)
    assert (told.stories_after, told.moved) == (len(before), 0)
    rededupe(store, store.parameters)
    assert sorted(stories(store).values()) == before


def test_rededupe_says_first_and_does_then(store: Store) -> None:
    store.add(make_article(1, blocks=prose(1, 6)))
    # Two of three paragraphs in common: near under 0.3, a follow-up under 0.55.
    store.add(make_article(2, blocks=[*prose(1, 6)[:4], *prose(2, 4)], outlet="Echo"))
    assert len(stories(store)) == 2
    loose = parse_settings(["near_jaccard=0.3"], store.parameters)
    before = list(store.db.conn.iterdump())
    told = plan(store, loose)
    assert list(store.db.conn.iterdump()) == before
    done = rededupe(store, loose)
    assert (
        (told.stories_after, told.moved) == (done.stories_after, done.moved) == (1, 2)
    )
    with Store.open(store.path) as again:
        assert again.parameters == loose
    assert check(store).problems == ()


@pytest.mark.parametrize("setting", ["nonsense=1", "near_jaccard=often", "bands=0"])
def test_settings_that_cannot_work(setting: str) -> None:
    with pytest.raises(ParameterError):
        parse_settings([setting], DEFAULT)


def test_forgotten_is_gone_from_the_file(store: Store, tmp_path: Path) -> None:
    store.add(make_article(1, blocks=[*prose(1), "The quokka zanzibarred him."]))
    now = [*prose(500), "An ornithoquux flew over."]
    store.add(make_article(1, blocks=now, fetched=START + timedelta(days=1)))
    store.add_all([make_article(n) for n in range(2, 30)])
    secret = [
        prose(500)[3].encode(),
        prose(1)[2].encode(),
        b"zanzibarred",
        b"ornithoquux",
    ]
    report = forget(store, make_article(1).url, reason="court order")
    assert (report.article, report.revisions) == (1, 1)
    assert search_articles(store.db, "ornithoquux") == []
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert not [text for text in secret if text in data], path
    assert check(store).problems == ()
    assert store.add(make_article(1)).verdict == "forgotten"
    assert store.add(make_article(1, text=9)).article is None


def test_the_story_goes_on_without_a_forgotten_article(store: Store) -> None:
    store.add(make_article(1))
    store.add_all([make_article(n, text=1, outlet=f"Paper {n}") for n in (2, 3)])
    (story,) = stories(store)
    assert forget(store, "1", reason="asked").others == (2, 3)
    assert stories(store) == {story: [2, 3]}
    assert shown(store) == [2]
    again = store.add(make_article(4, text=1, outlet="Late"))
    assert again.story == story
    assert check(store).problems == ()


def test_a_url_can_be_barred_before_it_is_seen(store: Store) -> None:
    article = make_article(1)
    assert forget(store, article.url, reason="asked").article is None
    assert store.add(article).verdict == "forgotten"


DAMAGE = [
    ("DELETE FROM bands WHERE article = 1", "index"),
    ("DELETE FROM passage_keys", "index"),
    ("DELETE FROM recent_keys", "index"),
    ("UPDATE recent_keys SET passages = x'00'", "index"),
    ("UPDATE recent_keys SET bands = 'none'", "index"),
    ("INSERT INTO recent_keys VALUES (99, 0, x'', x'')", "keys"),
    ("UPDATE key_filters SET bits = zeroblob(length(bits))", "filters"),
    ("UPDATE key_filters SET bits = x'00'", "filters"),
    ("INSERT INTO key_filters VALUES (5000, 0, x'00')", "filters"),
    ("INSERT INTO bands (key, article) VALUES (5, 99)", "index"),
    ("INSERT INTO search (search) VALUES ('delete-all')", "search"),
    ("INSERT INTO search (rowid, headline, body) VALUES (99, 'x', 'y')", "search"),
    ("UPDATE articles SET role = 'copy'", "stories"),
    ("UPDATE articles SET story = NULL WHERE id = 2", "stories"),
    ("UPDATE stories SET size = 9", "stories"),
    ("INSERT INTO story_aliases (id, story) VALUES (1, 1)", "aliases"),
    ("INSERT INTO bands (key, article) VALUES (5, 1)", "index"),
    ("UPDATE signatures SET minima = zeroblob(512)", "index"),
    ("DELETE FROM search_data WHERE id > 10", "search"),
    ("UPDATE stories SET anchor = NULL", "stories"),
    ("UPDATE stories SET first = 3", "stories"),
    ("UPDATE stories SET name = 'Another'", "stories"),
    ("UPDATE articles SET text_hash = 7, words = 0 WHERE id = 2", "texts"),
    ("UPDATE articles SET block_kinds = 'p' WHERE id = 2", "articles"),
    ("UPDATE removed_blocks SET position = 40", "articles"),
    ("UPDATE articles SET tags = 'ports, wind' WHERE id = 2", "articles"),
    ("UPDATE outlet_blocks SET stories = 40", "lines"),
    ("INSERT INTO pairs (a, b, verdict) VALUES (77, 88, 'near')", "keys"),
    ("INSERT INTO pages (url_key, url, article) VALUES ('a', 'a', 77)", "keys"),
]


@pytest.mark.parametrize(("sql", "part"), DAMAGE)
def test_check_finds_and_repairs(
    store: Store, sql: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that only the keys of the last article wait.
    monkeypatch.setattr("storage.recent_keys.MOST", 0)
    monkeypatch.setattr("storage.key_filter._LEAST", 0)
    lines = [*prose(1), *prose(1)[:1]]
    for number, text in ((1, 1), (2, 2), (3, 2)):
        blocks = lines if number == 1 else None
        store.add(make_article(number, text=text, blocks=blocks))
    expected = sorted(stories(store).values())
    store.db.conn.execute("PRAGMA foreign_keys = off")
    assert store.db.conn.execute(sql).rowcount
    store.db.conn.execute("PRAGMA foreign_keys = on")
    found = check(store)
    assert part in {problem.part for problem in found.problems}
    assert not found.is_sound
    assert check(store, repair=True).is_sound
    assert check(store).problems == ()
    assert sorted(stories(store).values()) == expected


def test_what_waits_for_settle_is_not_damaged(store: Store) -> None:
    store.add_all([make_article(1), make_article(2)])
    with store.transaction() as db:
        empty_index(db, "folding")
    assert check(store).problems == ()
    assert check(store).waiting == 2


def test_explain_reads_the_texts_again(store: Store) -> None:
    store.add(make_article(1))
    store.add(make_article(2, blocks=prose(1)[:2], outlet="Valley Echo", minutes=9))
    report = explain(
        store.db,
        "1",
        make_article(2, outlet="Valley Echo").url,
        parameters=store.parameters,
    )
    assert report.same_story
    assert report.verdict.verdict == "excerpt"
    assert report.stored is not None
    assert report.passages[0].text in "\n\n".join(prose(1))
    with pytest.raises(DatabaseError, match="no article 77"):
        explain(store.db, "1", "77", parameters=store.parameters)


def test_prune_leaves_articles_and_the_young(store: Store) -> None:
    store.add(make_article(1))
    with store.transaction() as db:
        db.conn.executemany(
            "INSERT INTO pages (url_key, url, kind, last_fetched) VALUES (?, ?, ?, ?)",
            [
                ("a", "a", "article", "2020-01-01T00:00:00Z"),
                ("b", "b", "article", "2026-01-01T00:00:00Z"),
                ("c", "c", "feed", "2020-01-01T00:00:00Z"),
            ],
        )
    before = START - timedelta(days=730)
    assert prune(store, "pages", before=before).deleted == 1
    assert prune(store, "runs", before=before).deleted == 0
    assert prune(store, "rejected-pairs", before=before).deleted == 0
    assert store.db.conn.execute("SELECT count(*) FROM articles").fetchone() == (1,)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Store.open(path) as store:
        store.add_all([make_article(n) for n in range(20)])
        store.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = store.db.conn.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'articles_published'"
        ).fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x07" * 200)
    with sqlite3.connect(path) as conn:
        assert conn.execute("PRAGMA quick_check").fetchone() != ("ok",)
    conn.close()
    with Store.open(path) as store:
        assert "file" in {problem.part for problem in check(store).problems}
    with (
        pytest.raises(DatabaseError, match="run wirecopy check"),
        Store.open(path, read_only=True) as store,
    ):
        store.db.execute("SELECT published FROM articles ORDER BY published")


def test_settle_without_work_does_nothing(store: Store) -> None:
    assert settle(store).articles == 0


def test_a_line_that_is_taken_out_and_printed_again_counts_once(store: Store) -> None:
    line = Block("Follow the harbour paper on every channel it has.")
    articles = [make_article(n, text=n, outlet="Paper") for n in range(3)]
    articles = [replace(one, blocks=(*one.blocks, line)) for one in articles]
    store.add_all(articles)
    settle(store)
    outlet, first, story = store.db.conn.execute(
        "SELECT outlet, id, story FROM articles ORDER BY id LIMIT 1"
    ).fetchone()
    with store.transaction():
        store.adder.blocks.remove(outlet, first, articles[0].blocks)
        at = Print(article=first, outlet=outlet, story=story, day=None)
        keys = counted_keys(articles[0].blocks)
        store.adder.blocks.add(at, articles[0].blocks, keys)
    counted = store.db.conn.execute("SELECT stories, stale FROM outlet_blocks")
    assert counted.fetchall() == [(3, 0)]
    assert check(store).problems == ()
