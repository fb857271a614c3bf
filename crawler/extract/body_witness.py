"""Who else says that a block belongs to the article: trafilatura, and the JSON-LD."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

import trafilatura

from crawler.extract.body_keys import key_of, size_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.extract.body_candidates import Candidate, Node
    from crawler.extract.page import Page

logger = logging.getLogger(__name__)

# A key this long is not found in a stranger's text by chance.
_LONG = 20
# So many pictures that say something are a gallery.
_GALLERY = 3


def read_trafilatura(page: Page) -> str:
    """The text that trafilatura takes for the article's, one block a line."""
    try:
        # fast: its own comparison with two other extractors costs as much again and
        # changes few pages. deduplicate is a process-wide cache: never.
        document = trafilatura.bare_extraction(
            page.tree, fast=True, include_comments=False, with_metadata=False
        )
    except Exception:  # a broken page breaks it in many ways, and we have other means
        logger.debug("trafilatura failed on %(url)s", {"url": page.url}, exc_info=True)
        return ""
    return getattr(document, "text", None) or ""


def mark(candidates: list[Candidate], texts: list[str]) -> None:
    """Mark the candidates that one of *texts* holds, and count up to the root."""
    lines = {key_of(line) for text in texts for line in text.splitlines()}
    flat = "\0".join(key_of(text) for text in texts)
    for candidate in candidates:
        key = candidate.key
        candidate.witnessed = bool(key) and (
            key in lines or (candidate.letters >= _LONG and key in flat)
        )
    for row in _rows(candidates):
        key = "".join(cell.key for cell in row)
        if key in lines or (size_of(key) >= _LONG and key in flat):
            for cell in row:
                cell.witnessed = True
    count(candidates)


def mark_densest(candidates: list[Candidate]) -> None:
    """Mark the paragraphs under the element that holds the most running text."""
    weights: Counter[Node] = Counter()
    for candidate in candidates:
        if _is_paragraph(candidate) and candidate.node.parent is not None:
            weights[candidate.node.parent] += candidate.letters
    if not weights:
        return
    densest, _ = weights.most_common(1)[0]
    for candidate in candidates:
        candidate.witnessed = (
            _is_paragraph(candidate) and candidate.node.parent is densest
        )
    count(candidates)


def mark_captions(candidates: list[Candidate]) -> None:
    """Mark the captions, where there are enough for a gallery."""
    captions = [c for c in candidates if c.kind == "caption" and _is_said(c)]
    for candidate in candidates:
        candidate.witnessed = len(captions) >= _GALLERY and candidate in captions
    count(candidates)


def _is_said(candidate: Candidate) -> bool:
    return candidate.letters >= _LONG and candidate.linked * 3 <= candidate.letters


def _is_paragraph(candidate: Candidate) -> bool:
    return (
        candidate.kind == "paragraph"
        and candidate.letters >= 2 * _LONG
        and candidate.linked * 3 <= candidate.letters
    )


def _rows(candidates: Iterable[Candidate]) -> Iterable[list[Candidate]]:
    rows: dict[Node, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.kind == "cell":
            node: Node | None = candidate.node
            while node is not None and node.tag != "tr":
                node = node.parent
            if node is not None:
                rows.setdefault(node, []).append(candidate)
    return rows.values()


def count(candidates: Iterable[Candidate]) -> None:
    """Count the letters of every element, anew."""
    seen: set[Node] = set()
    for candidate in candidates:
        node: Node | None = candidate.node
        letters, linked = candidate.letters, candidate.linked
        witnessed = letters if candidate.witnessed else 0
        is_link = candidate.is_link
        while node is not None:
            if node not in seen:
                seen.add(node)
                node.letters = node.linked = node.links = node.witnessed = 0
            node.letters += letters
            node.linked += linked
            node.links += is_link
            node.witnessed += witnessed
            node = node.parent
