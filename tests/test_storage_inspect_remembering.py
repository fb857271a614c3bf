"""What is remembered of a page: until the database changes, and a little longer."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

pytest.importorskip("datasette")

from inspect_newsroom import build

from storage.inspect.remembering import Memory
from storage.inspect.server import Serving, build_site
from storage.store import Store


class Asked:
    """Answers with how often it was asked, at a time that a test sets."""

    def __init__(self):
        self.now = 0.0
        self.times = 0
        self.memory = Memory(lambda: self.now)

    async def draw(self):
        self.times += 1
        return self.times

    async def at(self, now, stamp):
        self.now = now
        answer = await self.memory.answer("page", (stamp,), self.draw)
        await asyncio.sleep(0)
        return answer


def test_an_answer_is_drawn_again_in_the_background_once_it_is_old():
    async def visits():
        asked = Asked()
        seen = [await asked.at(0, 1), await asked.at(9000, 1), await asked.at(9001, 2)]
        # Drawn at 0: older than ten minutes when the database changed.
        assert seen == [1, 1, 2]
        assert [await asked.at(9020, 3), asked.times] == [2, 2]
        assert [await asked.at(9040, 3), asked.times] == [2, 3]
        assert await asked.at(9041, 3) == 3

    asyncio.run(visits())


def test_an_answer_that_fails_in_the_background_is_asked_for_again():
    async def visits():
        asked = Asked()
        await asked.at(0, 1)
        draw, asked.draw = asked.draw, _fail
        assert await asked.at(40, 2) == 1
        await asyncio.sleep(0)
        asked.draw = draw
        assert await asked.at(41, 2) == 2

    async def _fail():
        raise OSError("the disk")

    asyncio.run(visits())


def test_counts_are_asked_once_until_the_database_changes(tmp_path):
    path = build(tmp_path / "news.db")
    site = build_site(path, Serving())
    database = site.databases["news"]

    async def visits():
        await site.invoke_startup()
        before = _count(path)
        counts = await database.table_counts()
        assert (counts["pages"], counts["bands"]) == (before, None)
        listing = (await site.client.get("/news/pages.json?_facet=outcome")).json()
        assert listing["filtered_table_rows_count"] == before
        with Store.open(path) as store, store.transaction() as db:
            db.execute("INSERT INTO pages (url_key, url) VALUES ('a', 'http://a.test')")
        # Seconds later the old count is given, and ten minutes later the new one.
        assert (await database.table_counts())["pages"] == before
        database._counts._clock = lambda: 1e12
        assert (await database.table_counts())["pages"] == before + 1

    asyncio.run(visits())


def _count(path):
    with sqlite3.connect(path) as conn:
        (count,) = conn.execute("SELECT count(*) FROM pages").fetchone()
    conn.close()
    return count
