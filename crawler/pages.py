"""What a fetch came to: the row of pages and its reason, in words that are counted."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.rechecks import after_article, after_failure
from storage.warc_writer import Exchange

if TYPE_CHECKING:
    from datetime import datetime

    from scrapy.http import Headers, Response

    from storage.crawl_state import PageState


def digest(body: bytes) -> str:
    """Return the content hash of a page's bytes."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def exchange_of(response: Response, fetched: datetime) -> Exchange:
    """Return the request and response as the archive keeps them."""
    assert response.request is not None
    return Exchange(
        url=response.url,
        status=response.status,
        request_headers=_headers(response.request.headers),
        response_headers=_headers(response.headers),
        body=response.body,
        fetched=fetched,
        ip=str(response.ip_address) if response.ip_address else None,
    )


def _headers(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]


def validators(page: PageState) -> dict[str, str]:
    """Return the headers that ask for *page* only if it has changed."""
    named = {"If-None-Match": page.etag, "If-Modified-Since": page.last_modified}
    return {name: value for name, value in named.items() if value}


def fetched(page: PageState, response: Response, *, now: float) -> PageState:
    """Note on *page* that *response* came: status, validators, times, hash."""
    if response.status == 304:
        return replace(page, status=304, last_fetched=now, fetches=page.fetches + 1)
    content_hash = digest(response.body)
    is_changed = content_hash != page.content_hash
    return replace(
        page,
        status=response.status,
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
        content_hash=content_hash,
        first_fetched=page.first_fetched or now,
        last_fetched=now,
        changed=now if is_changed else page.changed,
        fetches=page.fetches + 1,
        changes=page.changes + (is_changed and page.content_hash is not None),
        reason=None,
    )


def is_article(page: PageState, *, now: float, changed: bool) -> PageState:
    """Note that an article was read from *page*, and schedule the next look."""
    return after_article(replace(page, outcome="article"), now=now, changed=changed)


def unchanged(page: PageState, *, now: float) -> PageState:
    """Note that the bytes are those of the last fetch, and schedule the next look."""
    if page.outcome != "article":
        return replace(page, next_check=None, failures=0)
    return after_article(page, now=now, changed=False)


def is_no_article(page: PageState, reason: str) -> PageState:
    """Note that *page* holds no article, and why; it is not asked for again."""
    return replace(
        page, outcome="not an article", reason=reason, next_check=None, failures=0
    )


def failed(
    page: PageState,
    reason: str,
    *,
    now: float,
    status: int | None = None,
    wait: float | None = None,
) -> PageState:
    """Note that a fetch failed, and schedule the retry.

    An article that was read before stays one: it is the second look that failed.
    """
    outcome = page.outcome if page.outcome in {"article", "listing"} else "failed"
    page = replace(
        page,
        outcome=outcome,
        reason=reason,
        status=status,
        first_fetched=page.first_fetched or now,
        last_fetched=now,
        fetches=page.fetches + 1,
    )
    return after_failure(page, now=now, status=status, wait=wait)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    # A validator that is longer is no validator but an attack on our disk.
    return value.decode("latin-1")[:500] if value else None
