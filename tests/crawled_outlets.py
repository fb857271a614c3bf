"""Made-up outlets on loopback, good and bad, behind an HTTP proxy: a real server."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.commands import finished, run_wirecopy, started

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.commands import Child

SENTENCES = (
    "The council of {place} voted on Tuesday to rebuild the bridge number {n}.",
    "Work on it begins in spring, said the mayor, and will take {n} weeks.",
    "Shopkeepers near the river welcomed the plan, though {n} of them want more.",
    "An engineer from {place} warned that the ground below pier {n} is soft.",
    "The state pays half of the cost; the rest comes from a toll of {n} crowns.",
)


@dataclass
class Request:
    """One request as the server saw it, with the time it took."""

    host: str
    path: str
    status: int
    conditional: bool
    began: float
    ended: float = 0.0


@dataclass
class Outlets:
    """The server's address, what it was asked for, and its hosts' handlers."""

    port: int = 0
    log: list[Request] = field(default_factory=list)
    hosts: dict[str, Callable[[Any, str], bool]] = field(default_factory=dict)
    robots: dict[str, str] = field(default_factory=dict)
    articles: int = 5

    @property
    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "http_proxy": f"http://127.0.0.1:{self.port}",
            # Every child pays for starting each of them.
            "WIRECOPY_WORKERS": "1",
        }

    def paths(self, host: str) -> list[str]:
        return [request.path for request in self.log if request.host == host]


def article(host: str, number: int) -> str:
    words = [text.format(place=host.split(".")[0], n=number) for text in SENTENCES]
    body = "".join(f"<p>{sentence} {sentence[::-1]}</p>" for sentence in words)
    headline = f"Bridge {number} of {host.split('.')[0]} to be rebuilt at last"
    return (
        f"<html lang=en><head><title>{headline}</title><meta property=og:type"
        f" content=article></head><body><article><h1>{headline}</h1>{body}</article>"
    )


def feed(host: str, count: int) -> str:
    items = "".join(
        f"<item><title>Bridge {n}</title><link>http://{host}/news/bridge-{n}-{host}</link>"
        f"<pubDate>Fri, 20 Nov 2026 08:{n % 60:02}:00 +0000</pubDate></item>"
        for n in range(count)
    )
    return f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'


def front(host: str) -> str:
    kind = "application/rss+xml"
    return (
        f"<html><head><title>{host}</title><link rel=alternate type={kind}"
        ' href="/feed"></head><body><a href="/private/desk-of-the-editor-2026">desk of'
        " the editor, for members only</a></body></html>"
    )


def document(outlets: Outlets, host: str, path: str) -> str | None:
    if path == "/robots.txt":
        return outlets.robots.get(host, "User-agent: *\nDisallow: /private/\n")
    if path.partition("?")[0] == "/":
        return front(host)
    if path == "/feed":
        return feed(host, outlets.articles)
    if path.startswith("/news/bridge-"):
        return article(host, int(path.split("-")[1]))
    return None


def make_handler(outlets: Outlets) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            host = (parts.hostname or self.headers.get("Host", "")).removeprefix("www.")
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            conditional = "If-None-Match" in self.headers
            entry = Request(host, path, 0, conditional, time.monotonic())
            outlets.log.append(entry)
            special = outlets.hosts.get(host)
            if special is None or not special(self, path):
                self.answer(entry, document(outlets, host, path))
            entry.ended = time.monotonic()

        def answer(self, entry: Request, text: str | None) -> None:
            body = (text or "").encode()
            tag = '"' + hashlib.sha1(body).hexdigest()[:12] + '"'
            entry.status = 200 if text is not None else 404
            if text is not None and self.headers.get("If-None-Match") == tag:
                entry.status, body = 304, b""
            self.send(entry.status, body, ETag=tag)

        def send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.is_over = threading.Event()

    def handle_error(self, *_: Any) -> None:
        # A killed crawler and an oversized body end in a broken pipe; both are meant.
        return


@contextmanager
def served(**options: Any) -> Iterator[Outlets]:
    """Serve outlets until the block ends."""
    outlets = Outlets(**options)
    server = Server(("127.0.0.1", 0), make_handler(outlets))
    outlets.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield outlets
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def wirecopy(
    outlets: Outlets | None, *arguments: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return run_wirecopy(*arguments, environ=outlets.environ if outlets else None)


def running(outlets: Outlets, *arguments: str | Path) -> AbstractContextManager[Child]:
    """Start the command, which goes on while the block runs."""
    return started(*arguments, environ=outlets.environ)


def crawl_with(
    outlets: Outlets | None, settings: dict[str, Any], db: Path, *targets: str
) -> subprocess.CompletedProcess[str]:
    """Crawl under *settings* in a child; prints the report as JSON."""
    environ = outlets.environ if outlets else None
    return finished(_crawl, settings, db, targets, environ=environ)


def _crawl(settings: dict[str, Any], db: Path, targets: tuple[str, ...]) -> None:
    from crawler.cli.output import print_json
    from crawler.crawling import crawl
    from crawler.planning import make_plan

    print_json(crawl(make_plan(targets), db, settings=settings))
