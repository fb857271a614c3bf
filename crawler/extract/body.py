"""Find the body: which blocks of the page are the article's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extract.body_candidates import Candidate, cut, key_of
from crawler.extract.body_choice import Choice, Known, choose
from crawler.extract.body_scripts import read_scripts
from crawler.extract.body_witness import mark, mark_densest, read_trafilatura
from dedupe.block import Block

if TYPE_CHECKING:
    from crawler.extract.page import Page

# Fewer letters than this, and other witnesses are heard.
_ENOUGH = 200
# What parts a headline from the outlet's name in a title.
_TAILS = re.compile(r"\s+[|–—·:»-]+\s+|\s*[|｜_]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The blocks of an article in order, the standfirst, and the deciding witness."""

    blocks: tuple[Block, ...]
    extractor: str
    subheadline: str | None = None


def find_body(page: Page) -> Body:
    """Find the blocks of the article; none where the page has no text of its own.

    trafilatura is heard first, then the JSON-LD's articleBody, then the densest run of
    paragraphs, and last the HTML that a script of the page would have put in place.
    """
    known = _known(page)
    candidates = cut(page.tree)
    best = Body(blocks=(), extractor="")
    for witness in (_by_trafilatura, _by_density, _by_script):
        found, name = witness(page, candidates)
        choice = choose(found, known)
        if _letters(choice) > 2 * sum(len(key_of(b.text)) for b in best.blocks):
            best = _body(choice, name)
        if _letters(choice) >= _ENOUGH:
            break
    return best


def _by_trafilatura(
    page: Page, candidates: list[Candidate]
) -> tuple[list[Candidate], str]:
    written = [
        record["articleBody"]
        for record in page.jsonld
        if isinstance(record.get("articleBody"), str)
    ]
    mark(candidates, [read_trafilatura(page), *written])
    return candidates, "trafilatura"


def _by_density(page: Page, candidates: list[Candidate]) -> tuple[list[Candidate], str]:
    mark_densest(candidates)
    return candidates, "density"


def _by_script(page: Page, candidates: list[Candidate]) -> tuple[list[Candidate], str]:
    return read_scripts(page), "script"


def _letters(choice: Choice) -> int:
    return sum(candidate.letters for candidate in choice.kept)


def _body(choice: Choice, extractor: str) -> Body:
    return Body(
        blocks=tuple(Block(c.text, c.kind) for c in choice.kept),
        extractor=extractor,
        subheadline=choice.standfirst.text if choice.standfirst else None,
    )


def _known(page: Page) -> Known:
    printed = [h1.text_content() for h1 in page.tree.iter("h1")]
    printed += [page.tree.findtext(".//title") or ""]
    printed += page.meta.get("og:title", []) + page.meta.get("twitter:title", [])
    described = [
        text
        for name in ("og:description", "description", "twitter:description")
        for text in page.meta.get(name, [])
    ]
    for record in page.jsonld:
        printed += [text for text in [record.get("headline")] if isinstance(text, str)]
        text = record.get("description")
        described += [text] if isinstance(text, str) else []
    return Known(
        headlines=frozenset(key for text in printed for key in _headline_keys(text)),
        descriptions=frozenset(key_of(text).casefold() for text in described),
    )


def _headline_keys(text: str) -> list[str]:
    parts = _TAILS.split(text)
    heads = ["".join(parts[:end]) for end in (len(parts), -1, -2)]
    keys = [key_of(head).casefold() for head in heads]
    return [key for key in keys if len(key) >= 10]
