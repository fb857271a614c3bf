"""When two blocks of one article say the same, and when one repeats the headline.

Two blocks repeat each other when they are equal after folding, or when nothing but
padding parts them: an alignment of their words leaves gaps in which no number and no
name was swapped for another ("12 dead" and "15 dead" are two sentences).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise, product
from typing import TYPE_CHECKING

from dedupe.text import block_words, is_character_script, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedupe.block import Block

# With fewer words only equality counts, and with fewer than *SWAPPED_WORDS* no word
# may be another: one is too large a share of what is said.
NEAR_WORDS = 8
SWAPPED_WORDS = 12
# Share of the words of both that the alignment must hold: with words swapped, and
# where the shorter only leaves words out, so that the fuller loses nothing.
NEAR_SWAPPED = 0.85
NEAR_LEFT_OUT = 0.8
# Aligning takes a step for each pair of equal words in both: a paragraph of 10,000 words
# takes a million, and one word a thousand times over as many.
MOST_STEPS = 1 << 20
# A headline is shorter, and is allowed an outlet's name or a lead-in around it.
HEADLINE_NEAR = 0.8
MOST_TAIL_WORDS = 4
MOST_LEAD_WORDS = 3
FEWEST_SHARED = 3
OPENING_WORDS = 7
MOST_BYTES_AROUND = 60

# All scripts without spaces lie behind Indic ones.
_LAST_SPACED = "\u0dff"
_LAST_WORD = re.compile(r"\w\W*\Z")
_TAIL = re.compile(r"\s[|\-–—·•»:]+\s|\s?\|\s?|\(")
_LEAD = re.compile(r"[:：|]\s?|\s[\-–—]\s|\.{2,}\s?|…\s?")


@dataclass(frozen=True, slots=True)
class Line:
    """A block, its folded words, how long they are, and which hold a digit.

    *anchors* are its first three words, its last three, and each pair of neighbours
    among the first with each among the last. Near-equal blocks share one: few edits
    spoil both ends of a sentence, and a whole dump can then be searched for twins by
    reading the ends of its lines.
    """

    block: Block
    words: tuple[str, ...]
    length: float
    anchors: frozenset[tuple[object, ...]]
    numbers: frozenset[str]

    @classmethod
    def of(cls, block: Block) -> Line:
        line = block_words(block.text)
        length = _length(line)
        numbers = frozenset(filter(is_number, line))
        return cls(block, line, length, _anchors(line, length), numbers)


def _length(line: tuple[str, ...]) -> float:
    """Count words; a character of a script without spaces is half of one."""
    late = [word for word in line if word > _LAST_SPACED]
    return len(line) - sum(is_character_script(ord(word[0])) for word in late) / 2


def _anchors(line: tuple[str, ...], length: float) -> frozenset[tuple[object, ...]]:
    if length < NEAR_WORDS:
        return frozenset({("=", *line)})
    opening, closing = tuple(pairwise(line[:3])), tuple(pairwise(line[-3:]))
    return frozenset({("<", *opening), (">", *closing), *product(opening, closing)})


def same_block(shorter: Line, fuller: Line) -> bool:
    """Say whether *shorter* repeats *fuller*, so that nothing is lost with it."""
    a, b = shorter.words, fuller.words
    if not a or not b:
        return False
    if a == b:
        return True
    if shorter.length < NEAR_WORDS:
        return False
    if b[: len(a)] == a and _is_cut_off(shorter.block.text):
        return True
    return _near(a, b, shorter, fuller)


def _is_cut_off(text: str) -> bool:
    """Say whether an ellipsis, or a bracket around no word, is behind the last word."""
    last = _LAST_WORD.search(text)
    ending = text[last.start() :] if last else text
    opened = ending.find("[")
    return "…" in ending or "..." in ending or 0 <= opened < ending.rfind("]")


def _near(a: tuple[str, ...], b: tuple[str, ...], shorter: Line, fuller: Line) -> bool:
    # A gap would hold it; in a long table that is every line beside every other.
    if shorter.numbers - fuller.numbers:
        return False
    ours, theirs = Counter(a), Counter(b)
    # However the two are aligned, these words are in its gaps.
    lost = set(ours - theirs)
    if lost and (shorter.length < SWAPPED_WORDS or _is_a_fact(lost, shorter)):
        return False
    if not _may_align(ours, theirs, NEAR_LEFT_OUT):
        return False
    gaps = _gaps(a, b)
    if any(is_number(word) for ours, theirs in gaps if theirs for word in ours):
        return False
    both = len(a) + len(b)
    held = both - sum(len(x) + len(y) for x, y in gaps)
    if not any(ours for ours, _ in gaps):
        return held >= NEAR_LEFT_OUT * both
    return shorter.length >= SWAPPED_WORDS and held >= NEAR_SWAPPED * both


def _may_align(ours: Counter[str], theirs: Counter[str], share: float) -> bool:
    """Say whether both may hold *share* of their words in common, at a bounded cost."""
    if 2 * (ours & theirs).total() < share * (ours.total() + theirs.total()):
        return False
    steps = sum(times * theirs[word] for word, times in ours.items())
    return steps <= MOST_STEPS


def _gaps(
    a: tuple[str, ...], b: tuple[str, ...]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [
        (a[i1:i2], b[j1:j2])
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _is_a_fact(lost: set[str], shorter: Line) -> bool:
    """Say whether words that the fuller block lacks hold a number or a name."""
    if any(is_number(word) for word in lost):
        return True
    names = _names(shorter.block.text)
    if names is None:
        return len(lost) / len(shorter.words) > 0.1
    return not lost.isdisjoint(names)


@lru_cache(maxsize=8)  # A line is held beside several.
def _names(text: str) -> set[str] | None:
    """Return the folded words that begin with a capital, None in a caseless script.

    The first word of a sentence cannot be told from a name, and counts as none.
    """
    if text == text.swapcase():
        return None
    names, opens = set(), True
    for token in text.split():
        letters = token.lstrip("\"'“”‘’«»([—-")
        if not opens and letters[:1].isupper():
            names.update(words(token))
        opens = token.rstrip("\"'”’»)")[-1:] in (".", "!", "?", ":")
    return names


def is_number(word: str) -> bool:
    """Say whether a folded word holds a digit."""
    # Most words are letters alone, which is told much faster.
    return not word.isalpha() and any(char.isdigit() for char in word)


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline, whole and without what may stand around it.

    A block that repeats it has at most *longest* bytes, and one of its *pairs* of
    neighbouring words among its own first seven.
    """

    words: tuple[str, ...]
    pairs: frozenset[tuple[str, str]]
    variants: frozenset[tuple[str, ...]]
    longest: int

    @classmethod
    def of(cls, text: str) -> Headline:
        longest = 2 * len(text.encode(errors="replace")) + MOST_BYTES_AROUND
        whole = tuple(words(text))
        return cls(whole, _pairs(whole), frozenset(_variants(text)), longest)


def _pairs(line: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(line))


def repeats_headline(line: Line, headline: Headline) -> bool:
    """Say whether *line* is the headline again, bare or with a tail or lead-in.

    Either side may carry the outlet's name or a "Photo:" behind it, or a lead-in of
    at most three words before it. A longer block that begins with the headline says
    more, and is none.
    """
    if not line.words or not headline.words:
        return False
    if line.words == headline.words:
        return True
    if len(line.block.text.encode(errors="replace")) > headline.longest:
        return False
    if not headline.pairs & _pairs(line.words[:OPENING_WORDS]):
        return False
    return any(
        _same_headline(ours, theirs)
        for ours in _variants(line.block.text)
        for theirs in headline.variants
    )


def _same_headline(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    if ours == theirs:
        return len(ours) >= FEWEST_SHARED
    if min(len(ours), len(theirs)) < 5:
        return False
    if not _may_align(Counter(ours), Counter(theirs), HEADLINE_NEAR):
        return False
    gaps = _gaps(ours, theirs)
    if any(is_number(word) for gap, _ in gaps for word in gap):
        return False
    both = len(ours) + len(theirs)
    return both - sum(len(x) + len(y) for x, y in gaps) >= HEADLINE_NEAR * both


def _variants(text: str) -> set[tuple[str, ...]]:
    """Return the words of *text*, whole, without its tail, its lead-in, and both."""
    whole = tuple(words(text))
    ends = {len(whole) - tail for tail in (0, *_tails(text))}
    found = {whole[lead:end] for lead in {0, *_leads(text)} for end in ends}
    return {variant for variant in found if variant and 2 * len(variant) >= len(whole)}


def _tails(text: str) -> Iterator[int]:
    """How many words each tail of *text* has that may be an outlet's name."""
    count, end = 0, len(text)
    for match in reversed(list(_TAIL.finditer(text))):
        count += len(words(text[match.start() : end]))
        end = match.start()
        if count > MOST_TAIL_WORDS:
            return
        yield count


def _leads(text: str) -> Iterator[int]:
    """How many words each lead-in of *text* has."""
    count = start = 0
    for match in _LEAD.finditer(text):
        count += len(words(text[start : match.end()]))
        start = match.end()
        if count > MOST_LEAD_WORDS:
            return
        yield count
