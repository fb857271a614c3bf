"""Headlines or paragraphs compared on their own, instead of whole articles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from crawler.dumps.boilerplate import BoilerplateLines
from crawler.dumps.outcome import Outcome, alone
from dedupe.clean_column import find_lines
from dedupe.dump_boilerplate import line_keys
from dedupe.kernels import pairs as codes
from dedupe.repeats import find_repeats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.text_column import TextColumn

# Rows are counted by the same verdicts as articles: an equal unit, or a near one.
_SAME = np.float32(1)


class HeadlineCollector:
    """Keeps the headlines while a dump streams by."""

    def __init__(self) -> None:
        self._headlines: list[str] = []

    def add(
        self,
        texts: TextColumn,
        headlines: TextColumn | None = None,
        *,
        published: NDArray[np.int64] | None = None,
    ) -> None:
        assert headlines is not None
        self._headlines += [headlines[row] for row in range(len(headlines))]

    def finish(self) -> Outcome:
        """Keep of every group of headlines that repeat each other the first."""
        return _grouped(self._headlines)


def _grouped(headlines: list[str]) -> Outcome:
    found = find_repeats(headlines, "headline")
    outcome = alone(len(headlines))
    story, of = outcome.story.copy(), outcome.of.copy()
    verdict, similarity = outcome.verdict.copy(), outcome.similarity.copy()
    for group in found.groups:
        copies = list(group.members[1:])
        story[copies] = of[copies] = group.first
        similarity[copies] = group.similarity[1:]
        same = similarity[copies] >= _SAME
        verdict[copies] = np.where(same, codes.EXACT, codes.NEAR)
    return replace(
        outcome,
        story=np.unique(story, return_inverse=True)[1],
        survives=of < 0,
        of=of,
        verdict=verdict,
        similarity=similarity,
        containment=similarity,
    )


class ParagraphCollector:
    """Keeps each paragraph once, the first time that it comes."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._units: list[str] = []
        self._lines: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        self._counts: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]

    def add(
        self,
        texts: TextColumn,
        headlines: TextColumn | None = None,
        *,
        published: NDArray[np.int64] | None = None,
    ) -> None:
        lines = find_lines(texts)
        numbers = []
        for at, key in enumerate(line_keys(lines, texts).keys.tolist()):
            number = self._numbers.setdefault(key, len(self._units))
            if number == len(self._units):
                raw = texts.data[lines.starts[at] : lines.ends[at]].tobytes()
                self._units.append(raw.decode(errors="replace"))
            numbers.append(number)
        self._lines.append(np.array(numbers, np.int64))
        self._counts.append(np.diff(lines.firsts))

    def finish(self) -> tuple[Outcome, BoilerplateLines]:
        """Say which lines stood somewhere before, and which articles hold no other."""
        first = np.arange(len(self._units))
        for group in find_repeats(self._units, "paragraph").groups:
            first[list(group.members)] = group.first
        units = first[np.concatenate(self._lines)]
        counts = np.concatenate(self._counts)
        firsts = np.concatenate(([0], np.cumsum(counts)))
        _, stood = np.unique(units, return_index=True)
        again = np.ones(len(units), np.bool_)
        again[stood] = False
        lines = np.flatnonzero(again)
        return (
            _without_own(firsts, counts, units, again),
            BoilerplateLines(lines=lines, firsts=firsts),
        )


def _without_own(
    firsts: NDArray[np.int64],
    counts: NDArray[np.int64],
    units: NDArray[np.int64],
    again: NDArray[np.bool_],
) -> Outcome:
    """An article without a paragraph of its own is a copy of where its first stood."""
    outcome = alone(len(counts))
    owners = np.repeat(np.arange(len(counts)), counts)
    own = np.bincount(owners[~again], minlength=len(counts))
    gone = np.flatnonzero((own == 0) & (counts > 0))
    values, stood = np.unique(units, return_index=True)
    opening = np.searchsorted(values, units[firsts[gone]])
    of, verdict = outcome.of.copy(), outcome.verdict.copy()
    of[gone] = owners[stood[opening]]
    verdict[gone] = codes.EXCERPT
    story = outcome.story.copy()
    story[gone] = of[gone]
    return replace(
        outcome,
        of=of,
        verdict=verdict,
        survives=of < 0,
        story=np.unique(story, return_inverse=True)[1],
    )
