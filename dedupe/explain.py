"""Why two texts are, or are not, one story: read again from the texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedupe.parameters import DEFAULT, Parameters
from dedupe.text import fold_character, is_character_script
from dedupe.verify import PairVerdict, record, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

# The fewest tokens that make a shared passage.
_LEAST = 6
# Where the other text repeats itself, so many places are tried.
_PLACES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPassage:
    """A passage that both texts have: characters start to end of each, and its words."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The verdict on two texts, and what they share, in the order of the first."""

    verdict: PairVerdict
    passages: tuple[SharedPassage, ...]


def explain_texts(
    a: str,
    b: str,
    *,
    headlines: tuple[str | None, str | None] = (None, None),
    published: tuple[int | None, int | None] = (None, None),
    parameters: Parameters = DEFAULT,
) -> Explanation:
    """Verify two texts anew and find their shared passages."""
    left = record(a, headlines[0], published=published[0])
    right = record(b, headlines[1], published=published[1])
    return Explanation(
        verdict=verify(left, right, parameters),
        passages=tuple(shared_passages(a, b)),
    )


def shared_passages(a: str, b: str) -> list[SharedPassage]:
    """Long runs of equal words, each word of *a* in one at most."""
    left, right = list(spans(a)), list(spans(b))
    places: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(right) - _LEAST + 1):
        key = tuple(word for word, _, _ in right[i : i + _LEAST])
        starts = places.setdefault(key, [])
        if len(starts) < _PLACES:
            starts.append(i)
    found, i = [], 0
    while i + _LEAST <= len(left):
        key = tuple(word for word, _, _ in left[i : i + _LEAST])
        if not (starts := places.get(key, [])):
            i += 1
            continue
        length, j = max((_run(left, i, right, j), -j) for j in starts)
        found.append(_passage(left[i : i + length], right[-j : length - j], length))
        i += length
    return found


Span = tuple[str, int, int]


def spans(text: str) -> Iterator[Span]:
    """The folded words of *text*, each with where it starts and ends there."""
    word, start = "", 0
    for at, character in enumerate(text):
        folded = fold_character(character)
        if folded and folded != " " and not is_character_script(ord(folded[0])):
            start = start if word else at
            word += folded
            continue
        if folded == "":
            continue
        if word:
            yield word, start, at
        word = ""
        if folded != " ":
            yield folded, at, at + 1
    if word:
        yield word, start, len(text)


def _run(left: list[Span], i: int, right: list[Span], j: int) -> int:
    length = 0
    while (
        i + length < len(left)
        and j + length < len(right)
        and left[i + length][0] == right[j + length][0]
    ):
        length += 1
    return length


def _passage(left: list[Span], right: list[Span], words: int) -> SharedPassage:
    return SharedPassage(
        start_a=left[0][1],
        end_a=left[-1][2],
        start_b=right[0][1],
        end_b=right[-1][2],
        words=words,
    )
