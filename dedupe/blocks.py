"""Repeats inside one article: DESIGN's first rule of duplication.

Of two blocks that repeat each other the fuller stays, a block that repeats the
headline goes, and so does a source line that ends the body. Nothing else is read than
the article itself, so the same page always gives the same clean body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dedupe.block import Block
from dedupe.deliberate import deliberate
from dedupe.likeness import Headline, Line, repeats_headline, same_block
from dedupe.source_lines import is_source_line

if TYPE_CHECKING:
    from collections.abc import Sequence

Reason = Literal["headline", "repeat", "near repeat", "source line", "boilerplate"]

# At a tie of length the block that reads best stays.
_RANK = {
    "paragraph": 0,
    "subhead": 1,
    "list item": 2,
    "quote": 3,
    "caption": 4,
    "cell": 5,
}
# Kinds that stand beside the text, and hold nothing that it needs.
_BESIDE = ("caption", "subhead", "quote")
# Of lines that begin or end alike so many, the fullest, are looked at for near repeats:
# a list may hold very many.
_MOST_ALIKE = 32
_LINE = re.compile(r"[^\n\r]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedBlock:
    """A block that was taken out, and why.

    *position* counts the extracted blocks from 0. *repeats* is the position of the
    kept block that it repeats, or None where it repeats the headline or nothing.
    """

    position: int
    block: Block
    reason: Reason
    repeats: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanBody:
    """The blocks that stay, in order, and those that went, by position."""

    kept: tuple[Block, ...]
    removed: tuple[RemovedBlock, ...] = ()

    @property
    def body(self) -> str:
        """The kept blocks, parted by a blank line."""
        return "\n\n".join(block.text for block in self.kept)

    @property
    def positions(self) -> tuple[int, ...]:
        """The place of each kept block among the extracted ones."""
        gone = {removed.position for removed in self.removed}
        total = len(self.kept) + len(self.removed)
        return tuple(place for place in range(total) if place not in gone)

    def rebuild(self) -> tuple[Block, ...]:
        """Return the extracted blocks to the letter, removed ones in their places."""
        blocks = dict(zip(self.positions, self.kept, strict=True))
        blocks |= {removed.position: removed.block for removed in self.removed}
        return tuple(blocks[place] for place in range(len(blocks)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitText:
    """A plain text, its blocks, and the span of characters that each stands in."""

    text: str
    blocks: tuple[Block, ...]
    spans: tuple[tuple[int, int], ...]


def split_blocks(text: str) -> SplitText:
    """Return the lines of *text* that hold more than white space, as blocks."""
    blocks, spans = [], []
    for line in _LINE.finditer(text):
        if tidy := " ".join(line[0].split()):
            blocks.append(Block(tidy))
            spans.append(line.span())
    return SplitText(text=text, blocks=tuple(blocks), spans=tuple(spans))


def clean(
    headline: str, blocks: Sequence[Block], *, subheadline: str | None = None
) -> CleanBody:
    """Take the repeats out of one article; idempotent, and never raises on a text.

    A caption, subhead or quote that repeats *subheadline* goes too; a paragraph that
    does stays, since it may be the only place where the body says it. The last block
    of an article never goes: one that is nothing but its headline keeps it.
    """
    # A text may be one line a million times.
    known = {block: Line.of(block) for block in dict.fromkeys(blocks)}
    lines = [known[block] for block in blocks]
    echoes = _echoes(headline, subheadline, lines)
    gone: dict[int, RemovedBlock] = {}
    # What is deliberate depends on the neighbours that are left, so a pass may free
    # another: the fixpoint makes cleaning idempotent.
    while found := _one_pass(lines, echoes, gone):
        gone |= found
    return CleanBody(
        kept=tuple(b for place, b in enumerate(blocks) if place not in gone),
        removed=tuple(_settled(gone[place], gone) for place in sorted(gone)),
    )


def _echoes(
    headline: str, subheadline: str | None, lines: Sequence[Line]
) -> list[bool]:
    """Say of each line whether it repeats the headline, or beside the text the other."""
    top, below = Headline.of(headline), Line.of(Block(subheadline or ""))
    return [
        repeats_headline(line, top)
        or (line.block.kind in _BESIDE and same_block(line, below))
        for line in lines
    ]


def _one_pass(
    lines: Sequence[Line], echoes: Sequence[bool], gone: dict[int, RemovedBlock]
) -> dict[int, RemovedBlock]:
    left = [place for place in range(len(lines)) if place not in gone]
    stay = deliberate([lines[p] for p in left], [echoes[p] for p in left])
    free = {place for place, kept in zip(left, stay, strict=True) if not kept}
    found = {p: _removed(p, lines, "headline") for p in sorted(free) if echoes[p]}
    found |= _of_each_other(lines, [p for p in left if p not in found], free)
    rest = [place for place in left if place not in found]
    if found and not any(lines[place].words for place in rest):
        found.pop(max(found, key=lambda p: (len(lines[p].words), -p)))
        return found
    while len(rest) > 1 and is_source_line(lines[rest[-1]].block.text):
        place = rest.pop()
        found[place] = _removed(place, lines, "source line")
    return found


def _of_each_other(
    lines: Sequence[Line], left: Sequence[int], free: set[int]
) -> dict[int, RemovedBlock]:
    """Keep the fullest of every set of repeats, and name what each other repeats."""
    found: dict[int, RemovedBlock] = {}
    equal: dict[tuple[str, ...], int] = {}
    by_anchor: dict[object, list[int]] = {}
    order = sorted(
        left, key=lambda p: (-len(lines[p].words), _RANK[lines[p].block.kind], p)
    )
    for rank, place in enumerate(order):
        line = lines[place]
        twin = equal.get(line.words)
        if twin is None:
            near = sorted({r for a in line.anchors for r in by_anchor.get(a, ())})
            twins = (order[r] for r in near if same_block(line, lines[order[r]]))
            twin = next(twins, None)
        if twin is not None and place in free and line.words:
            exact = line.words == lines[twin].words
            reason: Reason = "repeat" if exact else "near repeat"
            found[place] = _removed(place, lines, reason, twin)
            continue
        equal.setdefault(line.words, place)
        for anchor in line.anchors:
            alike = by_anchor.setdefault(anchor, [])
            if len(alike) < _MOST_ALIKE:
                alike.append(rank)
    return found


def _removed(
    place: int, lines: Sequence[Line], reason: Reason, repeats: int | None = None
) -> RemovedBlock:
    return RemovedBlock(
        position=place, block=lines[place].block, reason=reason, repeats=repeats
    )


def _settled(removed: RemovedBlock, gone: dict[int, RemovedBlock]) -> RemovedBlock:
    """Point at the block that stayed where the one repeated went in a later pass."""
    target = removed.repeats
    while target is not None and target in gone:
        target = gone[target].repeats
    return replace(removed, repeats=target)
