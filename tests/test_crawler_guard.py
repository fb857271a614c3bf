"""The operator's own network is out of reach, in every spelling."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crawler.guard import is_private, literal_address, proxy_hosts
from tests.crawled_outlets import served

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0",
        "10.0.0.8",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "224.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1%eth0]",
        "[fd00::1]",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
        "[::]",
        "[::127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
        "[::ffff:0:10.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b:1::a00:1]",
        "[fec0::1]",
        "[ff02::1]",
        "[FE80::1%25eth0]",
        "127.0.0.1.",
    ],
)
def test_private_addresses_are_known_in_every_spelling(host: str) -> None:
    address = literal_address(host)
    assert address is not None
    assert is_private(address)


@pytest.mark.parametrize("host", ["93.184.216.34", "[2606:2800:220:1::1]", "1.1.1.1"])
def test_public_addresses_pass(host: str) -> None:
    address = literal_address(host)
    assert address is not None
    assert not is_private(address)


def test_a_name_is_no_literal() -> None:
    assert literal_address("paper.example") is None


def test_the_proxies_of_the_environment_are_found() -> None:
    environ = {"http_proxy": "http://user:pw@127.0.0.1:3128", "HTTPS_PROXY": "p:8080"}
    assert proxy_hosts(environ) == {"127.0.0.1", "p"}


# A name that was public when it was judged, and leads inwards when it is connected to.
REBINDING = """
import json, sys
from pathlib import Path
from twisted.internet import defer
from crawler import guard
guard.GuardedResolver.getHostByName = lambda *_: defer.succeed("127.0.0.1")
from crawler.cli.output import print_json
from crawler.crawling import crawl
from crawler.planning import make_plan
print_json(crawl(make_plan([sys.argv[1]]), Path(sys.argv[2])))
"""


def test_a_name_that_rebinds_gets_no_request(tmp_path: Path) -> None:
    with served() as outlets:
        home = f"http://rebind.example:{outlets.port}/"
        done = subprocess.run(
            [sys.executable, "-c", REBINDING, home, str(tmp_path / "news.db")],
            env={**outlets.environ, "http_proxy": ""},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    (outlet,) = json.loads(done.stdout)["outlets"]
    assert "private address" in outlet["problem"]
    assert outlets.log == []
