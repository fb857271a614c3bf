"""What an operator relies on: archives, fleets, two writers, a full disk, alarms."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from crawler.outlets import in_shard, load_catalogue, resolve
from tests.commands import files_end_at
from tests.crawled_outlets import Outlets, running, served, wirecopy

if TYPE_CHECKING:
    from pathlib import Path


def rows(db: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(db)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def texts(db: Path) -> list[tuple[Any, ...]]:
    return rows(db, "SELECT url_key, headline, body FROM articles ORDER BY url_key")


def partition(db: Path) -> set[frozenset[str]]:
    stories: dict[int, set[str]] = {}
    for story, key in rows(db, "SELECT story, url_key FROM articles"):
        stories.setdefault(story, set()).add(key)
    return {frozenset(keys) for keys in stories.values()}


def done(outlets: Outlets | None, *arguments: str | Path) -> None:
    finished = wirecopy(outlets, *arguments)
    assert finished.returncode == 0, finished.stderr


def test_an_archive_gives_what_its_crawl_gave(tmp_path: Path) -> None:
    crawled, loaded = tmp_path / "crawled.db", tmp_path / "loaded.db"
    with served(articles=4) as outlets:
        hosts = ["one.example", "two.example"]
        done(outlets, "crawl", *hosts, "--db", crawled, "--warc", tmp_path / "warc")
    archives = sorted((tmp_path / "warc").iterdir())
    done(None, "dedupe", *archives, "--into", loaded)
    assert len(texts(crawled)) == 8
    assert texts(loaded) == texts(crawled)
    assert partition(loaded) == partition(crawled)


def test_archived_pages_are_extracted_anew(tmp_path: Path) -> None:
    db, archive, empty = (tmp_path / name for name in ("news.db", "warc", "empty"))
    empty.mkdir()
    with served(articles=3) as outlets:
        done(outlets, "crawl", "one.example", "--db", db, "--warc", archive)
    before = texts(db)
    again = wirecopy(None, "reextract", "--warc", archive, "--db", db)
    lost = wirecopy(None, "reextract", "--warc", empty, "--db", db)
    assert again.returncode == 0
    assert again.stdout == (
        "3 pages extracted anew, 0 changed; 0 queued for the next crawl\n"
    )
    assert lost.returncode == 3
    assert lost.stderr == "wirecopy: 3 pages: not in the archive\n"
    assert texts(db) == before
    assert rows(db, "SELECT count(*) FROM revisions") == [(0,)]


def test_shards_merged_are_one_crawl(tmp_path: Path) -> None:
    hosts = [f"paper{number}.example" for number in range(4)]
    planned = resolve(hosts, load_catalogue())
    assert {in_shard(outlet, 1, 2) for outlet in planned} == {True, False}
    whole, merged = tmp_path / "whole.db", tmp_path / "merged.db"
    shards = [tmp_path / "1.db", tmp_path / "2.db"]
    with served(articles=3) as outlets:
        done(outlets, "crawl", *hosts, "--db", whole)
        for number, db in enumerate(shards, 1):
            done(outlets, "crawl", *hosts, "--shard", f"{number}/2", "--db", db)
    done(None, "merge", *shards, "--into", merged)
    assert texts(merged) == texts(whole)
    assert partition(merged) == partition(whole)


def test_two_crawls_of_one_database_take_turns(tmp_path: Path) -> None:
    db = tmp_path / "news.db"
    with (
        served(articles=4) as outlets,
        running(outlets, "crawl", "one.example", "--db", db) as one,
        running(outlets, "crawl", "two.example", "--db", db) as two,
    ):
        ended = [child.wait() for child in (one, two)]
    assert [end.returncode for end in ended] == [0, 0], ended
    assert len(texts(db)) == 8
    assert rows(db, "SELECT DISTINCT outcome FROM runs") == [("done",)]


def test_a_full_disk_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    db = tmp_path / "news.db"
    with served(articles=30) as outlets:
        done(outlets, "crawl", "one.example", "--limit", "1", "--db", db)
        with files_end_at(db.stat().st_size + 20_000):
            full = wirecopy(outlets, "crawl", "one.example", "--db", db)
        assert full.returncode == 1, full.stderr
        assert "Traceback" not in full.stderr
        before = {row[0] for row in texts(db)}
        assert len(before) < 30
        done(outlets, "crawl", "one.example", "--db", db)
    assert len(texts(db)) == 30
    assert before <= {row[0] for row in texts(db)}
    assert rows(db, "PRAGMA integrity_check") == [("ok",)]


def test_deriving_anew_says_what_a_person_should_see(tmp_path: Path) -> None:
    db = tmp_path / "news.db"
    with served(articles=1) as outlets:
        done(outlets, "crawl", "one.example", "--db", db)
    done(None, "settle", "--db", db)
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE stories SET size = 301")
    connection.close()
    settled = wirecopy(None, "settle", "--db", db)
    assert settled.returncode == 3
    assert "holds 301 articles" in settled.stderr
