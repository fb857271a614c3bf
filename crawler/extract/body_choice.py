"""Choose, among the blocks of a page, those that are its article's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extract.body_candidates import upwards
from crawler.extract.body_ends import find_standfirst, trim
from crawler.extract.body_layout import (
    SENTENCE,
    ZONE_SHARE,
    Known,
    Layout,
    form_of,
    is_running,
    is_text,
)
from crawler.extract.body_phrases import is_furniture
from crawler.extract.body_zones import FOREIGN
from dedupe.source_lines import is_source_line

if TYPE_CHECKING:
    from crawler.extract.body_candidates import Candidate, Node

# Quoted posts stand in elements named after the network that they come from.
_FOREIGN_TO_QUOTES = frozenset({"menu", "comments", "related", "footer", "author"})
_FOREIGN_TO_CAPTIONS = FOREIGN - {"byline"}


@dataclass(slots=True)
class Choice:
    """The candidates of the body in order, and the standfirst's, where there is one."""

    kept: list[Candidate]
    standfirst: Candidate | None


class _Chooser:
    """Decides on one page; the rules run from the surest to the least sure."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.heads = self._find_heads()

    def choose(self) -> Choice:
        if self.layout.box is None:
            return Choice([], None)
        kept = [c for c in self.layout.candidates if self._keeps(c)]
        standfirst = find_standfirst(self.layout, kept)
        kept = trim(self.layout, [c for c in kept if c is not standfirst])
        return Choice(kept, standfirst)

    def _keeps(self, candidate: Candidate) -> bool:
        key = candidate.key.casefold()
        if not key or candidate.node.tag == "h1":
            return False
        # A closing source line, linked or not, and the headline again are for the
        # cleaning to take out, and to record.
        if is_source_line(candidate.text):
            return self.layout.is_inside(candidate)
        if candidate.linked > 0.75 * candidate.letters:
            return False
        if self.layout.known.is_headline(candidate):
            return self.layout.is_fenced(candidate)
        if candidate.kind == "caption":
            return self._is_caption(candidate)
        if not self._is_claimed(candidate):
            return False
        return not (
            self.layout.zones(candidate) & self._foreign(candidate)
            or self._is_teaser(candidate)
            or is_furniture(candidate)
        )

    def _is_caption(self, candidate: Candidate) -> bool:
        """Whether the block is the caption of one of the article's pictures."""
        return (
            self.layout.is_fenced(candidate)
            and is_text(candidate)
            and not self.layout.zones(candidate) & _FOREIGN_TO_CAPTIONS
        )

    def _is_claimed(self, candidate: Candidate) -> bool:
        """Whether a witness, or the company that it keeps, speaks for a block."""
        inside = self.layout.is_inside(candidate)
        if inside and candidate.witnessed:
            return True
        if self._has_form(candidate, inside):
            return True
        if not inside or not is_text(candidate):
            return False
        if candidate.kind == "subhead":
            return self._heads_text(candidate)
        if candidate.node in self.layout.broken:
            return candidate.kind == "paragraph"
        if candidate.kind == "list item" and candidate.letters >= SENTENCE:
            return self._is_list_in_text(candidate)
        return candidate.kind == "quote" and candidate.letters >= SENTENCE

    def _heads_text(self, candidate: Candidate) -> bool:
        """Whether a subhead stands among paragraphs of the text, or right above one."""
        return (
            self.layout.parents[candidate.node.parent] >= 2 or candidate in self.heads
        )

    def _find_heads(self) -> set[Candidate]:
        pairs = zip(self.layout.candidates, self.layout.candidates[1:], strict=False)
        return {
            one
            for one, next_ in pairs
            if one.kind == "subhead" and next_.witnessed and is_running(next_)
        }

    def _is_list_in_text(self, candidate: Candidate) -> bool:
        """Whether the item's list stands among the paragraphs of the text."""
        for node in upwards(candidate.node):
            if node.tag in {"ul", "ol"}:
                return not node.links and self.layout.parents[node.parent] >= 2
        return False

    def _has_form(self, candidate: Candidate, inside: bool) -> bool:
        """Whether the block looks like the witnessed paragraphs of the page."""
        form = form_of(candidate.node)
        if (
            form not in self.layout.forms
            or not is_text(candidate)
            or candidate.letters < 10
        ):
            return False
        if inside:
            return candidate.node.tag == "p" or bool(form[1])
        return bool(form[1] or form[3]) and self.layout.is_fenced(candidate)

    def _foreign(self, candidate: Candidate) -> frozenset[str]:
        is_quote = candidate.kind == "quote"
        return _FOREIGN_TO_QUOTES if is_quote else FOREIGN | {"caption"}

    def _is_teaser(self, candidate: Candidate) -> bool:
        """Whether the block stands in a card with a linked headline."""
        for node in upwards(candidate.node):
            if (
                node is self.layout.box
                or self.layout.weights[node] >= 0.1 * self.layout.total
            ):
                return False
            if (
                node.names
                and self.layout.families[form_of(node)]
                >= ZONE_SHARE * self.layout.total
            ):
                # One of the posts that the article is made of.
                return False
            if node.links and node.linked >= 0.25 * node.letters:
                return True
        return False


def choose(candidates: list[Candidate], known: Known) -> Choice:
    """Choose the article's blocks among *candidates*, which witnesses have marked."""
    return _Chooser(Layout(_of_one_article(candidates, known), known)).choose()


def _of_one_article(candidates: list[Candidate], known: Known) -> list[Candidate]:
    """*candidates* without other articles that the page loads below its own.

    They are articles with an h1 of their own, where one has the page's.
    """
    heads = [c for c in candidates if c.node.tag == "h1"]
    if len(heads) < 2:
        return candidates
    own: set[Node] = set()
    others: set[Node] = set()
    for head in heads:
        article = next((n for n in upwards(head.node) if n.tag == "article"), None)
        if article is not None:
            is_own = head.key.casefold() in known.titles
            (own if is_own else others).add(article)
    others -= {node for article in own for node in upwards(article)}
    if not own or not others:
        return candidates
    return [c for c in candidates if others.isdisjoint(upwards(c.node))]
