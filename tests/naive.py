"""Slow, obvious twins of the kernels: lists, sets and loops over every pair."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from dedupe.number_words import number_words
from dedupe.text import is_character_script, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Shingle = tuple[str, ...]
Pair = tuple[int, int]


def told(text: str) -> list[str]:
    """The folded words of a text; a number written as a word is its digits."""
    digits = number_words()
    return [digits.get(word, word) for word in words(text)]


def shingles(units: Sequence[str]) -> list[Shingle]:
    """Two words, or three characters that begin with one, at every place.

    What stands last has no partner, and is a shingle only where it stands alone.
    """
    found = []
    for i in range(_places(units)):
        size = 3 if is_character_script(ord(units[i][0])) else 2
        found.append(tuple(units[i : i + size]))
    return found


def _places(units: Sequence[str]) -> int:
    if len(units) < 2:
        return len(units)
    by_character = len(units) > 2 and is_character_script(ord(units[-2][0]))
    return max(1, len(units) - (2 if by_character else 1))


def passages(text: str) -> list[str]:
    """Sentences of six words or more, of a text of plain ASCII sentences.

    One ends at "!" or "?", and at a point or line break unless a small letter follows.
    """
    parts = re.split(r"[!?]|[.\n](?=[.\n ]*(?:[^a-z.\n ]|$))", text)
    sentences = [" ".join(told(part)) for part in parts]
    return [sentence for sentence in sentences if len(sentence.split()) >= 6]


def mix(h: int) -> int:
    """murmur3's last steps for 32 bits."""
    h ^= h >> 16
    h = h * 0x85EBCA6B % 2**32
    h ^= h >> 13
    h = h * 0xC2B2AE35 % 2**32
    return h ^ h >> 16


def signature(
    hashes: Iterable[int], factors: Sequence[int], addends: Sequence[int]
) -> list[int]:
    """For each permutation the smallest image of any hash; all ones without hashes."""
    mixed = [mix(h) for h in hashes]
    drawn = zip(factors, addends, strict=True)
    return [
        min(((a * h + b) % 2**32 for h in mixed), default=2**32 - 1) for a, b in drawn
    ]


def figures(
    a: Sequence[Shingle],
    b: Sequence[Shingle],
    hidden_a: Sequence[bool],
    hidden_b: Sequence[bool],
) -> tuple[float, float, float]:
    """Jaccard, containment of a in b, of b in a, of the shingles that are not hidden.

    What one text shows and the other only has hidden counts for neither.
    """
    shown_a = {s for s, hide in zip(a, hidden_a, strict=True) if not hide}
    shown_b = {s for s, hide in zip(b, hidden_b, strict=True) if not hide}
    own_a = shown_a - (set(b) - shown_b)
    own_b = shown_b - (set(a) - shown_a)
    both = len(own_a & own_b)
    return _share(both, own_a | own_b), _share(both, own_a), _share(both, own_b)


def _share(part: int, whole: set[Shingle]) -> float:
    return part / len(whole) if whole else 0.0


def longest_run(a: Sequence[str], b: Sequence[str]) -> int:
    """Words of the longest passage that both have."""
    best = 0
    for i in range(len(a)):
        for j in range(len(b)):
            length = 0
            while (
                i + length < len(a)
                and j + length < len(b)
                and a[i + length] == b[j + length]
            ):
                length += 1
            best = max(best, length)
    return best


def proposed(groups: Sequence[Sequence[int]], cap: int, hubs: int) -> set[Pair]:
    """Pairs of the nodes that share a group; above *cap* only those with a hub."""
    found: set[Pair] = set()
    for group in groups:
        first = set(sorted(group)[:hubs])
        for a, b in combinations(sorted(group), 2):
            if len(group) <= cap or a in first:
                found.add((a, b))
    return found


def anchors(
    n: int, pairs: Sequence[Pair], order: Sequence[int], strength: Sequence[int]
) -> list[int]:
    """DESIGN's rule 4: who anchors each of n nodes; order[x] is the place of node x."""
    partners: dict[int, list[tuple[int, int]]] = {x: [] for x in range(n)}
    for (a, b), strong in zip(pairs, strength, strict=True):
        partners[a].append((b, strong))
        partners[b].append((a, strong))
    holding: set[int] = set()
    for node in sorted(range(n), key=lambda x: order[x]):
        if not any(other in holding for other, _ in partners[node]):
            holding.add(node)
    found = []
    for node in range(n):
        offers = [(-s, order[other], other) for other, s in partners[node]]
        best = min((o for o in offers if o[2] in holding), default=(0, 0, node))
        found.append(node if node in holding else best[2])
    return found
