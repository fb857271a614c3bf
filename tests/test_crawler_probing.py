"""Finding out about an outlet by asking it, and asking every address again."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

from crawler.outlets import load_outlets
from tests.crawled_outlets import running, served, wirecopy
from tests.hostile_answers import gone

if TYPE_CHECKING:
    from pathlib import Path


def test_an_outlet_is_found_out_and_checked(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    with served(articles=2) as outlets:
        added = wirecopy(outlets, "outlets", "add", "http://one.example/", "-o", own)
        checked = wirecopy(
            outlets, "outlets", "check", "one.example", "--outlets", own, "--json"
        )
    assert added.returncode == 0, added.stderr
    assert "feed http://one.example/feed: 2 links" in added.stderr
    assert load_outlets(own)[0].feeds == ("http://one.example/feed",)
    asked = {check["url"]: check for check in json.loads(checked.stdout)}
    assert asked["http://one.example/feed"]["links"] == 2
    assert asked["http://one.example/feed"]["problem"] is None


def test_a_stop_writes_no_outlet_by_half(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    is_asked, is_stopped = threading.Event(), threading.Event()

    def answer_late(handler: Any, path: str) -> bool:
        if path.startswith("/news/"):
            is_asked.set()
            # However late this process gets to stop the other.
            is_stopped.wait(30)
            time.sleep(0.3)
        return False

    with served(articles=9) as outlets:
        outlets.hosts["one.example"] = answer_late
        command = ("outlets", "add", "http://one.example/", "-o", own)
        with running(outlets, *command) as child:
            assert is_asked.wait(30)
            child.process.terminate()
            is_stopped.set()
            done = child.wait(30)
    assert (done.returncode, own.exists()) == (1, False), done.stderr
    assert done.stderr == (
        "wirecopy: stopped before all was asked: nothing is written;"
        " run the same command again\n"
    )


def test_an_outlet_that_does_not_answer_is_told(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    with served() as outlets:
        outlets.hosts["gone.example"] = gone
        added = wirecopy(outlets, "outlets", "add", "http://gone.example/", "-o", own)
        checked = wirecopy(outlets, "outlets", "check", "http://gone.example/")
    assert added.returncode == 1
    assert added.stderr == "wirecopy: http://gone.example/: HTTP 410\n"
    assert not own.exists()
    assert checked.returncode == 3
    assert "HTTP 410" in checked.stdout
