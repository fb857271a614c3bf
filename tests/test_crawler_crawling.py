"""Whole crawls: real servers, real children, some of them killed."""

from __future__ import annotations

import json
import random
import sqlite3
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.commands import finished
from tests.crawled_outlets import Outlets, crawl_with, running, served, wirecopy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def outlets() -> Iterator[Outlets]:
    with served() as outlets:
        yield outlets


def rows(db: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(db)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def stored_articles(db: Path) -> int:
    """Return how many there are, 0 also before the tables are."""
    try:
        return int(rows(db, "SELECT count(*) FROM articles")[0][0])
    except sqlite3.OperationalError:
        return 0


def test_a_second_crawl_finds_nothing_and_asks_politely(
    outlets: Outlets, tmp_path: Path
) -> None:
    db = tmp_path / "news.db"
    first = wirecopy(outlets, "crawl", "one.example", "--db", db, "--json")
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert (report["new"], report["waiting"]) == (5, 0)
    before = len(outlets.log)
    second = wirecopy(outlets, "crawl", "one.example", "--db", db, "--json")
    assert json.loads(second.stdout)["new"] == 0
    asked = outlets.log[before:]
    assert {request.status for request in asked} == {304}
    assert len(asked) <= 2
    assert not [path for path in outlets.paths("one.example") if "private" in path]


def test_an_outlet_that_gives_errors_alone_has_a_problem_and_no_success(
    outlets: Outlets, tmp_path: Path
) -> None:
    db = tmp_path / "news.db"
    assert wirecopy(outlets, "crawl", "one.example", "--db", db).returncode == 0
    success = rows(db, "SELECT last_success FROM outlets")

    def refuse(handler: Any, path: str) -> bool:
        return path != "/robots.txt" and handler.send(403, b"") is None

    outlets.hosts["one.example"] = refuse
    refused = wirecopy(outlets, "crawl", "one.example", "--db", db)
    assert refused.returncode == 1
    assert refused.stderr == "wirecopy: one.example: HTTP 403\n"
    assert rows(db, "SELECT last_success FROM outlets") == success


def test_variants_and_changed_texts_are_one_article(
    outlets: Outlets, tmp_path: Path
) -> None:
    db = tmp_path / "news.db"
    urls = ["http://one.example/?utm_source=x", "http://www.one.example/"]
    for url in urls:
        assert wirecopy(outlets, "crawl", url, "--db", db).returncode == 0
    assert rows(db, "SELECT count(*) FROM articles") == [(5,)]
    assert rows(db, "SELECT count(*) FROM outlets WHERE home IS NOT NULL") == [(1,)]


def test_killed_crawls_lose_nothing_and_fetch_nothing_twice(tmp_path: Path) -> None:
    hosts = [f"paper{n}.example" for n in range(4)]
    db = tmp_path / "news.db"
    chance = random.Random(4)
    with served(articles=12) as outlets:
        for _ in range(3):
            committed = set()
            with running(outlets, "crawl", *hosts, "--db", db) as child:
                wanted = len(outlets.log) + chance.randrange(10, 40)
                # Its next request or its end is what we wait for.
                while child.is_running and len(outlets.log) < wanted:
                    child.process.join(0.02)
                child.process.kill()
            if db.exists() and db.stat().st_size:
                sql = "SELECT url FROM pages WHERE outcome = 'article'"
                committed = {row[0] for row in rows(db, sql)}
            mark = len(outlets.log)
        assert wirecopy(outlets, "crawl", *hosts, "--db", db).returncode == 0
        after = {f"http://{r.host}{r.path}" for r in outlets.log[mark:]}
    assert not committed & after
    assert rows(db, "SELECT count(*), count(DISTINCT url_key) FROM articles") == [
        (48, 48)
    ]
    assert rows(db, "PRAGMA integrity_check") == [("ok",)]
    assert rows(db, "SELECT count(*) FROM pages WHERE outcome IS NULL") == [(0,)]


def test_sigterm_commits_what_is_there(tmp_path: Path) -> None:
    db = tmp_path / "news.db"
    with (
        served(
            articles=40, robots={"one.example": "User-agent: *\nCrawl-delay: 1\n"}
        ) as o,
        running(o, "crawl", "one.example", "--db", db, "--json") as child,
    ):
        while child.is_running and not stored_articles(db):
            child.process.join(0.05)
        child.process.terminate()
        done = child.wait(15)
    assert json.loads(done.stdout)["reason"] != "finished", done.stderr
    assert "run the same command to go on" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 3
    stored, left = rows(
        db,
        "SELECT sum(outcome = 'article'), sum(outcome IS NULL) FROM pages"
        " WHERE kind = 'article'",
    )[0]
    assert stored >= 1
    # The 40 of the feed, and the link that robots.txt forbids or that waits as well.
    assert stored + left in {40, 41}


def test_crawl_delay_is_kept(tmp_path: Path) -> None:
    robots = {"slow.example": "User-agent: *\nCrawl-delay: 0.5\nDisallow: /private/\n"}
    with served(articles=4, robots=robots) as outlets:
        done = wirecopy(outlets, "crawl", "slow.example", "--db", tmp_path / "a.db")
        assert done.returncode == 0, done.stderr
        log = sorted(outlets.log, key=lambda request: request.began)
    assert len(log) >= 7
    for one, two in pairwise(log):
        assert two.began - one.began >= 0.45
        assert two.began >= one.ended


@pytest.mark.parametrize(
    ("targets", "line"),
    [
        (["no such outlet"], "is no outlet of the catalogue, host or URL"),
        (["ftp://paper.example/"], "is no http(s) URL"),
        (["http://paper.example:99999/"], "has no valid port"),
        (["https://pa per.example/"], "is no http(s) URL"),
        (["http://10.0.0.1/"], "private address"),
    ],
)
def test_bad_targets_are_one_line_and_write_nothing(
    targets: list[str], line: str, tmp_path: Path
) -> None:
    db = tmp_path / "news.db"
    done = wirecopy(None, "crawl", *targets, "--db", db)
    assert done.returncode == 1
    assert line in done.stderr
    assert done.stderr.count("\n") == 1
    assert not db.exists()


def test_a_host_that_is_not_news_says_so(tmp_path: Path) -> None:
    with served(articles=0) as outlets:
        done = wirecopy(outlets, "crawl", "shop.example", "--db", tmp_path / "a.db")
    assert done.returncode == 1
    assert not list(tmp_path.iterdir())
    assert "is this a news outlet?" in done.stderr


def test_an_article_that_another_outlet_leads_to_is_of_who_printed_it(
    outlets: Outlets, tmp_path: Path
) -> None:
    target = "http://two.example/news/bridge-1-two.example"

    def lead_on(handler: Any, path: str) -> bool:
        is_page = path.startswith("/news/")
        return is_page and handler.send(302, b"", Location=target) is None

    def name_nothing(handler: Any, path: str) -> bool:
        return path == "/feed" and handler.send(404, b"") is None

    outlets.hosts |= {"one.example": lead_on, "two.example": name_nothing}
    outlets.articles = 1
    db = tmp_path / "a.db"
    wirecopy(outlets, "crawl", "one.example", "two.example", "--db", db)
    sql = "SELECT url, host FROM articles JOIN outlets ON outlets.id = articles.outlet"
    assert rows(db, sql) == [(target, "two.example")]


class Failing:
    """A pipeline of a user's own that fails at one article."""

    def process_item(self, item: Any) -> Any:
        if item.url.endswith("bridge-1-one.example"):
            raise RuntimeError("not this one")
        return item


def crawl_with_faults(db: Path) -> None:
    """Crawl two outlets; reading the feed of one breaks, and so does a pipeline."""
    from crawler import reading_sources
    from crawler.cli.output import print_json
    from crawler.crawling import crawl
    from crawler.planning import make_plan

    read = reading_sources.read_source

    def read_or_break(body: bytes, url: str, **about: Any) -> Any:
        if url == "http://two.example/feed":
            raise RuntimeError("no one thought of this")
        return read(body, url, **about)

    reading_sources.read_source = read_or_break
    pipelines = {Failing: 100, "crawler.pipelines.store.StorePipeline": 800}
    plan = make_plan(["one.example", "two.example"])
    print_json(crawl(plan, db, settings={"ITEM_PIPELINES": pipelines}))


def test_a_fault_of_reading_or_of_a_pipeline_ends_no_crawl(
    outlets: Outlets, tmp_path: Path
) -> None:
    db = tmp_path / "a.db"
    done = finished(crawl_with_faults, db, environ=outlets.environ)
    report = json.loads(done.stdout)
    assert (report["reason"], report["new"]) == ("finished", 4)
    assert report["failed_sources"] == {"raised RuntimeError": 1}
    refused = "SELECT reason FROM pages WHERE outcome = 'not an article'"
    assert rows(db, refused) == [("dropped by a pipeline",)]


def test_a_page_that_broke_the_extraction_is_extracted_again(
    outlets: Outlets, tmp_path: Path
) -> None:
    db = tmp_path / "a.db"
    wirecopy(outlets, "crawl", "one.example", "--db", db)
    outlets.articles = 7
    crawl_with(outlets, {"WIRECOPY_EXTRACT_TIMEOUT": 0.001}, db, "one.example")
    assert stored_articles(db) == 5
    connection = sqlite3.connect(db)
    with connection:
        connection.execute("UPDATE pages SET next_check = '2026-01-01T00:00:00Z'")
    connection.close()
    assert wirecopy(outlets, "crawl", "one.example", "--db", db).returncode == 0
    assert stored_articles(db) == 7


def test_two_pages_that_are_sent_on_to_one_article_are_both_written() -> None:
    from scrapy.settings import Settings

    from crawler.jobs import PageJob
    from crawler.planning import CrawlPlan
    from crawler.session import Session
    from storage.article import Article
    from storage.crawl_state import PageState

    written: list[PageJob] = []
    session = Session(Settings(), CrawlPlan(outlets=()))
    session.writer = SimpleNamespace(put=lambda job, then: written.append(job))  # type: ignore[assignment]
    jobs = [PageJob(page=PageState(url_key=key, url=key)) for key in "ab"]
    article = Article(url="http://one.example/", headline="h", blocks=())
    for job in jobs:
        session.expect_article(article.url, job, lambda _: None)
    for _ in jobs:
        session.store_article(article)
    assert written == jobs
