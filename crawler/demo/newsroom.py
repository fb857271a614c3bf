"""A small internet on loopback: the demo's outlets behind an HTTP proxy."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.demo import pages
from crawler.demo.printing import DemoOutlet, Print, iter_prints, load_outlets

if TYPE_CHECKING:
    from collections.abc import Iterator

Document = tuple[str, str, str | None]  # content type, text, Last-Modified


def build_documents() -> dict[tuple[str, str], Document]:
    """Return every document of the demo by host and path."""
    prints: dict[str, list[Print]] = {}
    for page in iter_prints():
        prints.setdefault(page.outlet.host, []).append(page)
    documents: dict[tuple[str, str], Document] = {}
    for outlet in load_outlets().values():
        newest = sorted(
            prints[outlet.host], key=lambda page: page.published, reverse=True
        )
        for path, document in _documents_of(outlet, newest):
            documents[outlet.host, path] = document
    return documents


def _documents_of(
    outlet: DemoOutlet, newest: list[Print]
) -> Iterator[tuple[str, Document]]:
    html, xml = "text/html; charset=utf-8", "application/xml; charset=utf-8"
    yield "/", (html, pages.front_page(outlet, newest), None)
    yield "/robots.txt", ("text/plain", pages.robots(outlet), None)
    yield "/feed.xml", ("application/rss+xml", pages.feed(outlet, newest), None)
    yield "/sitemap.xml", (xml, pages.sitemap_index(outlet), None)
    yield "/news-sitemap.xml", (xml, pages.news_sitemap(outlet, newest), None)
    for page in newest:
        others = [other for other in newest if other is not page][:4]
        stamp = format_datetime(page.published, usegmt=True)
        yield page.path, (html, pages.article_page(page, others), stamp)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    documents: dict[tuple[str, str], Document]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        host = parts.netloc or self.headers.get("Host", "")
        document = self.documents.get((host, parts.path or "/"))
        if document is None:
            self._answer(404, "text/plain", b"not found", {})
            return
        kind, text, modified = document
        body = text.encode()
        etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        headers = {"ETag": etag} | ({"Last-Modified": modified} if modified else {})
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, kind, b"", headers)
        else:
            self._answer(200, kind, body, headers)

    def _answer(
        self, status: int, kind: str, body: bytes, headers: dict[str, str]
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Stay silent: the crawl keeps its own log."""


@contextmanager
def serve_newsroom() -> Iterator[str]:
    """Serve the demo's outlets on a free port of loopback; yield the proxy's URL."""
    handler = type("Handler", (_Handler,), {"documents": build_documents()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
