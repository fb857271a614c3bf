"""Tell the pages that are no article, and what they are instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.errors import NotAnArticle

if TYPE_CHECKING:
    from crawler.extract.body import Body
    from crawler.extract.page import Page


def refuse(page: Page, body: Body) -> None:
    """Raise NotAnArticle where *page* is something else, with a reason to count."""
    if not body.blocks:
        raise NotAnArticle("empty page")
