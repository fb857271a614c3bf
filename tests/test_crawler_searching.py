"""Searching archives back to a day, and asking with http who does not answer https."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crawler.fallback import address, falls_back, note_answer
from crawler.feeds import parse_feed
from crawler.frontier import OutletQueue
from crawler.outlets import Outlet
from crawler.sources import read_source
from tests.commands import run_wirecopy
from tests.crawled_outlets import served, wirecopy

if TYPE_CHECKING:
    from pathlib import Path

# The slugs of its articles have enough words to look like articles.
HOST = "old-town-papers.example"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).isoformat(timespec="seconds")


def index(*files: tuple[str, int]) -> str:
    entries = "".join(
        f"<sitemap><loc>http://{HOST}/{name}</loc><lastmod>{day(ago)}</lastmod></sitemap>"
        for name, ago in files
    )
    return f"<sitemapindex {SPACE}>{entries}</sitemapindex>"


def months(number: int, ago: int) -> str:
    loc = f"http://{HOST}/news/bridge-{number}-{HOST}"
    entry = f"<url><loc>{loc}</loc><lastmod>{day(ago)}</lastmod></url>"
    return f"<urlset {SPACE}>{entry}</urlset>"


def archive(handler: Any, path: str) -> bool:
    """An index of files, one of them an index; all gzipped."""
    files = {
        "/index.xml.gz": index(
            ("a.xml.gz", 0), ("b.xml.gz", 100), ("c.xml.gz", 400), ("d.xml.gz", 50)
        ),
        "/a.xml.gz": months(1, 1),
        "/b.xml.gz": months(2, 110),
        "/c.xml.gz": months(3, 410),
        "/d.xml.gz": index(("e.xml.gz", 55), ("f.xml.gz", 500)),
        "/e.xml.gz": months(4, 60),
        "/f.xml.gz": months(5, 510),
    }
    if path not in files:
        return path == "/feed" and bool(handler.send(404, b"") is None)
    body = gzip.compress(files[path].encode(), mtime=0)
    tag = f'"{len(body)}"'
    is_known = handler.headers.get("If-None-Match") == tag
    handler.send(304 if is_known else 200, b"" if is_known else body, ETag=tag)
    return True


def test_since_reads_known_sitemaps_back_to_that_day_and_no_further(
    tmp_path: Path,
) -> None:
    db = tmp_path / "news.db"
    robots = {HOST: f"Sitemap: http://{HOST}/index.xml.gz\n"}
    with served(robots=robots) as outlets:
        outlets.hosts[HOST] = archive
        crawl = ("crawl", f"http://{HOST}/", "--db", db, "--json")
        today = json.loads(wirecopy(outlets, *crawl).stdout)
        asked = set(outlets.paths(HOST))
        assert today["new"] == 1
        assert {path for path in asked if path.endswith(".gz")} == {
            "/index.xml.gz",
            "/a.xml.gz",
        }
        mark = len(outlets.log)
        back = json.loads(wirecopy(outlets, *crawl, "--since", "200d").stdout)
    paths = [request.path for request in outlets.log[mark:]]
    assert back["new"] == 2
    assert {path for path in paths if path.startswith("/news/")} == {
        f"/news/bridge-{number}-{HOST}" for number in (2, 4)
    }
    assert sorted(path for path in paths if path.endswith(".gz")) == [
        f"/{name}.xml.gz" for name in ("a", "b", "d", "e", "index")
    ]


def test_an_outlet_that_does_not_answer_https_is_asked_with_http(
    tmp_path: Path,
) -> None:
    with served(articles=2) as outlets:
        # The server knows no CONNECT, as a host that knows no TLS.
        proxy = {"https_proxy": f"http://127.0.0.1:{outlets.port}"}
        crawl = ("crawl", "plain.example", "--db", tmp_path / "a.db", "--json")
        done = run_wirecopy(*crawl, environ={**outlets.environ, **proxy})
    report = json.loads(done.stdout)
    assert (done.returncode, report["new"]) == (0, 2), done.stderr
    assert "plain.example does not answer https" in report["notes"][0]


@pytest.mark.parametrize(
    ("url", "reason", "falls"),
    [
        ("https://paper.example/", "connection refused", True),
        ("https://www.paper.example/", "robots.txt unreachable: timeout", True),
        ("https://paper.example/", "HTTP 500", False),
        ("https://paper.example:8443/", "connection refused", False),
        ("https://feeds.example/paper", "connection refused", False),
        ("http://paper.example/", "connection refused", False),
    ],
)
def test_only_a_silent_host_of_the_outlet_itself_is_asked_otherwise(
    url: str, reason: str, falls: bool
) -> None:
    outlet = Outlet(name="Paper", home="https://paper.example/")
    queue = OutletQueue(outlet=outlet, id=1)
    assert falls_back(queue, url, reason) is falls
    assert address(queue, url).startswith("http://") is (
        falls or url.startswith("http:")
    )
    answering = OutletQueue(outlet=outlet, id=1)
    note_answer(answering, "https://paper.example/robots.txt")
    assert not falls_back(answering, url, reason)


def test_a_feed_names_its_older_pages() -> None:
    def atom(rel: str, when: str) -> bytes:
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom">'
            f'<link rel="{rel}" href="/feed?page=2"/><entry><link href="/a"/>'
            f"<updated>{when}</updated></entry></feed>"
        ).encode()

    url = f"http://{HOST}/feed"
    assert parse_feed(atom("next", day(1)), url).older == f"{url}?page=2"
    assert parse_feed(atom("self", day(1)), url).older is None
    outlet = Outlet(name="Archive", home=f"http://{HOST}/")
    now = datetime.now(UTC).timestamp()
    since = now - 30 * 86400
    found = {
        ago: read_source(
            atom("prev-archive", day(ago)),
            url,
            kind="feed",
            outlet=outlet,
            since=since,
            now=now,
            limit=100,
        ).sources
        for ago in (1, 60)
    }
    assert found == {1: ((f"{url}?page=2", "feed"),), 60: ()}
