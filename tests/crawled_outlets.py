"""Made-up outlets on loopback, good and bad, behind an HTTP proxy: a real server."""

from __future__ import annotations

import gzip
import hashlib
import os
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import brotli
import zstandard

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


def redirect_loop(handler: Any, path: str) -> bool:
    if path == "/robots.txt":
        return False
    handler.send(302, b"", Location=f"http://loop.example{path}x"[:300])
    return True


def packed(encoding: str, body: bytes) -> Callable[[Any, str], bool]:
    """Answer with a small body that claims to unpack into a large one."""

    def handle(handler: Any, path: str) -> bool:
        if path == "/robots.txt":
            return False
        handler.send(200, body, Content_Encoding=encoding, Content_Type="text/html")
        return True

    return handle


BOMB = b"\0" * 40_000_000


def bombs() -> dict[str, Callable[[Any, str], bool]]:
    return {
        "gzip-bomb.example": packed("gzip", gzip.compress(BOMB, 9)),
        "brotli-bomb.example": packed("br", brotli.compress(BOMB, quality=1)),
        "zstd-bomb.example": packed("zstd", zstandard.compress(BOMB)),
    }


def stall(handler: Any, path: str) -> bool:
    """Begin to answer, and go on with a byte a minute."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"<")
    handler.wfile.flush()
    handler.server.is_over.wait(60)
    return True


def cut_short(handler: Any, path: str) -> bool:
    if path == "/robots.txt":
        return False
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"<html>")
    handler.close_connection = True
    return True


def wanderer(handler: Any, path: str) -> bool:
    """Redirect over ever further hosts."""
    if path == "/robots.txt":
        return False
    number = len(path.strip("/"))
    where = f"http://wander{number}.example/{'x' * (number + 1)}"
    handler.send(302, b"", Location=where)
    return True


def inward(handler: Any, path: str) -> bool:
    """Redirect to the operator's own network."""
    if path == "/robots.txt":
        return False
    handler.send(302, b"", Location="http://169.254.169.254/latest/meta-data/")
    return True


def html_of(handler: Any, text: str, kind: str = "text/html") -> bool:
    handler.send(200, text.encode(), Content_Type=kind)
    return True


def calendar(handler: Any, path: str) -> bool:
    """Every page links to two hundred more that look like articles."""
    if path == "/robots.txt":
        return False
    start = sum(path.encode()) * 1000
    links = "".join(
        f'<a href="/2026/11/{n % 28 + 1:02}/what-is-on-today-{start + n}?sid=a{n}">'
        "What is on in the old town today</a>"
        for n in range(200)
    )
    return html_of(handler, f"<html><body>{links}</body></html>")


def huge_feed(handler: Any, path: str) -> bool:
    """A feed of 100,000 items, of which the first five are articles."""
    if path != "/feed":
        return False
    host = handler.headers["Host"]
    items = "".join(
        f"<item><link>http://{host}/news/bridge-{n}-{host}</link></item>"
        for n in range(100_000)
    )
    return html_of(
        handler, f"<rss version='2.0'><channel>{items}</channel></rss>", "text/xml"
    )


def entities(handler: Any, path: str) -> bool:
    """A feed whose entities grow a thousandfold at each step, and read a file."""
    if path != "/feed":
        return False
    steps = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 1000}">' for n in range(1, 8))
    outside = '<!ENTITY file SYSTEM "file:///etc/hostname">'
    document = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{steps}{outside}]>'
        "<rss version='2.0'><channel><title>&e7;&file;</title></channel></rss>"
    )
    return html_of(handler, document, "text/xml")


def nested(handler: Any, path: str) -> bool:
    """Elements in elements, deeper than a parser's stack."""
    if not path.startswith("/news/"):
        return False
    return html_of(handler, "<div>" * 100_000 + "deep" + "</div>" * 100_000)


def picture(handler: Any, path: str) -> bool:
    """Articles that say they are pictures, and pictures that say they are articles."""
    if not path.startswith("/news/"):
        return False
    host, number = handler.headers["Host"], int(path.split("-")[1])
    if number % 2:
        handler.send(200, b"\x89PNG\r\n\x1a\n" * 50, Content_Type="text/html")
        return True
    return html_of(handler, article(host, number), "image/png")


def endless(handler: Any, path: str) -> bool:
    if path == "/robots.txt":
        return False
    handler.send_response(200)
    handler.send_header("Content-Length", str(5 * 1024**3))
    handler.end_headers()
    return True


def unmeasured(handler: Any, path: str) -> bool:
    """Send a body of no named length until the other side has had enough."""
    if path == "/robots.txt":
        return False
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    handler.close_connection = True
    while not handler.server.is_over.is_set():
        handler.wfile.write(b"<p>and so on" * 100_000)
    return True


def ancient(handler: Any, path: str) -> bool:
    """A news sitemap whose dates are of the year 1, as those of an empty field are."""
    if path == "/robots.txt":
        return html_of(
            handler, "Sitemap: http://ancient.example/news.xml", "text/plain"
        )
    if path != "/news.xml":
        return False
    url = "http://ancient.example/news/bridge-1-ancient"
    news = "http://www.google.com/schemas/sitemap-news/0.9"
    date = "<n:publication_date>0001-01-01T00:00:00Z</n:publication_date>"
    return html_of(
        handler,
        f"<urlset xmlns:n='{news}'><url><loc>{url}</loc>{date}</url></urlset>",
        "text/xml",
    )


def gone(handler: Any, path: str) -> bool:
    handler.send(410, b"")
    return True


def reset(handler: Any, path: str) -> bool:
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()
    return True


def failing(handler: Any, path: str) -> bool:
    handler.send(500, b"")
    return True


def garbage(handler: Any, path: str) -> bool:
    if path == "/robots.txt":
        return False
    handler.wfile.write(b"\x00\x01 what is HTTP\r\n\r\n" * 3)
    handler.close_connection = True
    return True


def hostile_links(handler: Any, path: str) -> bool:
    if path != "/feed":
        return False
    links = (
        "javascript:alert(1)",
        "file:///etc/hostname",
        "http://127.0.0.1:1/a-1234567",
    )
    items = "".join(f"<item><link>{link}</link></item>" for link in links)
    handler.send(200, f"<rss version='2.0'><channel>{items}</channel></rss>".encode())
    return True
