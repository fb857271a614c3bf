"""The demo is the whole way, once: its crawl must come out as its stories were written."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.demo.newsroom import build_documents
from crawler.demo.printing import iter_prints, load_outlets
from storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

PRINTS = list(iter_prints())
STORIES = {page.path.rsplit("/", 1)[1] for page in PRINTS}


def _demo(db: Path) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "demo", "--db", str(db), "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    db = tmp_path_factory.mktemp("demo") / "demo.db"
    return db, _demo(db)


def test_the_newsroom_is_what_the_readme_says() -> None:
    outlets = load_outlets().values()
    assert {outlet.language for outlet in outlets} == {"en", "ar", "ja"}
    assert sum(outlet.agency is None for outlet in outlets) >= 8
    assert len(PRINTS) >= 60
    for page in PRINTS:
        assert page.headline.split()[0] in "".join(
            build_documents()[page.outlet.host, page.path][1]
        )


def test_every_page_is_an_article_of_its_story(crawled: tuple[Path, dict]) -> None:
    db, report = crawled
    assert report["database"]["articles"] == len(PRINTS)
    with Store.open(db, read_only=True) as store:
        rows = store.db.execute("SELECT url, story FROM articles").fetchall()
    stories: dict[str, set[int]] = {}
    for url, story in rows:
        stories.setdefault(url.rsplit("/", 1)[1], set()).add(story)
    assert stories.keys() == STORIES
    assert all(len(found) == 1 for found in stories.values()), stories
    assert len(set.union(*stories.values())) == len(STORIES)


def test_repeats_and_boilerplate_are_gone(crawled: tuple[Path, dict]) -> None:
    db, report = crawled
    assert {"headline", "repeat", "boilerplate"} <= report["database"]["removed"].keys()
    lines = [line for outlet in load_outlets().values() for line in outlet.lines]
    with Store.open(db, read_only=True) as store:
        articles = store.db.execute("SELECT headline, body FROM articles").fetchall()
    for headline, body in articles:
        assert headline not in body
        assert not [line for line in lines if line in body]


def test_outlets_go_by_their_names(crawled: tuple[Path, dict]) -> None:
    _, report = crawled
    names = {outlet["outlet"] for outlet in report["database"]["outlets"]}
    assert names == {outlet.name for outlet in load_outlets().values()}


def test_a_second_demo_adds_nothing(crawled: tuple[Path, dict]) -> None:
    db, first = crawled
    second = _demo(db)
    assert second["crawl"]["new"] == 0
    assert second["database"] == first["database"]
