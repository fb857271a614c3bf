"""From https to http, for an outlet that does not answer the one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from storage.urls import bare_host

if TYPE_CHECKING:
    from crawler.frontier import OutletQueue

# What a request ends with where nobody, or nobody who speaks TLS, is at the port.
_SILENCE = (
    "broken TLS",
    "connection failed",
    "connection lost",
    "connection refused",
    "proxy refused the tunnel",
    "timeout",
)


def note_answer(queue: OutletQueue, url: str) -> None:
    """Note that the outlet's host answers https, if that was asked."""
    if _is_secure(queue, url):
        queue.answers_https = True


def falls_back(queue: OutletQueue, url: str, reason: str) -> bool:
    """Tell whether *url*, which failed with *reason*, is to be asked with http.

    From then on every URL of the host is, in this run.
    """
    if queue.answers_https or not _is_secure(queue, url):
        return False
    if not reason.endswith(_SILENCE):
        return False
    queue.answers_https = False
    return True


def address(queue: OutletQueue, url: str) -> str:
    """Return the URL to ask for *url*: with http where https is not answered."""
    if queue.answers_https is False and _is_secure(queue, url):
        return f"http{url[5:]}"
    return url


def _is_secure(queue: OutletQueue, url: str) -> bool:
    parts = urlsplit(url)
    host = bare_host(parts.hostname or "")
    # A port that was named is meant, and answers the one or the other.
    return parts.scheme == "https" and not parts.port and host == queue.outlet.host
