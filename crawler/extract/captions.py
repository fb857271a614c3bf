"""Captions: text beside the article, unless they are the article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extract.body_keys import key_of, size_of
from dedupe.blocks import clean

if TYPE_CHECKING:
    from crawler.extract.body import Body
    from dedupe.block import Block

# With fewer letters than this outside its captions, a page is a gallery.
_TEXT = 160  # letters


def part_captions(
    headline: str, body: Body
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Return the blocks of *body* without its own captions, and those captions.

    A caption that repeats the headline or another block stays among the blocks, where
    cleaning takes it out and records it. In a gallery every caption stays. A block that
    says another headline of the page than *headline* goes.
    """
    blocks = body.blocks
    if not body.beside:
        return blocks, ()
    cleaned = clean(headline, blocks, subheadline=body.subheadline)
    own = body.beside & set(cleaned.positions)
    # A caption that repeats one of these alone has nothing left to repeat.
    own |= {r.position for r in cleaned.removed if r.repeats in own} & body.beside
    captions = [blocks[at].text for at in sorted(own) if blocks[at].kind == "caption"]
    if (
        sum(size_of(key_of(b.text)) for b in cleaned.kept if b.kind != "caption")
        < _TEXT
    ):
        own = frozenset(at for at in own if blocks[at].kind != "caption")
        captions = []
    kept = tuple(block for at, block in enumerate(blocks) if at not in own)
    return kept, tuple(dict.fromkeys(captions))
