"""A hostile web: every trap a server of its own, all at once beside good outlets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import hostile_answers as made
from tests.crawled_outlets import crawl_with, served, wirecopy

if TYPE_CHECKING:
    from pathlib import Path

BAD = {
    **made.bombs(),
    "stall.example": made.stall,
    "endless.example": made.endless,
    "unmeasured.example": made.unmeasured,
    "cut-short.example": made.cut_short,
    "loop.example": made.redirect_loop,
    "wander.example": made.wanderer,
    "inward.example": made.inward,
    "reset.example": made.reset,
    "failing.example": made.failing,
    "garbage.example": made.garbage,
}
# These answer with something that is read; it must be bounded and harmless.
ODD = {
    "calendar.example": made.calendar,
    "huge-feed.example": made.huge_feed,
    "entities.example": made.entities,
    "nested.example": made.nested,
    "picture.example": made.picture,
    "links.example": made.hostile_links,
    "ancient.example": made.ancient,
}
GOOD = [f"good{number}.example" for number in range(20)]
# Short, so that what never answers is given up within the test.
SETTINGS = {
    "DOWNLOAD_TIMEOUT": 8,
    "WIRECOPY_ROBOTS_TIMEOUT": 4,
    "WIRECOPY_HOST_BUDGET": 12,
    "WIRECOPY_LINKS_A_SOURCE": 300,
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One crawl of all of them, its log and its status."""
    db = tmp_path_factory.mktemp("hostile") / "news.db"
    with served(articles=2) as outlets:
        outlets.hosts.update({**BAD, **ODD})
        outlets.hosts.update({f"wander{n}.example": made.wanderer for n in range(9)})
        done = crawl_with(outlets, SETTINGS, db, *BAD, *ODD, *GOOD)
        log = list(outlets.log)
    assert done.returncode == 0, done.stderr
    status = wirecopy(None, "status", "--db", db, "--json")
    report = json.loads(done.stdout)
    return {
        "report": report,
        "outlets": {outlet["host"]: outlet for outlet in report["outlets"]},
        "status": {
            outlet["host"]: outlet for outlet in json.loads(status.stdout)["outlets"]
        },
        "status code": status.returncode,
        "log": log,
    }


def test_good_outlets_are_crawled_whole(crawled: dict[str, Any]) -> None:
    assert crawled["report"]["reason"] == "finished"
    assert {crawled["outlets"][host]["new"] for host in GOOD} == {2}


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("gzip-bomb.example", "body too large"),
        ("brotli-bomb.example", "body too large"),
        ("zstd-bomb.example", "body too large"),
        ("stall.example", "timeout"),
        ("endless.example", "body too large"),
        ("unmeasured.example", "body too large"),
        ("cut-short.example", "body cut short"),
        ("loop.example", "redirect"),
        ("wander.example", "too many hosts"),
        ("inward.example", "private address"),
        ("reset.example", "robots.txt unreachable"),
        ("failing.example", "HTTP 500"),
        ("garbage.example", ""),
    ],
)
def test_each_bad_outlet_gets_its_line(
    crawled: dict[str, Any], host: str, words: str
) -> None:
    assert words in (crawled["outlets"][host]["problem"] or "no line at all")
    assert crawled["status"][host]["alarms"]
    assert crawled["status code"] == 3


def test_what_is_read_is_bounded(crawled: dict[str, Any]) -> None:
    outlets = crawled["outlets"]
    assert outlets["calendar.example"]["pages"] <= SETTINGS["WIRECOPY_HOST_BUDGET"]
    assert 0 < outlets["huge-feed.example"]["new"] <= SETTINGS["WIRECOPY_HOST_BUDGET"]
    assert outlets["huge-feed.example"]["waiting"] <= 300
    assert outlets["entities.example"]["new"] == 0
    assert outlets["nested.example"]["new"] == 0
    assert outlets["picture.example"]["new"] == 1
    assert outlets["links.example"]["pages"] == 0


def test_a_date_of_the_year_1_stops_no_crawl(crawled: dict[str, Any]) -> None:
    assert crawled["outlets"]["ancient.example"]["articles"] == 3


def test_no_outlet_is_asked_without_end(crawled: dict[str, Any]) -> None:
    asked: dict[str, int] = {}
    for request in crawled["log"]:
        asked[request.host] = asked.get(request.host, 0) + 1
    assert max(asked.values()) <= 40
    assert not [host for host in asked if host.startswith(("169.", "127."))]


def test_private_addresses_are_refused_without_a_proxy(tmp_path: Path) -> None:
    spellings = ("127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001")
    with served() as outlets:
        port = outlets.port
        urls = [f"http://{host}:{port}/" for host in (*spellings, "localhost")]
        urls += [f"http://[{host}]:{port}/" for host in ("::1", "::ffff:127.0.0.1")]
        done = wirecopy(None, "crawl", *urls, "--db", tmp_path / "a.db", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert len(report["outlets"]) == len(urls)
    for outlet in report["outlets"]:
        assert "private address" in outlet["problem"], outlet
    assert outlets.log == []


def test_broken_tls_is_named(tmp_path: Path) -> None:
    with served() as outlets:
        url = f"https://127.0.0.1:{outlets.port}/"
        settings = {"WIRECOPY_ALLOW_PRIVATE": True}
        done = crawl_with(None, settings, tmp_path / "a.db", url)
    assert "broken TLS" in json.loads(done.stdout)["outlets"][0]["problem"]
