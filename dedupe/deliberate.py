"""Blocks that repeat with reason and stay: questions, refrains, scores, cells.

What an editor prints twice on purpose is short, and stands among its like: a speaker's
label, a line of verse, a score, the time of a live blog's entry.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from dedupe.likeness import Line, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# A block of fewer words says too little to be somebody's second copy.
FEWEST_WORDS = 6
FEWEST_CAPTION_WORDS = 3
SHORT_LINE = 10
LONGEST_ANSWER = 25
# So many short lines in a row, each different, are verse, a list or a score sheet.
VERSE_LINES = 3
REFRAIN_TIMES = 3
_LABEL = re.compile(r"^\W*(?P<label>[^\W\d_]+(?:[\s.]+[^\W\d_]+){0,2})\s?[:：]\s")
_QUESTION = re.compile(r"^\W*[^\W\d_]\s?[:：.)]\s*\S")


def deliberate(lines: Sequence[Line], echoes: Sequence[bool]) -> list[bool]:
    """Say of each of *lines* whether it may repeat another, or the headline.

    *echoes* says which of them repeat the headline.
    """
    verse = _in_verse(lines, echoes)
    times = Counter(line.words for line in lines)
    speakers = _speakers(lines)
    return [
        line.block.kind == "cell"
        or (
            verse[i] and line.length < FEWEST_WORDS and times[line.words] > 1
            if echoes[i]
            else verse[i] or _has_reason(line, times[line.words], speakers)
        )
        for i, line in enumerate(lines)
    ]


def _has_reason(line: Line, times: int, speakers: set[str]) -> bool:
    count, kind = line.length, line.block.kind
    if kind == "caption":
        return count < FEWEST_CAPTION_WORDS
    return (
        count < FEWEST_WORDS
        or (count <= SHORT_LINE and times >= REFRAIN_TIMES)
        or (count <= SHORT_LINE and _is_score(line))
        or (count < LONGEST_ANSWER and _is_spoken(line.block.text, speakers))
    )


def _is_score(line: Line) -> bool:
    return 4 * sum(map(is_number, line.words)) >= len(line.words)


def _is_spoken(text: str, speakers: set[str]) -> bool:
    return bool(_QUESTION.match(text)) or _label(text) in speakers


def _label(text: str) -> str | None:
    match = _LABEL.match(text)
    return match["label"].casefold() if match else None


def _speakers(lines: Sequence[Line]) -> set[str]:
    """Return the labels that open two different blocks: "Smith: ..." twice."""
    said = {(_label(line.block.text), line.words) for line in lines}
    times = Counter(label for label, _ in said if label is not None)
    return {label for label, count in times.items() if count > 1}


def _in_verse(lines: Sequence[Line], echoes: Sequence[bool]) -> list[bool]:
    """Mark the lines of runs of short ones; those that echo the headline don't count.

    An echo at either edge of a run is outside of it unless another is inside.
    """
    marked = [False] * len(lines)
    for run in _short_runs(lines, echoes):
        own = [i for i in run if not echoes[i]]
        if len({lines[i].words for i in own}) >= VERSE_LINES:
            inside = range(own[0], own[-1] + 1)
            refrain = any(echoes[i] for i in inside)
            for i in run if refrain else inside:
                marked[i] = True
    return marked


def _short_runs(lines: Sequence[Line], echoes: Sequence[bool]) -> Iterator[list[int]]:
    run: list[int] = []
    for i, line in enumerate(lines):
        if echoes[i] or (line.length <= SHORT_LINE and line.block.kind != "caption"):
            run.append(i)
        else:
            yield run
            run = []
    yield run
