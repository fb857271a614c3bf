"""Why a fetch failed, in a few fixed phrases that can be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError
from twisted.web.client import ResponseFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

# Everything that a request can end with through no fault of ours.
DOWNLOAD_ERRORS: tuple[type[Exception], ...] = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    TunnelError,
    ConnectError,
    ResponseFailed,
    OSError,
    ValueError,
)
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "host not found"),
    (DownloadCancelledError, "body too large"),
    (DownloadConnectionRefusedError, "connection refused"),
    (DownloadTimeoutError, "timeout"),
    (ResponseDataLossError, "body cut short"),
    (UnsupportedURLSchemeError, "unsupported URL scheme"),
    (TunnelError, "proxy refused the tunnel"),
    (DownloadFailedError, "connection lost"),
    (ResponseFailed, "connection lost"),
    (ConnectError, "connection failed"),
)
# What the outlet's server did, unlike a page that robots.txt forbids.
_TLS = ("SSL", "certificate", "tls")


def reason_of(error: BaseException) -> str:
    """Name what went wrong, in words that are the same for the same fault."""
    text = str(error)
    if isinstance(error, IgnoreRequest):
        if "exceeded" in text:
            return "body too large"
        if "max redirections" in text:
            return "redirect loop"
        return text.split("\n")[0][:80] or "refused"
    if any(sign in part for part in _chain(error) for sign in _TLS):
        return "broken TLS"
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    return type(error).__name__


def _chain(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield repr(current)
        current = current.__cause__ or current.__context__
