"""How a page lays its article out: where it stands, and what its blocks look like."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extract.body_candidates import upwards
from crawler.extract.body_shelves import find_shelves
from crawler.extract.body_zones import zones_of

if TYPE_CHECKING:
    from crawler.extract.body_candidates import Candidate, Node

# The share of the running text that the article's own container holds.
_BOX_SHARE = 0.85
# A zone that holds more of the running text than this was named for something else.
ZONE_SHARE = 0.3
# What stands under "You may also like" is more, where little else is said.
_SHELF_SHARE = 0.5
# A form of paragraph that makes up this share of the running text is the article's.
_FORM_SHARE = 0.1
SENTENCE = 20  # letters
_ENOUGH = 200  # letters
_RUNNING = frozenset({"paragraph", "quote", "list item"})

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


def form_of(node: Node) -> Form:
    """The form of a block: its element and class names, and those of its parent."""
    above = node.parent
    if above is None:
        return (node.tag, node.names, "", "")
    return (node.tag, node.names, above.tag, above.names)


def is_text(candidate: Candidate) -> bool:
    """Whether at most half of the block is links."""
    return candidate.linked * 2 <= candidate.letters


def is_running(candidate: Candidate) -> bool:
    """Whether the block is running text, and no label."""
    return (
        candidate.kind in _RUNNING
        and candidate.letters >= SENTENCE
        and is_text(candidate)
    )


class Layout:
    """The measures of one page that its blocks are chosen by.

    *running* is what witnesses confirmed; *box* the deepest element that holds nearly
    all of it, *fence* the article or main element around that, and *forms* what its
    paragraphs look like.
    """

    def __init__(self, candidates: list[Candidate], known: Known) -> None:
        self.candidates = candidates
        self.known = known
        self._named: dict[Node, frozenset[str]] = {}
        self.running = self._find_running()
        self.total = sum(c.letters for c in self.running)
        self.weights: Counter[Node] = Counter()
        for candidate in self.running:
            for node in upwards(candidate.node):
                self.weights[node] += candidate.letters
        self.families: Counter[Form] = Counter()
        for node, weight in self.weights.items():
            self.families[form_of(node)] += weight
        self.box = self._find_box()
        self.fence = self._find_fence()
        self.forms = self._find_forms()
        self.shapes = Counter(form_of(c.node) for c in candidates if is_running(c))
        self.parents = Counter(c.node.parent for c in self.running)
        # Elements with text of the article that line breaks part.
        self.broken = {c.node for c in self.running}
        self.shelves = {
            node
            for node in find_shelves(candidates)
            if self.weights[node] < _SHELF_SHARE * self.total
        }

    def is_inside(self, candidate: Candidate) -> bool:
        """Whether the block stands in the box."""
        return any(node is self.box for node in upwards(candidate.node))

    def is_fenced(self, candidate: Candidate) -> bool:
        """Whether the block stands in the box, or in the article around it."""
        return self.is_inside(candidate) or any(
            node is self.fence for node in upwards(candidate.node)
        )

    def zones(self, candidate: Candidate) -> frozenset[str]:
        """The zones around a block, below the box, that hold little of the text."""
        found: set[str] = set()
        for node in upwards(candidate.node):
            if node is self.box:
                break
            if node in self.shelves:
                found.add("related")
            if self.weights[node] < ZONE_SHARE * self.total:
                found |= self._zones_of(node)
        return frozenset(found)

    def _find_running(self) -> list[Candidate]:
        witnessed = [c for c in self.candidates if c.witnessed]
        running = self._without_comments([c for c in witnessed if is_running(c)])
        # Where nothing but captions was named, it is a gallery.
        return running or [c for c in witnessed if is_text(c)]

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
        if node not in self._named:
            self._named[node] = zones_of(node)
        return self._named[node]

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
                forms[form_of(candidate.node)] += candidate.letters
        least = _FORM_SHARE * self.total
        return {form: letters for form, letters in forms.items() if letters >= least}
