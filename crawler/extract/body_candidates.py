"""Cut a page into the blocks that its body is chosen from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

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
_NOT_LETTERS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_HOLDERS = frozenset({"article", "section", "li"})
_LONG_CELL = 150  # letters
# Stands for a line break element; white space to str.split, and absent from pages.
_BREAK = "\u2028"
# Two line breaks part paragraphs; one does where a long line ends a sentence.
_PARTING = re.compile(rf"{_BREAK}\s*{_BREAK}\s*")
_ENDED = re.compile(r".{60}[.!?…。！？؟۔।:][\"'”’»)\]]*$")


@dataclass(slots=True, eq=False)
class Node:
    """A block element on the way from the root to a candidate.

    *letters* counts the letters and digits of the candidates below it, *witnessed*
    of those that a witness names, *linked* of those inside links. *links* counts the
    candidates that are nothing but a link.
    """

    element: HtmlElement
    tag: str
    parent: Node | None
    depth: int
    letters: int = 0
    witnessed: int = 0
    linked: int = 0
    links: int = 0

    @property
    def names(self) -> str:
        """The element's class names, without the digits that count paragraphs."""
        return _DIGITS.sub("", self.element.get("class") or "").strip()


@dataclass(slots=True, eq=False)
class Candidate:
    """A block of the page: its text, and *key*, the text's letters and digits alone.

    *letters* is the length of the key; *linked* and *strong* count the letters in
    links and in bold.
    """

    text: str
    key: str
    kind: BlockKind
    node: Node
    linked: int = 0
    strong: int = 0
    witnessed: bool = False

    @property
    def letters(self) -> int:
        return len(self.key)

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


def key_of(text: str) -> str:
    """The letters and digits of *text*, which extractors agree on."""
    return _NOT_LETTERS.sub("", text)


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
                    self._close(element.tag)
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
        if tag in _BLOCKS:
            self._flush()
            depth = self.node.depth + 1 if self.node else 0
            self.node = Node(element, tag, self.node, depth)
        elif tag == "br":
            self.parts.append(_BREAK)
        elif tag == "a":
            self.link_depth += 1
        elif tag in {"b", "strong"}:
            self.strong_depth += 1
        if element.text:
            self._say(element.text)

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
            self.node = self.node.parent if self.node else None
        elif tag == "a":
            self.link_depth -= 1
        elif tag in {"b", "strong"}:
            self.strong_depth -= 1

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
        lines = _lines(text)
        whole = len(lines) == 1
        for line in lines:
            key = key_of(line)
            candidate = Candidate(line, key, _kind(node, len(key)), node)
            if self.linked:
                links = key_of("".join(self.linked)) if whole else ""
                candidate.linked = len(links) or _share_of(line, self.linked)
            if self.strong:
                bold = key_of("".join(self.strong)) if whole else ""
                candidate.strong = len(bold) or _share_of(line, self.strong)
            self.found.append(candidate)


def _share_of(line: str, pieces: list[str]) -> int:
    # A block split at its line breaks: a piece counts for the line that holds it.
    return sum(len(key_of(piece)) for piece in pieces if piece.strip() in line)


def _lines(text: str) -> list[str]:
    """The paragraphs of a text in which _BREAK stands for a line break element."""
    if _BREAK not in text:
        return [" ".join(text.split())]
    lines = [""]
    for piece in _PARTING.split(text):
        for line in piece.split(_BREAK):
            said = " ".join(line.split())
            if lines[-1] and not _ENDED.search(lines[-1]):
                lines[-1] = f"{lines[-1]} {said}".rstrip()
            elif said:
                lines.append(said)
        lines.append("")
    return [line for line in lines if line]


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
    return cutter.found
