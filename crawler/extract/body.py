"""Find the body: which blocks of the page are the article's."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import trafilatura

from dedupe.block import Block

if TYPE_CHECKING:
    from crawler.extract.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The blocks of an article in order, and the witness that decided."""

    blocks: tuple[Block, ...]
    extractor: str
    subheadline: str | None = None


def find_body(page: Page) -> Body:
    """Find the blocks of the article; none where the page has no text of its own."""
    document = trafilatura.bare_extraction(
        copy(page.tree), fast=True, include_comments=False, with_metadata=False
    )
    text = getattr(document, "text", None) or ""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return Body(blocks=tuple(Block(line) for line in lines if line), extractor="body")
