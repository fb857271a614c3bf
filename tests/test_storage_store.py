from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dedupe.batch import find_stories
from dedupe.block import Block
from storage.articles import load_article, load_clean_body
from storage.check import check
from storage.errors import (
    DatabaseBusyError,
)
from storage.settle import settle
from storage.store import Store
from tests.storage_articles import START, make_article, prose


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db", now=lambda: START) as opened:
        yield opened


def rows(store: Store, sql: str, *values: object) -> list[tuple[object, ...]]:
    return store.db.conn.execute(sql, values).fetchall()


def test_a_new_article_is_a_story_of_one(store: Store) -> None:
    verdict = store.add(make_article(1))
    assert (verdict.verdict, verdict.role, verdict.is_new) == ("new", "canonical", True)
    assert rows(store, "SELECT anchor, canonical, size FROM stories") == [
        (verdict.article, verdict.article, 1)
    ]


def test_what_goes_in_comes_out(store: Store) -> None:
    article = make_article(
        1,
        subheadline="A standfirst",
        byline="By Ann Ode and Bo Li",
        authors=("Ann Ode", "Bo Li"),
        agency="Northern Wire",
        tags=("ports",),
        modified=START + timedelta(days=1),
        field_sources={"headline": "json-ld"},
        content_hash="abc",
        extractor="test 1",
    )
    verdict = store.add(article)
    assert verdict.article is not None
    assert load_article(store.db, verdict.article) == article


def test_an_unnamed_agency_stays_unnamed(store: Store) -> None:
    verdict = store.add(make_article(1, agency=""))
    assert load_article(store.db, verdict.article or 0).agency == ""


def test_copies_join_the_story_of_their_text(store: Store) -> None:
    first = store.add(make_article(1))
    exact = store.add(make_article(2, text=1, outlet="Valley Echo"))
    trimmed = store.add(
        make_article(3, outlet="Coast Times", blocks=prose(1)[:2], minutes=30)
    )
    assert (exact.verdict, exact.of, exact.story) == (
        "exact",
        first.article,
        first.story,
    )
    assert (trimmed.verdict, trimmed.story) == ("excerpt", first.story)
    assert rows(store, "SELECT size, outlets FROM stories") == [(3, 3)]
    assert rows(store, "SELECT id FROM articles WHERE role = 'canonical'") == [
        (first.article,)
    ]


def test_a_copy_that_was_printed_earlier_is_shown(store: Store) -> None:
    late = store.add(make_article(1, minutes=600))
    early = store.add(make_article(2, text=1, outlet="Valley Echo", minutes=0))
    assert early.story == late.story
    assert rows(store, "SELECT canonical, first FROM stories") == [
        (early.article, early.article)
    ]


def test_a_batch_of_copies_ends_with_the_stories_that_their_verdicts_say(
    store: Store,
) -> None:
    store.add(make_article(1, minutes=600))
    verdicts = store.add_all(
        make_article(n, text=1, outlet=f"Paper {n}", minutes=60 * n) for n in (5, 2, 3)
    )
    told = {(one.article, one.story, one.role) for one in verdicts}
    assert told < set(rows(store, "SELECT id, story, role FROM articles"))
    assert [one.role for one in verdicts] == ["copy", "canonical", "copy"]


def test_joining_a_large_story_takes_no_more_statements(store: Store) -> None:
    def add_copies(first: int, count: int) -> int:
        asked: list[str] = []
        copies = [
            make_article(n, text=1, outlet=f"Paper {n}")
            for n in range(first, first + count)
        ]
        store.db.conn.set_trace_callback(asked.append)
        store.add_all(copies)
        store.db.conn.set_trace_callback(None)
        return len(asked)

    few = add_copies(1, 20)
    add_copies(100, 150)
    assert add_copies(500, 20) < 1.2 * few


def test_days_that_overlap_are_a_tie(store: Store) -> None:
    store.add(make_article(1, published_precision="day", fetched=None))
    store.add(make_article(2, text=1, outlet="Valley Echo", minutes=120))
    assert rows(store, "SELECT first FROM stories") == [(None,)]


def test_the_same_article_again_changes_nothing(store: Store) -> None:
    store.add(make_article(1))
    before = list(store.db.conn.iterdump())
    again = store.add(make_article(1, fetched=START + timedelta(days=2)))
    assert (again.verdict, again.is_new, again.is_revision) == ("known", False, False)
    assert list(store.db.conn.iterdump()) == before


def test_the_same_bytes_of_another_outlet_are_counted_as_its(store: Store) -> None:
    first = make_article(1, outlet="One", content_hash="abc")
    store.add(first)
    store.add(make_article(2, text=1, outlet="Two"))
    store.add(replace(first, outlet="Two"))
    assert check(store).problems == ()


def test_half_a_character_in_a_list_stops_no_writing(store: Store) -> None:
    verdict = store.add(make_article(1, authors=("Ann \ud83d Ode",), tags=("\udc00",)))
    assert load_article(store.db, verdict.article or 0).authors == ("Ann ? Ode",)


def test_another_address_of_the_article_is_the_article(store: Store) -> None:
    first = store.add(make_article(1))
    url = "http://www.harbour-post.test/news/story-1?utm_source=feed#top"
    assert store.add(make_article(1, url=url)).article == first.article


def test_a_changed_slug_is_no_new_article(store: Store) -> None:
    one = make_article(1, url="http://harbour-post.test/news/old-words-4512345")
    other = make_article(1, url="http://harbour-post.test/news/new-words-4512345")
    assert store.add(other).article == store.add(one).article
    assert rows(store, "SELECT count(*) FROM articles") == [(1,)]


def test_a_changed_text_is_a_revision(store: Store) -> None:
    first = store.add(make_article(1))
    copy = store.add(make_article(2, text=1, outlet="Valley Echo"))
    assert copy.story == first.story
    changed = make_article(1, text=50, fetched=START + timedelta(days=1))
    verdict = store.add(changed)
    assert (verdict.article, verdict.is_revision) == (first.article, True)
    (kept,) = rows(store, "SELECT body, headline FROM revisions")
    assert kept == (make_article(1).body, make_article(1).headline)
    assert (
        verdict.story
        != rows(store, "SELECT story FROM articles WHERE id = ?", copy.article)[0][0]
    )
    assert check(store, repair=False).problems == ()


def test_another_extraction_of_the_same_bytes_is_no_revision(store: Store) -> None:
    store.add(make_article(1, content_hash="page"))
    better = make_article(
        1, content_hash="page", blocks=[*prose(1), "And one more line."]
    )
    verdict = store.add(better)
    assert not verdict.is_revision
    assert rows(store, "SELECT count(*) FROM revisions") == [(0,)]
    assert "And one more line." in load_clean_body(store.db, verdict.article or 0).body


def test_repeats_are_taken_out_and_can_be_put_back(store: Store) -> None:
    article = make_article(1)
    headline, lines = Block(article.headline, "caption"), article.blocks
    blocks = (headline, *lines[:2], headline, *lines[2:])
    verdict = store.add(
        make_article(1, blocks=None).__class__(
            url=article.url,
            headline=article.headline,
            blocks=blocks,
            outlet="Harbour Post",
        )
    )
    assert verdict.removed == 2
    clean = load_clean_body(store.db, verdict.article or 0)
    assert clean.kept == lines
    assert clean.rebuild() == blocks


def test_briefs_join_only_when_equal_and_close(store: Store) -> None:
    brief = ["The harbour is closed until noon because of the wind."]
    one = store.add(make_article(1, blocks=brief, headline="Harbour closed"))
    near = store.add(
        make_article(2, blocks=brief, headline="Harbour closed", outlet="Valley Echo")
    )
    far = store.add(
        make_article(
            3,
            blocks=brief,
            headline="Harbour closed",
            outlet="Coast Times",
            minutes=60 * 24 * 30,
        )
    )
    assert near.story == one.story
    assert far.story != one.story


def test_a_brief_without_spaces_is_one_also_where_stories_are_divided(
    store: Store,
) -> None:
    # 40 characters are 20 words: printed again after 48 hours it is another story,
    # though the chain of those in between joins them.
    brief = [
        "港口今天上午因大风关闭至中午十二时船只须在外海等候通知渔民请勿出海以策安全各方请留意"[
            :40
        ]
    ]
    added = [
        store.add(
            make_article(
                n,
                blocks=brief,
                headline="港口因大风关闭至中午",
                outlet=f"Paper {n}",
                minutes=60 * 30 * n,
            )
        )
        for n in range(6)
    ]
    found = find_stories(
        brief * 6,
        ["港口因大风关闭至中午"] * 6,
        published=[START.timestamp() + 60 * 60 * 30 * n for n in range(6)],
    )
    stories = [row[0] for row in rows(store, "SELECT story FROM articles ORDER BY id")]
    pairs = set(zip(stories, found.story.tolist(), strict=True))
    assert len(set(stories)) == len(pairs) == len(found.canonical) > 1
    assert all(verdict.is_new for verdict in added)
    assert check(store).problems == ()


def test_hostile_texts_are_stored(store: Store) -> None:
    strange = [
        "\ud800 lone\x00 surrogate",
        "  ",
        "'; DROP TABLE articles; --",
        "\u202e",
    ]
    verdict = store.add(make_article(1, blocks=strange, headline="\x00<script>"))
    assert rows(store, "SELECT headline FROM articles") == [("<script>",)]
    assert verdict.is_new
    assert check(store).problems == ()


def test_an_article_that_fails_takes_only_itself(store: Store) -> None:
    def also(number: int, _: object) -> None:
        if number == 1:
            raise RuntimeError("page state")

    with pytest.raises(RuntimeError):
        store.add_all([make_article(1), make_article(2)], also=also)
    assert rows(store, "SELECT count(*) FROM articles") == [(0,)]
    store.add_all([make_article(1), make_article(2)])
    assert rows(store, "SELECT count(*) FROM articles") == [(2,)]


def test_an_article_rolled_back_leaves_nothing_in_the_index(store: Store) -> None:
    with store.transaction():
        store.add(make_article(1))
        with suppress(RuntimeError), store.transaction():
            store.add_all([make_article(2), make_article(3, text=1, minutes=90)])
            raise RuntimeError("page state")
        joined = store.add_all([make_article(4, text=1), make_article(5, text=2)])
    assert [(one.verdict, one.article) for one in joined] == [("exact", 2), ("new", 3)]
    assert check(store).problems == ()
    assert store.add(make_article(6, text=1)).verdict == "exact"


def test_what_waits_is_found_before_it_is_written(store: Store) -> None:
    cut = prose(1)[:2]
    with store.transaction():
        store.add(make_article(1))
        assert store.add(make_article(2, blocks=cut)).verdict == "excerpt"
        store.add(make_article(1, text=7, minutes=50))
        assert store.add(make_article(3, blocks=cut)).verdict == "exact"
        assert store.add(make_article(4, text=7)).of == 1
    settle(store)
    assert check(store).problems == ()


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with (
        Store.open(path) as first,
        first.transaction(),
        Store.open(path, busy_seconds=0.05) as second,
        pytest.raises(DatabaseBusyError, match="another process"),
        second.transaction(),
    ):
        pass


KILLED = """
import sys
from pathlib import Path
from storage.store import Store
from tests.storage_articles import make_article
with Store.open(Path(sys.argv[1])) as store:
    for first in range(0, 4000, 5):
        numbers = range(first, first + 5)
        store.add_all([make_article(n, text=n // 2, outlet=f"Paper {n % 3}") for n in numbers])
        print(numbers[-1], flush=True)
"""


@pytest.mark.parametrize("batches", [1, 4])
def test_a_kill_loses_and_doubles_nothing(tmp_path: Path, batches: int) -> None:
    path = tmp_path / "news.db"
    root = Path(__file__).resolve().parents[1]
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert child.stdout is not None
    told = [int(child.stdout.readline()) for _ in range(batches)]
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with Store.open(path) as store:
        assert check(store).problems == ()
        (count,) = rows(store, "SELECT count(*) FROM articles")[0]
        assert isinstance(count, int)
        assert count > told[-1]
        assert count % 5 == 0
        again = store.add_all(
            [
                make_article(n, text=n // 2, outlet=f"Paper {n % 3}")
                for n in range(count)
            ]
        )
        assert {verdict.verdict for verdict in again} == {"known"}
        assert rows(store, "SELECT count(*) FROM stories") == [((count + 1) // 2,)]
