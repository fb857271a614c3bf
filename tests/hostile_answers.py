"""What outlets answer that mean harm, or are broken."""

from __future__ import annotations

import gzip
import socket
from typing import TYPE_CHECKING, Any

import brotli
import zstandard

from tests.crawled_outlets import article

if TYPE_CHECKING:
    from collections.abc import Callable


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
