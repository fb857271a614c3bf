"""No request goes to the operator's own network, whatever a URL or a name says.

The address is checked where it is connected to: in the resolver, which every name and
every spelling of a literal passes through, and again on the open connection. Behind a
proxy the proxy resolves, so that only literals can be judged here.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

REASON = "private address"

# Compatible and translated addresses (RFC 4291, 2765) and NAT64 (RFC 6052).
_OVER_IPV4 = tuple(
    ipaddress.IPv6Network(prefix)
    for prefix in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96")
)
# NAT64 inside one network (RFC 8215).
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")


class PrivateAddressError(IgnoreRequest):
    """A name or literal leads to an address that is not on the public internet."""


def is_private(address: str) -> bool:
    """Tell whether an IP address is none of the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or _embedded(ip)
        if inner is not None:
            return is_private(str(inner))
        if ip.is_site_local or ip in _LOCAL_NAT64:
            return True
    return not ip.is_global or ip.is_multicast


def literal_address(host: str) -> str | None:
    """Return the address that *host* spells: dotted, short, octal, hex or decimal."""
    host = host.strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def proxy_hosts(environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the hosts of the proxies that the environment names."""
    names = ("http_proxy", "https_proxy", "all_proxy")
    urls = [environ.get(name) or environ.get(name.upper()) or "" for name in names]
    hosts = (urlsplit(url if "://" in url else f"//{url}").hostname for url in urls)
    return frozenset(host for host in hosts if host)


class GuardMiddleware:
    """Refuses URLs that spell a private address, also behind a proxy."""

    def __init__(self, allow_private: bool) -> None:
        self.allow_private = allow_private

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        return cls(crawler.settings.getbool("WIRECOPY_ALLOW_PRIVATE"))

    def process_request(self, request: Request) -> None:
        """Raise PrivateAddressError where the host of the URL is such a literal."""
        if self.allow_private:
            return
        host = urlsplit(request.url).hostname or ""
        address = literal_address(host)
        is_local = host == "localhost" or host.endswith((".localhost", ".local"))
        if is_local or (address is not None and is_private(address)):
            raise PrivateAddressError(REASON)


class GuardedResolver(CachingThreadedResolver):
    """Resolves names, and refuses those that lead to a private address.

    Literals pass through here too, so that no spelling of one gets by.
    """

    allow_private = False

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        resolver = super().from_crawler(crawler, reactor)
        resolver.allow_private = crawler.settings.getbool("WIRECOPY_ALLOW_PRIVATE")
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found: Deferred[str] = super().getHostByName(name, timeout)
        if self.allow_private or name in proxy_hosts():
            return found
        return found.addCallback(_refuse_private)


class GuardedHandler(HTTP11DownloadHandler):
    """Checks the address of every connection before a request is written to it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if not crawler.settings.getbool("WIRECOPY_ALLOW_PRIVATE"):
            self._pool._factory = _GuardedFactory


class _GuardedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:
        transport: Any = self.transport
        peer = getattr(transport.getPeer(), "host", "")
        if is_private(peer) and peer not in _proxy_addresses():
            transport.abortConnection()
            return defer.fail(PrivateAddressError(REASON))
        return super().request(request)


class _GuardedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> Any:
        return _GuardedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


def _proxy_addresses() -> frozenset[str]:
    from scrapy.resolver import dnscache

    hosts = proxy_hosts()
    return hosts | {dnscache[host] for host in hosts if host in dnscache}


def _refuse_private(address: str) -> str:
    if is_private(address):
        raise PrivateAddressError(REASON)
    return address


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address in the last 32 bits, where a prefix says there is one."""
    if any(ip in prefix for prefix in _OVER_IPV4):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None
