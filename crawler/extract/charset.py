"""Bytes to text, whatever the page says about its own charset."""

from __future__ import annotations

from w3lib.encoding import html_to_unicode


def decode(html: bytes, content_type: str | None = None) -> str:
    """Decode a page; *content_type* is the HTTP header, where there was one."""
    return html_to_unicode(content_type, html)[1]
