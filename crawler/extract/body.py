"""Find the body: which blocks of the page are the article's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from crawler.extract.body_candidates import Candidate, cut
from crawler.extract.body_choice import Choice, choose
from crawler.extract.body_keys import key_of, size_of
from crawler.extract.body_layout import Known
from crawler.extract.body_scripts import read_records, read_scripts, written_bodies
from crawler.extract.body_witness import (
    mark,
    mark_captions,
    mark_densest,
    read_trafilatura,
)
from crawler.extract.rules import select
from dedupe.block import Block

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.extract.page import Page
    from crawler.extract.rules import Rule

# Fewer letters than this, and other witnesses are heard.
_ENOUGH = 200  # letters
# trafilatura takes minutes over a page of more blocks, or deeper ones, than this.
_MANY = 10_000
_is_deep = etree.XPath("boolean(descendant::*[count(ancestor::*) > 300])")
# What parts a headline from the outlet's name in a title.
_TAILS = re.compile(r"\s+[|–—·:»-]+\s+|\s*[|｜_]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The blocks of an article in order, the standfirst, and the deciding witness.

    *beside* holds the places of blocks that stand beside the text: captions, and the
    headline again. *links* counts the page's blocks that are links and nothing else, *holders* the
    articles, sections and list items with such a link that the body's stand in.
    """

    blocks: tuple[Block, ...]
    extractor: str
    subheadline: str | None = None
    beside: frozenset[int] = frozenset()
    links: int = 0
    holders: int = 0

    @property
    def letters(self) -> int:
        """The letters and digits of the blocks."""
        return sum(size_of(key_of(block.text)) for block in self.blocks)


def find_body(page: Page, rule: Rule | None = None) -> Body:
    """Find the blocks of the article; none where the page has no text of its own.

    The outlet's own *rule* decides where it selects anything. Else trafilatura is
    heard, and the JSON-LD's articleBody; where they find next to nothing the densest
    run of paragraphs, and last the HTML that a script would have put in place.
    """
    known = _known(page)
    candidates = cut(page.tree)
    if rule:
        candidates = _without(candidates, select(page.tree, rule.drop))
        ruled = _by_rule(page, candidates, rule, known)
        if ruled:
            return ruled
    best = _body(Choice([], None), "", candidates, known)
    for witness in _WITNESSES:
        found, name = witness(page, candidates)
        choice = choose(found, known)
        if _letters(choice) > 2 * best.letters:
            best = _body(choice, name, candidates, known)
        if _letters(choice) >= _ENOUGH:
            break
    return best


def _by_rule(
    page: Page, candidates: list[Candidate], rule: Rule, known: Known
) -> Body | None:
    chosen = select(page.tree, (rule.body,)) if rule.body else set()
    kept = [
        c
        for c in candidates
        if c.key.casefold() not in known.headlines and c.stands_in(chosen)
    ]
    return _body(Choice(kept, None), "rule", candidates, known) if kept else None


def _without(candidates: list[Candidate], dropped: set[HtmlElement]) -> list[Candidate]:
    return [c for c in candidates if not c.stands_in(dropped)]


def _by_trafilatura(
    page: Page, candidates: list[Candidate]
) -> tuple[list[Candidate], str]:
    written = written_bodies(page)
    if 0 < len(candidates) <= _MANY and not _is_deep(page.tree):
        written.append(read_trafilatura(page))
    mark(candidates, written)
    return candidates, "trafilatura"


def _by_density(page: Page, candidates: list[Candidate]) -> tuple[list[Candidate], str]:
    mark_densest(candidates)
    return candidates, "density"


def _by_script(page: Page, candidates: list[Candidate]) -> tuple[list[Candidate], str]:
    return read_scripts(page), "script"


def _by_captions(
    page: Page, candidates: list[Candidate]
) -> tuple[list[Candidate], str]:
    mark_captions(candidates)
    return candidates, "captions"


def _by_record(page: Page, candidates: list[Candidate]) -> tuple[list[Candidate], str]:
    return read_records(page), "json-ld"


# From the surest to the least sure; the next is heard where one finds next to nothing.
_WITNESSES = (_by_trafilatura, _by_density, _by_captions, _by_record, _by_script)


def _letters(choice: Choice) -> int:
    return sum(candidate.letters for candidate in choice.kept)


def _body(choice: Choice, extractor: str, page: list[Candidate], known: Known) -> Body:
    return Body(
        beside=frozenset(
            place
            for place, c in enumerate(choice.kept)
            if c.kind == "caption" or known.is_headline(c)
        ),
        blocks=tuple(Block(c.text, c.kind) for c in choice.kept),
        extractor=extractor,
        subheadline=choice.standfirst.text if choice.standfirst else None,
        links=sum(c.is_link for c in page),
        holders=len({c.holder for c in choice.kept} - {None}),
    )


def _known(page: Page) -> Known:
    printed = [page.tree.findtext(".//title") or ""]
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
    headings = [h1.text_content() for h1 in page.tree.iter("h1")]
    titles = frozenset(key for text in printed for key in _headline_keys(text))
    return Known(
        titles=titles,
        headlines=titles | {key for text in headings for key in _headline_keys(text)},
        descriptions=frozenset(key_of(text).casefold() for text in described),
    )


def _headline_keys(text: str) -> list[str]:
    parts = _TAILS.split(text)
    heads = ["".join(parts[:end]) for end in (len(parts), -1, -2)]
    keys = [key_of(head).casefold() for head in heads]
    return [key for key in keys if size_of(key) >= 10]
