"""wirecopy serve as a real process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("datasette")

from inspect_newsroom import build

COMMAND = str(Path(sys.executable).with_name("wirecopy"))


def test_serves_on_loopback_until_stopped(tmp_path):
    path = build(tmp_path / "news.db")
    server = subprocess.Popen(
        [COMMAND, "serve", str(path), "--port", "0", "--json", "--review", "anna"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        facts = json.loads(server.stdout.readline())
        assert facts["address"].startswith("http://127.0.0.1:")
        assert "/-/sign-in?token=" in facts["sign_in"]["anna"]
        with urllib.request.urlopen(facts["address"]) as page:
            assert page.url.endswith("/news/-/today")
            assert b"Newest stories" in page.read()
    finally:
        server.terminate()
        status = server.wait(timeout=60)
        server.stdout.close()
    assert status in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


def test_a_missing_database_is_one_line(tmp_path):
    done = subprocess.run(
        [COMMAND, "serve", str(tmp_path / "none.db")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "does not exist" in done.stderr


def test_a_port_in_use_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [COMMAND, "serve", str(build(tmp_path / "a.db")), "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"wirecopy: 127.0.0.1:{port} cannot be bound: choose another host or port\n"
    )


def test_a_reviewer_has_a_name(tmp_path):
    done = subprocess.run(
        [COMMAND, "serve", str(build(tmp_path / "news.db")), "--review", " "],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "a reviewer has no name" in done.stderr
