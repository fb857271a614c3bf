from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import orjson
import pytest
from click.testing import CliRunner

from crawler.cli.extract import command
from crawler.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADLINE = "Council votes to repair the breakwater"
LEAD = (
    "The harbour council voted on Tuesday to repair the old breakwater before the"
    " winter storms, after engineers warned that it would not last another year."
)
MORE = (
    "The work will cost nine million and is to begin in March, the mayor said, and"
    " fishing boats will have to use the northern basin until the summer."
)
PAGE = (
    f"<html lang=en><head><title>{HEADLINE}</title>"
    '<link rel=canonical href="http://post.test/2026/05/breakwater"></head>'
    f"<body><h1>{HEADLINE}</h1><p>{LEAD}</p><p>{MORE}</p><p>{LEAD}</p></body></html>"
)


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        _, _, target = self.path.partition("?to=")
        if target:
            self.send_response(302)
            self.send_header("Location", target)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Server) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}/2026/05/breakwater"
        http.shutdown()
        thread.join()


def run(*args: str, stdin: str | None = None) -> tuple[list[dict[str, object]], str]:
    result = CliRunner().invoke(command, list(args), input=stdin)
    assert result.exit_code == 0, result.output
    return [orjson.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_a_file_gives_its_article_without_repeats(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    (article,), told = run(str(path))
    assert article["url"] == "http://post.test/2026/05/breakwater"
    assert article["headline"] == HEADLINE
    assert article["body"] == f"{LEAD}\n\n{MORE}"
    assert article["block_kinds"] == ["paragraph", "paragraph"]
    assert article["removed_blocks"] == [
        {
            "position": 2,
            "kind": "paragraph",
            "text": LEAD,
            "reason": "repeat",
            "repeats": 0,
        }
    ]
    assert told == "1 article\n"


def test_a_folder_is_read_through_and_rejects_are_counted(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (tmp_path / "two.htm").write_text("<html></html>")
    (tmp_path / "notes.md").write_text("no page")
    articles, told = run(str(tmp_path))
    assert [article["headline"] for article in articles] == [HEADLINE]
    empty = (tmp_path / "two.htm").as_uri()
    assert told == f"wirecopy: {empty}: empty page\n1 article, 1 empty page\n"
    assert CliRunner().invoke(command, ["--strict", str(tmp_path)]).exit_code == 3


def test_a_warc_file_gives_the_addresses_it_recorded(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc.gz"
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{PAGE}".encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://post.test/w\r\n"
        "WARC-Date: 2026-05-02T08:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    ).encode()
    path.write_bytes(gzip.compress(head + http + b"\r\n\r\n"))
    (article,), _ = run(str(path))
    assert article["url"] == "http://post.test/w"
    assert article["fetched"] == "2026-05-02T08:00:00+00:00"


def test_standard_input_and_addresses_are_sources(server: str) -> None:
    (piped,), _ = run("-", "--url", "http://post.test/piped", stdin=PAGE)
    assert piped["url"] == "http://post.test/piped"
    (fetched,), _ = run(server, "--allow-private")
    assert fetched["url"] == server


def test_private_addresses_and_other_schemes_are_refused(server: str) -> None:
    for path, line in (
        ("", "private address: say --allow-private"),
        ("?to=file:///etc/hostname", "file:///etc/hostname"),
    ):
        allowed = ["--allow-private"] if path else []
        result = CliRunner().invoke(cli, ["extract", f"{server}{path}", *allowed])
        assert result.exit_code == 1
        assert line in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("pages", [[], ["empty.html"]])
def test_no_article_at_all_wants_a_person(pages: list[str], tmp_path: Path) -> None:
    for page in pages:
        (tmp_path / page).write_text("<html></html>")
    result = CliRunner().invoke(cli, ["extract", str(tmp_path)])
    assert result.exit_code == 3
    assert result.stdout == ""


def test_an_outlets_own_rule_decides(tmp_path: Path) -> None:
    page, rules = tmp_path / "page.html", tmp_path / "rules.toml"
    page.write_text(PAGE.replace(f"<p>{MORE}", f"<p class=x>{MORE}"))
    rules.write_text('[[rules]]\nbody = "p.x"\n')
    (article,), _ = run(str(page), "--rules", str(rules))
    assert article["body"] == MORE
    assert article["extractor"] == "rule"


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["extract", str(tmp_path / "absent.html")])
    assert result.exit_code == 1
    assert result.stderr.startswith("wirecopy: ")
    assert result.stderr.count("\n") == 1
