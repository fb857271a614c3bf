"""One page from an address that a user names, under the same guard as a crawl."""

from __future__ import annotations

import http.client
import urllib.request
from typing import Any

from crawler.errors import CrawlerError
from crawler.guard import REASON, is_private, proxy_hosts
from storage.dumps.pages import StoredPage

LONGEST = 16 << 20  # bytes
_SECONDS = 30.0
_USER_AGENT = "wirecopy"


def fetch_page(url: str, *, allow_private: bool = False) -> StoredPage:
    """Fetch one page, its redirects followed; bodies end at LONGEST bytes.

    Raises CrawlerError where it does not come, or leads to a private address.
    """
    request = urllib.request.Request(url, headers={"User-Agent": _USER_AGENT})
    try:
        with _opener(allow_private).open(request, timeout=_SECONDS) as response:
            html = response.read(LONGEST)
            kind = response.headers.get("Content-Type")
            address = response.url
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise CrawlerError(f"{url} cannot be fetched: {error}") from error
    return StoredPage(file=url, line=1, url=address, html=html, content_type=kind)


def _opener(allow_private: bool) -> urllib.request.OpenerDirector:
    """Return an opener for http and https alone: no redirect leads to a file."""
    opener = urllib.request.OpenerDirector()
    web: list[urllib.request.BaseHandler] = (
        [urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()]
        if allow_private
        else [_GuardedHTTP(), _GuardedHTTPS()]
    )
    for handler in (
        *web,
        urllib.request.ProxyHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


class _GuardedConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _refuse_private(self)


class _GuardedSecureConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _refuse_private(self)


def _refuse_private(connection: http.client.HTTPConnection) -> None:
    # Behind a proxy the guard is the proxy's.
    is_proxy = connection.host in proxy_hosts()
    if is_private(connection.sock.getpeername()[0]) and not is_proxy:
        connection.close()
        raise OSError(f"{REASON}: say --allow-private if you mean it")


class _GuardedHTTP(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_GuardedConnection, req)


class _GuardedHTTPS(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_GuardedSecureConnection, req)
