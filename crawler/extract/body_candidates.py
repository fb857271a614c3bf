"""Cut a page into the blocks that its body is chosen from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from crawler.extract.body_hidden import is_hidden, without_copies
from crawler.extract.body_keys import key_of, size_of
from crawler.extract.body_lines import BREAK, EDGE, lines_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.html import HtmlElement

    from dedupe.block import BlockKind

# Elements whose text no reader sees as text.
_SILENT = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "select",
        "option",
        "datalist",
        "textarea",
        "button",
        "input",
        "progress",
        "meter",
        "map",
        "head",
        "title",
        "amp-ad",
        "amp-analytics",
        "amp-sidebar",
    ]
)
# Elements that begin and end a block.
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_KINDS: dict[str, BlockKind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "subhead"),
    **dict.fromkeys(("li", "dt", "dd"), "list item"),
    **dict.fromkeys(("figure", "figcaption", "caption"), "caption"),
    **dict.fromkeys(("td", "th"), "cell"),
    "blockquote": "quote",
}
# Text for screen readers ("opens in a new tab") stands inside sentences.
_UNSEEN = re.compile(
    r"\bsr-only|visually-?hidden|screen-?reader|\bsrOnly", re.IGNORECASE
)
# Some outlets print captions inside the text that line breaks part.
_CAPTION = re.compile(
    r"\b(?:im(?:g|age)|photo|pic(?:ture)?)[_-]?(?:desc|cap|text|txt|info|credit|source)"
    r"|\bcaption",
    re.IGNORECASE,
)
_INLINE = frozenset({"span", "em", "i", "small", "font", "ins", "cite", "label"})
_DIGITS = re.compile(r"\d+")
_HOLDERS = frozenset({"article", "section", "li"})
# A page is cut so far: the time that hostile pages take is bounded, and what follows
# 20,000 blocks is a list of links.
MOST_BLOCKS = 20_000
_LONG_CELL = 150  # letters


@lru_cache(maxsize=20_000)
def _plain_names(names: str) -> str:
    plain = (name.split("--")[0] for name in _DIGITS.sub("", names).split())
    return " ".join(dict.fromkeys(plain))


@dataclass(slots=True, eq=False)
class Node:
    """A block element on the way from the root to a candidate.

    *letters* counts the letters and digits of the candidates below it, *witnessed*
    of those that a witness names, *linked* of those inside links. *links* counts the
    candidates that are nothing but a link. *hidden* is the outermost element around
    it that the page does not show.
    """

    element: HtmlElement
    tag: str
    parent: Node | None
    depth: int
    letters: int = 0
    witnessed: int = 0
    linked: int = 0
    links: int = 0
    hidden: Node | None = None

    @property
    def names(self) -> str:
        """The element's class names, without digits that count and BEM's modifiers."""
        names = self.element.get("class")
        return _plain_names(names) if names else ""


@dataclass(slots=True, eq=False)
class Candidate:
    """A block of the page: its text, and *key*, the text's letters and digits alone.

    *letters* is the size of the key; *linked* and *strong* count the letters in links
    and in bold.
    """

    text: str
    key: str
    kind: BlockKind
    node: Node
    letters: int
    linked: int = 0
    strong: int = 0
    witnessed: bool = False

    @property
    def is_link(self) -> bool:
        """Whether the block is a link and next to nothing else."""
        return self.linked > 0.75 * self.letters and self.letters >= 12

    @property
    def holder(self) -> Node | None:
        """The nearest article, section or list item around the block with a link."""
        for node in upwards(self.node):
            if node.tag in _HOLDERS:
                return node if node.links else None
        return None

    def stands_in(self, elements: Collection[HtmlElement]) -> bool:
        """Whether the block, or an element around it, is among *elements*."""
        return any(node.element in elements for node in upwards(self.node))


def upwards(node: Node | None) -> Iterator[Node]:
    """Yield *node*, its parent, and so on up to the root."""
    while node is not None:
        yield node
        node = node.parent


@dataclass(slots=True)
class _Cutter:
    """Walks a tree once, and lists its candidates in the order of the page."""

    found: list[Candidate] = field(default_factory=list)
    node: Node | None = None
    parts: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    strong: list[str] = field(default_factory=list)
    link_depth: int = 0
    strong_depth: int = 0

    def cut(self, tree: HtmlElement) -> None:
        walker = etree.iterwalk(tree, events=("start", "end"))
        skipped = None
        for event, element in walker:
            if len(self.found) >= MOST_BLOCKS:
                break
            if event == "start":
                if self._is_silent(element):
                    skipped = element
                    walker.skip_subtree()
                else:
                    self._open(element, element.tag)
            else:
                if element is skipped:
                    skipped = None
                else:
                    self._close(element, element.tag)
                if element.tail:
                    self._say(element.tail)
        self._flush()

    def _is_silent(self, element: HtmlElement) -> bool:
        tag = element.tag
        if tag in _SILENT or not isinstance(tag, str):
            return True
        if tag in _BLOCKS:
            return False
        names = element.get("class")
        return bool(names and _UNSEEN.search(names))

    def _open(self, element: HtmlElement, tag: str) -> None:
        if tag in _BLOCKS or _is_inline_caption(element, tag):
            self._flush()
            depth = self.node.depth + 1 if self.node else 0
            named = tag if tag in _BLOCKS else "figcaption"
            node = Node(element, named, self.node, depth)
            node.hidden = self.node.hidden if self.node else None
            if node.hidden is None and is_hidden(element):
                node.hidden = node
            self.node = node
        elif tag == "br":
            self.parts.append(BREAK)
        elif tag == "a":
            self.link_depth += 1
        elif tag in {"b", "strong"}:
            self.strong_depth += 1
            self.parts.append(EDGE)
        if element.text:
            self._say(element.text)

    def _close(self, element: HtmlElement, tag: str) -> None:
        if self.node and self.node.element is element:
            self._flush()
            self.node = self.node.parent
        elif tag == "a":
            self.link_depth -= 1
        elif tag in {"b", "strong"}:
            self.strong_depth -= 1
            self.parts.append(EDGE)

    def _say(self, text: str) -> None:
        self.parts.append(text)
        if self.link_depth:
            self.linked.append(text)
        if self.strong_depth:
            self.strong.append(text)

    def _flush(self) -> None:
        if self.parts and self.node:
            text = "".join(self.parts)
            if not text.isspace():
                self._add(text, self.node)
        self.parts.clear()
        self.linked.clear()
        self.strong.clear()

    def _add(self, text: str, node: Node) -> None:
        left = MOST_BLOCKS - len(self.found)
        keys = [(line, key_of(line)) for line in lines_of(text)[:left]]
        sizes = [size_of(key) for _, key in keys]
        whole = len(keys) == 1
        kind = _kind(node, sum(sizes))
        for (line, key), size in zip(keys, sizes, strict=True):
            candidate = Candidate(line, key, kind, node, size)
            if self.linked:
                links = size_of(key_of("".join(self.linked))) if whole else 0
                candidate.linked = links or _share_of(line, self.linked)
            if self.strong:
                bold = size_of(key_of("".join(self.strong))) if whole else 0
                candidate.strong = bold or _share_of(line, self.strong)
            self.found.append(candidate)


def _is_inline_caption(element: HtmlElement, tag: str) -> bool:
    if tag not in _INLINE:
        return False
    names = element.get("class")
    return bool(names and _CAPTION.search(names))


def _share_of(line: str, pieces: list[str]) -> int:
    # A block split at its line breaks: a piece counts for the line that holds it.
    return sum(size_of(key_of(piece)) for piece in pieces if piece.strip() in line)


def _kind(node: Node, letters: int) -> BlockKind:
    kind = _KINDS.get(node.tag)
    if kind == "cell":
        # Older pages lay their text out in tables.
        return "cell" if letters < _LONG_CELL else "paragraph"
    above = node.parent
    while above is not None:
        found = _KINDS.get(above.tag)
        if found == "caption":
            return "caption"
        if found != "cell":
            kind = kind or found
        above = above.parent
    return kind or "paragraph"


def cut(tree: HtmlElement) -> list[Candidate]:
    """List the blocks of a page in order, each with its kind and its surroundings."""
    cutter = _Cutter()
    cutter.cut(tree)
    return without_copies(cutter.found)
