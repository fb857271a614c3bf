"""Repeats across one outlet: lines that it prints whatever the story is.

A block is boilerplate when the outlet printed it in many distinct stories on several
days. The answer depends on nothing but what was printed, so the same articles give the
same answer in any order, and a line stops being boilerplate as soon as the counts no
longer carry it. Text that an outlet prints often because it *is* the story, an agency's
for instance, is counted once a story, and a block that is most of its article's text
is not counted at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from dedupe.blocks import CleanBody, RemovedBlock
from dedupe.source_lines import is_source_line
from dedupe.text import block_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dedupe.block import Block


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCounts:
    """What is known of one block at one outlet.

    *stories* and *days* are the distinct stories and published days (UTC) that the
    outlet printed it in; *credited* counts those of the stories that are credited to an
    agency; *elsewhere* counts the other outlets that printed it.
    """

    stories: int
    days: int
    credited: int = 0
    elsewhere: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerplateRule:
    """When a block is boilerplate: printed in so many stories, on so many days."""

    stories: int = 5
    days: int = 3


DEFAULT_RULE = BoilerplateRule()


def block_key(text: str) -> int:
    """Return the 63-bit key of a block: equal for texts that fold to the same words."""
    folded = " ".join(block_words(text)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(folded, digest_size=8).digest()) >> 1


def counted_keys(blocks: Sequence[Block]) -> frozenset[int]:
    """Return the keys under which an article's clean blocks are counted.

    A block that holds more than half of the article's words is the article, and is
    left out: a brief printed 30 times is not boilerplate.
    """
    lengths = [len(block_words(block.text)) for block in blocks]
    whole = sum(lengths)
    return frozenset(
        block_key(block.text)
        for block, length in zip(blocks, lengths, strict=True)
        if 0 < 2 * length <= whole
    )


def is_boilerplate(
    counts: BlockCounts, *, rule: BoilerplateRule = DEFAULT_RULE
) -> bool:
    """Say whether a block with these *counts* at its outlet is boilerplate."""
    return counts.stories >= rule.stories and counts.days >= rule.days


def mask(body: CleanBody, boilerplate: Collection[int]) -> CleanBody:
    """Take the blocks whose key is in *boilerplate* out of a cleaned body.

    A source line that stands last once they are gone goes as well.
    """
    kept = list(zip(body.positions, body.kept, strict=True))
    gone = [
        RemovedBlock(position=place, block=block, reason="boilerplate")
        for place, block in kept
        if block_key(block.text) in boilerplate
    ]
    if not gone:
        return body
    places = {removed.position for removed in gone}
    left = [(place, block) for place, block in kept if place not in places]
    while len(left) > 1 and is_source_line(left[-1][1].text):
        place, block = left.pop()
        gone.append(RemovedBlock(position=place, block=block, reason="source line"))
    removed = sorted((*body.removed, *gone), key=lambda block: block.position)
    return CleanBody(kept=tuple(block for _, block in left), removed=tuple(removed))
