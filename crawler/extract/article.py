"""A page in, an article out."""

from __future__ import annotations

from crawler.errors import NotAnArticle
from crawler.extract.body import find_body
from crawler.extract.page import read_page
from storage.article import Article


def extract(html: bytes | str, url: str, *, content_type: str | None = None) -> Article:
    """Take the article out of a page.

    *content_type* is the HTTP header of that name, which may declare the charset.
    Raises NotAnArticle, and nothing else, with the reason in ``reason``.
    """
    page = read_page(html, url, content_type=content_type)
    body = find_body(page)
    if not body.blocks:
        raise NotAnArticle("empty page")
    return Article(
        url=url,
        headline=" ".join((page.tree.findtext(".//title") or "").split()),
        blocks=body.blocks,
        subheadline=body.subheadline,
        extractor=body.extractor,
    )
