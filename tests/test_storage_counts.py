from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.check import check
from storage.counts import find_miscounted
from storage.editing import merge_stories, split_story
from storage.forget import forget
from storage.settle import settle
from storage.store import Store
from tests.storage_articles import START, make_article

if TYPE_CHECKING:
    from pathlib import Path

IDS = st.integers(1, 4)
SOME = st.none() | st.integers(1, 3)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("articles"), st.sampled_from(["story"]), IDS, IDS),
        st.tuples(
            st.just("articles"), st.sampled_from(["outlet", "agency"]), IDS, SOME
        ),
        st.tuples(st.just("stories"), st.just("first"), IDS, st.none() | IDS),
        st.tuples(st.just("stories"), st.just("outlets"), IDS, st.integers(1, 3)),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("counts") / "news.db"
    with Store.open(path) as store, store.transaction() as db:
        for number in (1, 2, 3):
            db.execute(
                "INSERT INTO outlets (id, name) VALUES (?, ?)", [number, f"O{number}"]
            )
            db.execute(
                "INSERT INTO agencies (id, name) VALUES (?, ?)", [number, f"A{number}"]
            )
        for number in (1, 2, 3, 4):
            db.execute(
                "INSERT INTO articles (id, url_key, url, headline, story, outlet)"
                " VALUES (?1, 'u' || ?1, 'u' || ?1, 'h', ?1, ?1 % 3 + 1)",
                [number],
            )
            db.execute("INSERT INTO stories (id, name) VALUES (?, 'h')", [number])
        yield store


@given(changes=CHANGES, gone=st.none() | IDS)
def test_counts_follow_whatever_is_written(
    small: Store, changes: list[tuple[str, str, int, int | None]], gone: int | None
) -> None:
    execute = small.db.conn.execute
    execute("SAVEPOINT example")
    try:
        for table, column, number, value in changes:
            execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", [value, number])
        if gone is not None:
            execute("UPDATE stories SET first = NULL WHERE first = ?", [gone])
            execute("DELETE FROM articles WHERE id = ?", [gone])
            execute("DELETE FROM stories WHERE id = ?", [gone])
        assert find_miscounted(small.db) == []
        counted = execute(
            "SELECT sum(articles), sum(alone + first + later + undecided)"
            " FROM outlet_counts"
        ).fetchone()
        assert counted[0] == counted[1]
    finally:
        execute("ROLLBACK TO example")
        execute("RELEASE example")


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db", now=lambda: START) as opened:
        yield opened


def test_counts_follow_every_command(store: Store) -> None:
    for number in range(24):
        outlet = f"Paper {number % 4}"
        agency = "Northern Wire" if number % 3 else None
        store.add(make_article(number, text=number % 5, outlet=outlet, agency=agency))
    day = timedelta(days=1)
    store.add(
        make_article(3, text=99, outlet="Paper 3", fetched=START + day, agency="")
    )
    split_story(store, 1, [6], reviewer="a reader")
    merge_stories(store, [1, 2], reviewer="a reader")
    settle(store)
    forget(store, "1", reason="asked")
    assert find_miscounted(store.db) == []
    rows = store.db.execute(
        "SELECT outlet, articles, alone, first, later, undecided"
        " FROM outlet_dependence ORDER BY outlet"
    ).fetchall()
    assert [row[0] for row in rows] == [f"Paper {n}" for n in range(4)]
    assert sum(row[1] for row in rows) == 23


def test_an_article_that_fails_is_not_counted(store: Store) -> None:
    def fail(number: int, _: object) -> None:
        if number == 1:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.add_all([make_article(1), make_article(2)], also=fail)
    assert store.db.execute("SELECT count(*) FROM search_docsize").fetchone() == (0,)
    assert store.db.execute("SELECT * FROM outlet_counts").fetchall() == []


def test_check_counts_again(store: Store) -> None:
    for number in range(4):
        store.add(make_article(number, agency="Northern Wire"))
    with store.transaction() as db:
        db.execute("UPDATE outlet_counts SET alone = 0, later = 4")
        db.execute("DELETE FROM agency_counts")
    report = check(store)
    assert [(p.part, p.count) for p in report.problems] == [("counts", 1)]
    assert check(store, repair=True).is_sound
    assert check(store).problems == ()
