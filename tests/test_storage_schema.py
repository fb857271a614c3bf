"""The schema's page says what the database is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage import health
from storage.crawl_state import CrawlState
from storage.store import Store

PAGE = Path(__file__).resolve().parents[1] / "docs" / "schema.md"
INTERNAL = ("_sqlite_migrations", "sqlite_sequence", "search_")
HIDDEN = {"search": {"search", "rank"}}


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db") as opened:
        yield opened


def sections() -> dict[str, str]:
    parts = re.split(r"^### (\w+)$", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(store: Store) -> list[str]:
    names = store.db.table_names()
    return [name for name in names if not name.startswith(INTERNAL)]


def test_every_table_and_view_is_described(store: Store) -> None:
    assert set(sections()) == {*tables(store), *store.db.view_names()}


def test_every_column_is_described(store: Store) -> None:
    described = sections()
    for table in tables(store):
        rows = store.db.conn.execute(f"PRAGMA table_xinfo({table})")
        columns = {row[1] for row in rows if row[1] and row[1] != "rank"}
        found = set(re.findall(r"^\| (\w+) \|", described[table], re.MULTILINE))
        assert found - {"column"} == columns - HIDDEN.get(table, set()), table
    for view in store.db.view_names():
        rows = store.db.conn.execute(f"PRAGMA table_info({view})")
        assert set(re.findall(r"`(\w+)`", described[view])) == {r[1] for r in rows}


def test_the_diagram_has_every_foreign_key(store: Store) -> None:
    drawn = set(
        re.findall(
            r"^    (\w+) \|\|--o\{ (\w+) : (\w+)$", PAGE.read_text(), re.MULTILINE
        )
    )
    keys = {
        (row[2], table, row[3])
        for table in tables(store)
        for row in store.db.conn.execute(f"PRAGMA foreign_key_list({table})")
    }
    assert keys <= drawn
    assert {table for _, table, _ in drawn} <= set(tables(store))


def test_every_foreign_key_has_an_index(store: Store) -> None:
    for table in tables(store):
        leading = {
            store.db.conn.execute(f"PRAGMA index_info({index[1]})").fetchone()[2]
            for index in store.db.conn.execute(f"PRAGMA index_list({table})")
        }
        (first_of_key,) = store.db.conn.execute(
            f"SELECT name FROM pragma_table_info('{table}') WHERE pk = 1"
        ).fetchone() or (None,)
        for key in store.db.conn.execute(f"PRAGMA foreign_key_list({table})"):
            assert key[3] in {*leading, first_of_key}, (table, key[3])


def test_labels_for_plain_datasette(store: Store) -> None:
    for table in ("articles", "stories", "outlets", "agencies"):
        rows = store.db.conn.execute(f"PRAGMA table_xinfo({table})")
        assert "name" in {row[1] for row in rows}


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (health._ARTICLES, "COVERING INDEX articles_outlet_fetched"),
        (health._RECENT, "INDEX pages_last_fetched"),
    ],
)
def test_what_each_round_asks_reads_no_table_whole(
    store: Store, sql: str, index: str
) -> None:
    times = dict.fromkeys(("now", "day", "month"), "2026-11-01")
    asked = {name: value for name, value in times.items() if f":{name}" in sql}
    plan = store.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", asked).fetchall()
    assert index in plan[0][3]


def test_the_next_pages_are_read_off_an_index(store: Store) -> None:
    asked: list[str] = []
    store.db.conn.set_trace_callback(asked.append)
    CrawlState(store.db).due(1, now=0.0, limit=32)
    store.db.conn.set_trace_callback(None)
    plan = store.db.conn.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    assert [step[3] for step in plan] == [
        "SEARCH pages USING INDEX pages_waiting (outlet=?)"
    ]
