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
from itertools import pairwise, product
from typing import TYPE_CHECKING

from dedupe.text import block_words, is_character_script, words

if TYPE_CHECKING:
    from dedupe.block import Block

# With fewer words only equality counts, and with fewer than *SWAPPED_WORDS* no word
# may be another: one is too large a share of what is said.
NEAR_WORDS = 8
SWAPPED_WORDS = 12
# Share of the words of both that the alignment must hold: with words swapped, and
# where the shorter only leaves words out, so that the fuller loses nothing.
NEAR_SWAPPED = 0.85
NEAR_LEFT_OUT = 0.8
# A headline is shorter, and is allowed an outlet's name or a lead-in around it.
HEADLINE_NEAR = 0.8
MOST_TAIL_WORDS = 4
MOST_LEAD_WORDS = 3
FEWEST_SHARED = 3
OPENING_WORDS = 7
MOST_BYTES_AROUND = 60

# All scripts without spaces lie behind Indic ones.
_LAST_SPACED = "\u0dff"
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[\W*\])\W*$")
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
    if _CUT_OFF.search(shorter.block.text) and b[: len(a)] == a:
        return True
    return _near(a, b, shorter, fuller)


def _near(a: tuple[str, ...], b: tuple[str, ...], shorter: Line, fuller: Line) -> bool:
    # A gap would hold it; in a long table that is every line beside every other.
    if shorter.numbers - fuller.numbers:
        return False
    both = len(a) + len(b)
    if 2 * (Counter(a) & Counter(b)).total() < NEAR_LEFT_OUT * both:
        return False
    gaps = _gaps(a, b)
    if any(is_number(word) for ours, theirs in gaps if theirs for word in ours):
        return False
    swapped = [(ours, theirs) for ours, theirs in gaps if ours]
    held = both - sum(len(x) + len(y) for x, y in gaps)
    if not swapped:
        return held >= NEAR_LEFT_OUT * both
    if shorter.length < SWAPPED_WORDS or held < NEAR_SWAPPED * both:
        return False
    return not _facts_differ(gaps, shorter)


def _gaps(
    a: tuple[str, ...], b: tuple[str, ...]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [
        (a[i1:i2], b[j1:j2])
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _facts_differ(
    gaps: list[tuple[tuple[str, ...], tuple[str, ...]]], shorter: Line
) -> bool:
    """Say whether the swapped words hold a number or a name that the fuller lacks."""
    theirs = Counter(word for _, gap in gaps for word in gap)
    ours = Counter(word for gap, _ in gaps for word in gap) - theirs
    if any(is_number(word) for word in ours):
        return True
    names = _names(shorter.block.text)
    if names is None:
        lost = len(ours) / len(shorter.words)
        return lost > 0.1
    return any(word in names for word in ours)


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
    fewer = min(len(ours), len(theirs))
    if fewer < 5:
        return False
    if 2 * (Counter(ours) & Counter(theirs)).total() < HEADLINE_NEAR * (
        len(ours) + len(theirs)
    ):
        return False
    gaps = _gaps(ours, theirs)
    held = len(ours) + len(theirs) - sum(len(x) + len(y) for x, y in gaps)
    if any(is_number(word) for gap, _ in gaps for word in gap):
        return False
    return held >= HEADLINE_NEAR * (len(ours) + len(theirs))


def _variants(text: str) -> set[tuple[str, ...]]:
    """Return the words of *text*, whole, without its tail, its lead-in, and both."""
    whole = tuple(words(text))
    found = {whole}
    for candidate in (text, *_without_lead(text)):
        found.add(tuple(words(candidate)))
        found |= {tuple(words(short)) for short in _without_tail(candidate)}
    return {variant for variant in found if variant and 2 * len(variant) >= len(whole)}


def _without_tail(text: str) -> list[str]:
    cuts = [match.start() for match in _TAIL.finditer(text)]
    return [text[:cut] for cut in cuts if 0 < len(words(text[cut:])) <= MOST_TAIL_WORDS]


def _without_lead(text: str) -> list[str]:
    cuts = [match.end() for match in _LEAD.finditer(text)]
    return [text[cut:] for cut in cuts if 0 < len(words(text[:cut])) <= MOST_LEAD_WORDS]
