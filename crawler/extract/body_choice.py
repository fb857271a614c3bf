"""Choose, among the blocks of a page, those that are its article's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extract.body_candidates import upwards
from crawler.extract.body_keys import size_of
from crawler.extract.body_phrases import is_date_line, is_furniture
from crawler.extract.body_zones import zones_of
from dedupe.source_lines import is_source_line

if TYPE_CHECKING:
    from crawler.extract.body_candidates import Candidate, Node

# The share of the running text that the article's own container holds.
_BOX_SHARE = 0.85
# A zone that holds more of the running text than this was named for something else.
_ZONE_SHARE = 0.3
# A form of paragraph that makes up this share of the running text is the article's.
_FORM_SHARE = 0.1
_SENTENCE = 20  # letters
_ENOUGH = 200  # letters
_LONG = 80  # letters
_ENDS = (".", "?", "!", ":", "؟", "。", "？", "।")
_FOREIGN = frozenset(
    [
        "menu",
        "aside",
        "footer",
        "comments",
        "related",
        "share",
        "newsletter",
        "author",
        "advert",
        "player",
        "consent",
        "form",
        "tags",
        "tools",
        "byline",
    ]
)
# Quoted posts stand in elements named after the network that they come from.
_FOREIGN_TO_QUOTES = frozenset({"menu", "comments", "related", "footer", "author"})
_FOREIGN_TO_CAPTIONS = _FOREIGN - {"byline"}

Form = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the page says elsewhere, as folded keys: its headlines, its descriptions.

    *titles* are the headlines that its head and markup name.
    """

    headlines: frozenset[str]
    descriptions: frozenset[str]
    titles: frozenset[str] = frozenset()

    def is_headline(self, candidate: Candidate) -> bool:
        """Whether the block says one of the page's headlines, and nothing else."""
        return candidate.key.casefold() in self.headlines


@dataclass(slots=True)
class Choice:
    """The candidates of the body in order, and the standfirst's, where there is one."""

    kept: list[Candidate]
    standfirst: Candidate | None


def _form(node: Node) -> Form:
    above = node.parent
    if above is None:
        return (node.tag, node.names, "", "")
    return (node.tag, node.names, above.tag, above.names)


def _is_text(candidate: Candidate) -> bool:
    return candidate.linked * 2 <= candidate.letters


_RUNNING = frozenset({"paragraph", "quote", "list item"})


def _is_running(candidate: Candidate) -> bool:
    return (
        candidate.kind in _RUNNING
        and candidate.letters >= _SENTENCE
        and _is_text(candidate)
    )


class Chooser:
    """Decides on one page; the rules run from the surest to the least sure."""

    def __init__(self, candidates: list[Candidate], known: Known) -> None:
        self.candidates = candidates
        self.known = known
        self.running = [c for c in candidates if c.witnessed and _is_running(c)]
        self.zones: dict[Node, frozenset[str]] = {}
        self.running = self._without_comments(self.running)
        if not self.running:
            # Nothing but captions was named: a gallery.
            self.running = [c for c in candidates if c.witnessed and _is_text(c)]
        self.total = sum(c.letters for c in self.running)
        self.weights: Counter[Node] = Counter()
        for candidate in self.running:
            for node in upwards(candidate.node):
                self.weights[node] += candidate.letters
        self.families: Counter[Form] = Counter()
        for node, weight in self.weights.items():
            self.families[_form(node)] += weight
        self.box = self._find_box()
        self.fence = self._find_fence()
        self.forms = self._find_forms()
        self.shapes = Counter(_form(c.node) for c in candidates if _is_running(c))
        self.parents = Counter(c.node.parent for c in self.running)
        self.heads = self._find_heads()
        # Elements with text of the article that line breaks part.
        self.broken = {c.node for c in self.running}

    def choose(self) -> Choice:
        if self.box is None:
            return Choice([], None)
        kept = [c for c in self.candidates if self._keeps(c)]
        standfirst = self._find_standfirst(kept)
        kept = self._trim([c for c in kept if c is not standfirst])
        return Choice(kept, standfirst)

    def _without_comments(self, running: list[Candidate]) -> list[Candidate]:
        """*running* without what stands among comments, where there is enough beside.

        Readers often say more than the article does.
        """
        own = [
            c
            for c in running
            if not any("comments" in self._zones_of(node) for node in upwards(c.node))
        ]
        return own if sum(c.letters for c in own) >= _ENOUGH else running

    def _zones_of(self, node: Node) -> frozenset[str]:
        if node not in self.zones:
            self.zones[node] = zones_of(node)
        return self.zones[node]

    def _find_box(self) -> Node | None:
        holders = [
            node
            for node, weight in self.weights.items()
            if weight >= _BOX_SHARE * self.total
        ]
        return max(holders, key=lambda node: node.depth, default=None)

    def _find_fence(self) -> Node | None:
        """The article or main element around the box: a page may hold several."""
        for node in upwards(self.box):
            if node.tag in {"article", "main"}:
                return node
        return None

    def _find_forms(self) -> dict[Form, int]:
        forms: Counter[Form] = Counter()
        for candidate in self.running:
            if candidate.kind == "paragraph":
                forms[_form(candidate.node)] += candidate.letters
        least = _FORM_SHARE * self.total
        return {form: letters for form, letters in forms.items() if letters >= least}

    def _keeps(self, candidate: Candidate) -> bool:
        key = candidate.key.casefold()
        if not key or candidate.node.tag == "h1":
            return False
        # A closing source line, linked or not, and the headline again are for the
        # cleaning to take out, and to record.
        if is_source_line(candidate.text):
            return self._is_inside(candidate)
        if candidate.linked > 0.75 * candidate.letters:
            return False
        if self.known.is_headline(candidate):
            return self._is_fenced(candidate)
        if candidate.kind == "caption":
            return self._is_caption(candidate)
        if not self._is_claimed(candidate):
            return False
        return not (
            self._zones(candidate) & self._foreign(candidate)
            or self._is_teaser(candidate)
            or is_furniture(candidate)
        )

    def _is_inside(self, candidate: Candidate) -> bool:
        return any(node is self.box for node in upwards(candidate.node))

    def _is_fenced(self, candidate: Candidate) -> bool:
        return self._is_inside(candidate) or any(
            node is self.fence for node in upwards(candidate.node)
        )

    def _is_caption(self, candidate: Candidate) -> bool:
        """Whether the block is the caption of one of the article's pictures."""
        return (
            self._is_fenced(candidate)
            and _is_text(candidate)
            and not self._zones(candidate) & _FOREIGN_TO_CAPTIONS
        )

    def _is_claimed(self, candidate: Candidate) -> bool:
        """Whether a witness, or the company that it keeps, speaks for a block."""
        inside = self._is_inside(candidate)
        if inside and candidate.witnessed:
            return True
        if self._has_form(candidate, inside):
            return True
        if not inside or not _is_text(candidate):
            return False
        if candidate.kind == "subhead":
            return self._heads_text(candidate)
        if candidate.node in self.broken:
            return candidate.kind == "paragraph"
        if candidate.kind == "list item" and candidate.letters >= _SENTENCE:
            return self._is_list_in_text(candidate)
        return candidate.kind == "quote" and candidate.letters >= _SENTENCE

    def _heads_text(self, candidate: Candidate) -> bool:
        """Whether a subhead stands among paragraphs of the text, or right above one."""
        return self.parents[candidate.node.parent] >= 2 or candidate in self.heads

    def _find_heads(self) -> set[Candidate]:
        pairs = zip(self.candidates, self.candidates[1:], strict=False)
        return {
            one
            for one, next_ in pairs
            if one.kind == "subhead" and next_.witnessed and _is_running(next_)
        }

    def _is_list_in_text(self, candidate: Candidate) -> bool:
        """Whether the item's list stands among the paragraphs of the text."""
        for node in upwards(candidate.node):
            if node.tag in {"ul", "ol"}:
                return not node.links and self.parents[node.parent] >= 2
        return False

    def _has_form(self, candidate: Candidate, inside: bool) -> bool:
        """Whether the block looks like the witnessed paragraphs of the page."""
        form = _form(candidate.node)
        if form not in self.forms or not _is_text(candidate) or candidate.letters < 10:
            return False
        if inside:
            return candidate.node.tag == "p" or bool(form[1])
        return bool(form[1] or form[3]) and self._is_fenced(candidate)

    def _foreign(self, candidate: Candidate) -> frozenset[str]:
        is_quote = candidate.kind == "quote"
        return _FOREIGN_TO_QUOTES if is_quote else _FOREIGN | {"caption"}

    def _zones(self, candidate: Candidate) -> frozenset[str]:
        """The zones around a block, below the box, that hold little of the text."""
        found: set[str] = set()
        for node in upwards(candidate.node):
            if node is self.box:
                break
            if self.weights[node] < _ZONE_SHARE * self.total:
                found |= self._zones_of(node)
        return frozenset(found)

    def _is_teaser(self, candidate: Candidate) -> bool:
        """Whether the block stands in a card with a linked headline."""
        for node in upwards(candidate.node):
            if node is self.box or self.weights[node] >= 0.1 * self.total:
                return False
            if node.names and self.families[_form(node)] >= _ZONE_SHARE * self.total:
                # One of the posts that the article is made of.
                return False
            if node.links and node.linked >= 0.25 * node.letters:
                return True
        return False

    def _find_standfirst(self, kept: list[Candidate]) -> Candidate | None:
        """The block above the text that the page uses to describe itself."""
        first = next((c for c in kept if self._is_lead(c)), None)
        above: list[Candidate] = []
        for candidate in self.candidates:
            if candidate is first:
                break
            if candidate.node.tag == "h1":
                above = []
            above.append(candidate)
        for candidate in above[:40]:
            if self._is_standfirst(candidate):
                return candidate
        return None

    def _is_lead(self, candidate: Candidate) -> bool:
        """Whether the block is an ordinary paragraph of the article."""
        return (
            _is_running(candidate)
            and _form(candidate.node) in self.forms
            and "standfirst" not in zones_of(candidate.node)
            and not self._is_apart(candidate)
        )

    def _is_apart(self, candidate: Candidate) -> bool:
        """Whether the block says the description in a form that no other block has."""
        form = _form(candidate.node)
        return (
            bool(form[1] or form[2] == "header")
            and self.shapes[form] == 1
            and self._describes(candidate.key.casefold())
        )

    def _is_standfirst(self, candidate: Candidate) -> bool:
        key = candidate.key.casefold()
        if (
            candidate.letters < _SENTENCE
            or candidate.node.tag == "h1"
            or candidate.kind in {"caption", "cell"}
            or self.known.is_headline(candidate)
            or not _is_text(candidate)
            or self._zones(candidate) & (_FOREIGN - {"byline"})
        ):
            return False
        nearest = set[str]()
        for node, _ in zip(upwards(candidate.node), range(3), strict=False):
            if node is self.box:
                break
            nearest |= zones_of(node)
        return "standfirst" in nearest or self._describes(key)

    def _describes(self, key: str) -> bool:
        return any(
            key == description
            or (size_of(key) >= 60 and description.startswith(key[:60]))
            for description in self.known.descriptions
        )

    def _trim(self, kept: list[Candidate]) -> list[Candidate]:
        """Drop short lines above the first paragraph, and subheads below the last."""
        start = 0
        while start < len(kept) and not self._opens(kept[start]):
            if self._is_first_of_many(kept, start):
                break
            start += 1
        end = len(kept)
        while end > start and kept[end - 1].kind == "subhead":
            end -= 1
        return kept[start:end] if start < end else kept

    def _is_first_of_many(self, kept: list[Candidate], at: int) -> bool:
        """Whether a subhead above the first paragraph is the first of a list's."""
        first = kept[at]
        return (
            first.kind == "subhead"
            and self._opens(next(iter(kept[at + 1 :]), first))
            and sum(_form(c.node) == _form(first.node) for c in kept[at:]) >= 3
        )

    def _opens(self, candidate: Candidate) -> bool:
        if candidate.kind == "subhead" or is_date_line(candidate):
            return False
        if candidate.kind in {"caption", "cell"} or candidate.letters >= _LONG:
            return True
        if self.known.is_headline(candidate):
            return True
        return _form(candidate.node) in self.forms and (
            candidate.letters >= _SENTENCE or candidate.text.endswith(_ENDS)
        )


def choose(candidates: list[Candidate], known: Known) -> Choice:
    """Choose the article's blocks among *candidates*, which witnesses have marked."""
    return Chooser(_of_one_article(candidates, known), known).choose()


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
