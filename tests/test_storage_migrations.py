"""The database of every earlier version, kept as SQL, is opened by the newest code."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage.check import check
from storage.errors import DatabaseBusyError
from storage.migrations import migrations
from storage.search import search_articles
from storage.settle import settle
from storage.store import Store
from tests.storage_articles import make_article, prose

if TYPE_CHECKING:
    from storage.database import Database

DATA = Path(__file__).parent / "data"
# The first migration that each version lacks, which its backup is named after.
LACKS = {
    "database_v1": "follow_common_keys",
    "database_v2": "count_what_outlets_print",
    "database_v3": "let_keys_wait",
    "database_v4": "write_words_at_the_commit",
    "database_v5": "tell_what_nobody_holds",
    "database_v6": "find_what_rounds_ask",
}


@pytest.fixture(params=sorted(LACKS))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    path = tmp_path / "news.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript((DATA / f"{request.param}.sql").read_text("utf-8"))
        assert conn.execute("SELECT count(*) FROM articles").fetchone() == (3,)
    return request.param, path


def schema(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL")
        return {name: re.sub(r"[\s\"]+", " ", sql).strip() for name, sql in rows}


def test_every_fixture_has_its_migration() -> None:
    assert {path.stem for path in DATA.glob("database_v*.sql")} == set(LACKS)


def test_an_old_database_is_backed_up_and_goes_on(old: tuple[str, Path]) -> None:
    version, path = old
    with Store.open(path) as store:
        settle(store)
        assert check(store).problems == ()
        stories = store.db.conn.execute("SELECT story FROM articles ORDER BY id")
        one, copy, other = (row[0] for row in stories)
        assert one == copy != other
        found = search_articles(store.db, prose(1)[0].split()[1])
        assert {hit.article for hit in found} == {1, 2}
        counted = store.db.execute(
            "SELECT sum(articles), sum(alone) FROM outlet_dependence"
        )
        assert counted.fetchone() == (3, 1)
        verdict = store.add(make_article(77, text=1, outlet="Late Paper"))
        assert (verdict.story, verdict.role) == (one, "copy")
    backups = [p.name for p in path.parent.iterdir() if ".before-" in p.name]
    assert backups == [f"news.db.before-{LACKS[version]}"]


def test_a_stop_while_the_database_is_held_leaves_no_backup(
    old: tuple[str, Path],
) -> None:
    _, path = old
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError):
            Store.open(path, busy_seconds=0.05)
        assert not list(path.parent.glob("*.before-*"))


def test_a_failed_migration_changes_nothing_and_leaves_no_backup(
    old: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = old
    before = schema(path)

    def fail(db: Database) -> None:
        db.execute("CREATE TABLE half (way)")
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "apply", fail)
    with pytest.raises(KeyboardInterrupt):
        Store.open(path)
    assert schema(path) == before
    assert not list(path.parent.glob("*.before-*"))


def test_two_that_open_an_old_database_keep_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "news.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript((DATA / "database_v5.sql").read_text("utf-8"))
    before, pending = schema(path), migrations.pending

    def meanwhile(db: Database) -> list[object]:
        """Find what is pending, just before another process has done it."""
        found = pending(db)
        monkeypatch.setattr(migrations, "pending", pending)
        Store.open(path).close()
        return found

    monkeypatch.setattr(migrations, "pending", meanwhile)
    Store.open(path).close()
    (backup,) = tmp_path.glob("*.before-*")
    assert schema(backup) == before


def test_a_migrated_schema_is_the_new_one(
    old: tuple[str, Path], tmp_path: Path
) -> None:
    new = tmp_path / "new.db"
    Store.open(old[1]).close()
    Store.open(new).close()
    assert schema(old[1]) == schema(new)


def test_words_that_a_non_joiner_parts_are_indexed_again(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript((DATA / "database_v2.sql").read_text("utf-8"))
    with Store.open(path) as store:
        assert [hit.article for hit in search_articles(store.db, "خانه")] == [3]
        assert [hit.article for hit in search_articles(store.db, "خانهها")] == [3]
