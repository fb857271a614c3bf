"""Opening a file that others own, or write: nothing is left beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storage import check
from storage.errors import (
    DatabaseBusyError,
    DatabaseError,
    ForeignDatabaseError,
    NewerSchemaError,
    NotADatabaseError,
)
from storage.opening import named_errors
from storage.store import Store
from tests.storage_articles import START, make_article

if TYPE_CHECKING:
    from storage.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a #1 50%20?.db"
    with Store.open(path, now=lambda: START) as store:
        store.add(make_article(1))
    return path


@pytest.fixture(params=["file", "folder"])
def others(
    path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Let the database, or its folder, be another user's."""
    theirs = path if request.param == "file" else path.parent
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda p, mode: Path(p) != theirs and may(p, mode)
    )
    return path


def count(store: Store) -> int:
    found: tuple[int] = store.db.execute("SELECT count(*) FROM articles").fetchone()
    return found[0]


def test_who_only_reads_leaves_nothing_beside_the_file_and_writes_nothing(
    path: Path,
) -> None:
    with Store.open(path, read_only=True) as store:
        assert count(store) == 1
        with pytest.raises(DatabaseError), store.transaction() as db:
            db.execute("DELETE FROM runs")
    assert list(path.parent.iterdir()) == [path]


def test_who_may_not_write_makes_no_file_that_would_shut_out_the_writer(
    others: Path,
) -> None:
    with Store.open(others, read_only=True) as store:
        assert count(store) == 1
        assert list(others.parent.iterdir()) == [others]


def test_who_may_not_write_sees_what_is_being_written(others: Path) -> None:
    with Store.open(others, now=lambda: START) as writer:
        writer.add(make_article(2))
        with Store.open(others, read_only=True) as store:
            assert count(store) == 2


def test_a_full_disk_can_be_read_and_is_named_to_who_writes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=4096))
    with Store.open(path, read_only=True) as store:
        assert count(store) == 1
        assert list(path.parent.iterdir()) == [path]
    with pytest.raises(DatabaseError, match="the disk is full"), named_errors(path):
        raise sqlite3.OperationalError("disk I/O error")
    with Store.open(path, now=lambda: START) as writer:
        writer.add(make_article(2))
        with Store.open(path, read_only=True) as store:
            assert count(store) == 2


def test_a_served_file_of_another_user_is_read_again_when_it_is_written(
    others: Path,
) -> None:
    pytest.importorskip("datasette")
    from storage.inspect.server import Serving, build_site

    site = build_site(others, Serving())
    (served,) = (d for d in site.databases.values() if d.path == str(others))

    def articles() -> int:
        found = asyncio.run(served.execute("SELECT id FROM articles"))
        return len(found.rows)

    assert articles() == 1
    assert list(others.parent.iterdir()) == [others]
    with Store.open(others, now=lambda: START) as writer:
        writer.add(make_article(2))
        assert articles() == 2
        writer.add(make_article(3))
        assert articles() == 3
    assert articles() == 3
    served.close()


def test_who_may_not_write_keeps_no_answers(others: Path) -> None:
    pytest.importorskip("datasette")
    from storage.inspect.server import Serving, build_site

    with pytest.raises(DatabaseError, match="cannot be written"):
        build_site(others, Serving(reviewers=("anna",)))


def test_a_copy_to_publish_needs_no_file_beside_it(path: Path, tmp_path: Path) -> None:
    from storage.export import export_articles

    with Store.open(path, read_only=True) as store:
        export_articles(store.db, tmp_path / "public.db")
    assert sorted(tmp_path.iterdir()) == sorted([path, tmp_path / "public.db"])
    with closing(sqlite3.connect(tmp_path / "public.db")) as copy:
        assert copy.execute("SELECT count(*) FROM articles").fetchone() == (1,)


def test_a_check_is_not_misled_by_what_is_written_meanwhile(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_keys = check._count_keys

    def written_meanwhile(db: Database) -> dict[str, int]:
        with Store.open(path) as writer, writer.transaction() as other:
            other.execute("INSERT INTO bands (key, article) VALUES (1, 1)")
        return count_keys(db)

    monkeypatch.setattr(check, "_count_keys", written_meanwhile)
    with Store.open(path) as store:
        report = check.check(store)
    assert report.problems == ()


def test_a_check_that_must_wait_for_long_says_so_and_nothing_of_damage(
    path: Path,
) -> None:
    with (
        Store.open(path) as writer,
        writer.transaction(),
        pytest.raises(DatabaseBusyError),
        Store.open(path, busy_seconds=0.05) as store,
    ):
        check.check(store)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Shopping list\n" * 20)
    with pytest.raises(NotADatabaseError, match=r"notes\.txt"):
        Store.open(path)
    assert path.read_text() == "Shopping list\n" * 20


def test_a_database_of_others_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "recipes.db"
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE recipes (id INTEGER PRIMARY KEY, name TEXT)")
    conn.close()
    before = path.read_bytes()
    with pytest.raises(ForeignDatabaseError):
        Store.open(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["recipes.db"]


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Store.open(path) as store, store.transaction() as db:
        db.conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('wirecopy', 'from_the_future', '')"
        )
    with pytest.raises(NewerSchemaError, match="from_the_future"):
        Store.open(path)


@pytest.mark.parametrize("missing", ["absent.db", "no/folder/news.db"])
def test_a_database_that_must_exist(tmp_path: Path, missing: str) -> None:
    with pytest.raises(DatabaseError):
        Store.open(tmp_path / missing, create=False)
    assert list(tmp_path.iterdir()) == []
