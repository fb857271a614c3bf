"""What differs between two texts: blocks beside each other, words marked in them.

Blocks that are equal after folding anchor the comparison; between two anchors words
are aligned (characters in scripts without spaces), so that a copy that parts its
paragraphs differently still lines up with the canonical.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from dedupe.text import fold, is_character_script

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TOKEN = re.compile(r"\S+\s*|\s+")
# Past this many words in one gap the blocks are shown whole.
_MOST_WORDS = 6_000
# Pairs of equal words that are looked at; the time grows with more than their number.
_MOST_MATCHES = 100_000


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters; *changed* where the other text lacks it."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A block of the left text beside the block of the right that it became.

    None where the other side has no such block. *same*: equal after folding.
    """

    left: tuple[Segment, ...] | None
    right: tuple[Segment, ...] | None
    same: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str
    block: int


def compare(left: Sequence[str], right: Sequence[str]) -> list[DiffRow]:
    """Compare two lists of blocks; every block of both is in exactly one row."""
    keys = [fold(text) or text for text in left], [fold(text) or text for text in right]
    rows: list[DiffRow] = []
    for tag, i, j, k, m in _matcher(*keys).get_opcodes():
        if tag == "equal":
            pairs = zip(left[i:j], right[k:m], strict=True)
            rows += [DiffRow((Segment(a),), (Segment(b),), same=True) for a, b in pairs]
        else:
            rows += _gap(left[i:j], right[k:m])
    return rows


def _matcher(left: list[str], right: list[str]) -> SequenceMatcher[str]:
    """Align two lists; what both hold too often is matched beside the rest alone."""
    theirs = Counter(right)
    matches = {key: times * theirs[key] for key, times in Counter(left).items()}
    telling, room = set(), _MOST_MATCHES
    for key in sorted(matches, key=matches.__getitem__):
        room -= matches[key]
        if room < 0:
            break
        telling.add(key)
    return SequenceMatcher(lambda key: key not in telling, left, right, autojunk=False)


def changed_words(rows: Sequence[DiffRow]) -> tuple[int, int]:
    """Count the words that only the left text has, and those only the right has."""
    dropped = sum(_changed(row.left) for row in rows)
    return dropped, sum(_changed(row.right) for row in rows)


def _changed(segments: tuple[Segment, ...] | None) -> int:
    texts = (one.text for one in segments or () if one.changed)
    return sum(len(list(_tokens(text, 0))) for text in texts)


def _gap(left: Sequence[str], right: Sequence[str]) -> list[DiffRow]:
    ours = [token for at, text in enumerate(left) for token in _tokens(text, at)]
    theirs = [token for at, text in enumerate(right) for token in _tokens(text, at)]
    if not ours or not theirs or max(len(ours), len(theirs)) > _MOST_WORDS:
        return [
            *(DiffRow((Segment(text, True),), None) for text in left),
            *(DiffRow(None, (Segment(text, True),)) for text in right),
        ]
    matcher = _matcher([t.key for t in ours], [t.key for t in theirs])
    kept_ours: set[int] = set()
    kept_theirs: set[int] = set()
    shared: Counter[tuple[int, int]] = Counter()
    for start, other, size in matcher.get_matching_blocks():
        kept_ours.update(range(start, start + size))
        kept_theirs.update(range(other, other + size))
        for step in range(size):
            shared[ours[start + step].block, theirs[other + step].block] += 1
    marked_left = _marked(ours, kept_ours, len(left))
    marked_right = _marked(theirs, kept_theirs, len(right))
    return _beside(marked_left, marked_right, _partners(shared))


def _tokens(text: str, block: int) -> Iterator[_Token]:
    for chunk in _TOKEN.findall(text):
        if any(is_character_script(ord(character)) for character in chunk):
            yield from (_Token(c, fold(c) or c, block) for c in chunk)
        else:
            yield _Token(chunk, fold(chunk) or chunk.strip(), block)


def _marked(
    tokens: Sequence[_Token], kept: set[int], blocks: int
) -> list[tuple[Segment, ...]]:
    segments: list[list[Segment]] = [[] for _ in range(blocks)]
    for at, token in enumerate(tokens):
        changed = at not in kept
        line = segments[token.block]
        if line and line[-1].changed == changed:
            line[-1] = Segment(line[-1].text + token.text, changed)
        else:
            line.append(Segment(token.text, changed))
    return [tuple(line) for line in segments]


def _partners(shared: Counter[tuple[int, int]]) -> dict[int, int]:
    """Pair every left block with the right one that took most of its words, in order."""
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for (ours, theirs), _ in shared.most_common():
        crosses = any((a < ours) != (b < theirs) for a, b in partners.items())
        if ours not in partners and theirs not in taken and not crosses:
            partners[ours] = theirs
            taken.add(theirs)
    return partners


def _beside(
    left: list[tuple[Segment, ...]],
    right: list[tuple[Segment, ...]],
    partners: dict[int, int],
) -> list[DiffRow]:
    rows: list[DiffRow] = []
    shown = 0
    for at, segments in enumerate(left):
        partner = partners.get(at)
        if partner is None:
            rows.append(DiffRow(segments, None))
            continue
        rows += [DiffRow(None, one) for one in right[shown:partner]]
        rows.append(DiffRow(segments, right[partner]))
        shown = partner + 1
    return rows + [DiffRow(None, one) for one in right[shown:]]
