"""Lines that a dump's outlets print whatever the story is: found last, cut last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.boilerplate import DEFAULT_RULE
from dedupe.clean_column import find_lines
from dedupe.dump_boilerplate import (
    STRANGERS,
    LineKeys,
    distinct,
    find_boilerplate,
    number_days,
    number_outlets,
)
from dedupe.sorting import order_hashes
from storage.dumps.splicing import Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.text_column import TextColumn

# Fewer times than this no line is boilerplate.
_OFTEN = min(STRANGERS, DEFAULT_RULE.stories)
# Keys that are sorted together.
_KEYS = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerplateLines:
    """Which lines of the cleaned articles are boilerplate.

    *lines* (int64, sorted) are numbers of lines of the whole dump; article i has those
    from firsts[i] to before firsts[i + 1].
    """

    lines: NDArray[np.int64]
    firsts: NDArray[np.int64]

    @classmethod
    def none(cls, articles: int) -> BoilerplateLines:
        """Return the answer of a run that looks for none."""
        return cls(lines=np.zeros(0, np.int64), firsts=np.zeros(articles + 1, np.int64))

    @property
    def articles(self) -> NDArray[np.int64]:
        """The articles that hold any, ascending."""
        return distinct(np.searchsorted(self.firsts, self.lines, side="right") - 1)

    def spans(self, articles: NDArray[np.int64], texts: TextColumn) -> Spans:
        """Return the bytes that go with the lines of some *articles* with these texts.

        A line goes with the blank ones after it, and the last one with those before it.
        """
        found = find_lines(texts)
        owners, lines = self._lines_of(articles)
        lines += found.firsts[owners]
        starts, after = texts.offsets[owners], texts.offsets[owners + 1]
        bounds = np.append(found.starts, texts.offsets[-1])
        spans = np.stack([bounds[lines], np.minimum(bounds[lines + 1], after)], axis=1)
        for last in np.flatnonzero(spans[:, 1] == after).tolist():
            spans[last, 0] = _before_newlines(texts.data, spans[last, 0], starts[last])
        # The last line may reach back into the one before it.
        joined = owners[1:] == owners[:-1]
        spans[1:, 0][joined] = np.maximum(spans[1:, 0], spans[:-1, 1])[joined]
        return Spans(owners=owners, spans=spans - starts[:, None])

    def _lines_of(
        self, articles: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the places of *articles* with such lines, and the lines' numbers there.

        One row for each line; the lines of an article are numbered from 0.
        """
        lows = np.searchsorted(self.lines, self.firsts[articles])
        counts = np.searchsorted(self.lines, self.firsts[articles + 1]) - lows
        owners = np.repeat(np.arange(len(articles)), counts)
        before = np.cumsum(counts) - counts
        rows = np.arange(len(owners)) + (lows - before)[owners]
        return owners, self.lines[rows] - self.firsts[articles][owners]


def find_boilerplate_lines(
    keys: NDArray[np.uint64],
    counts: NDArray[np.int64],
    outlets: NDArray[np.uint64],
    published: NDArray[np.int64],
) -> BoilerplateLines:
    """Judge the lines of all articles by their *keys*; article i has counts[i] of them.

    *outlets* are hashes (0: not known), *published* epoch seconds. Only articles that
    hold a line printed often are looked at: the others cannot change the answer.
    """
    firsts = np.concatenate(([0], np.cumsum(counts)))
    times = _times_printed(keys)
    often = times >= _OFTEN
    chosen = distinct(_owners(np.flatnonzero(often), firsts))
    looked = np.zeros(len(counts), np.bool_)
    looked[chosen] = True
    lines = np.flatnonzero((times > 1) & np.repeat(looked, counts))
    owners = np.searchsorted(chosen, _owners(lines, firsts))
    found = find_boilerplate(
        LineKeys(keys=keys[lines], articles=owners),
        outlets=number_outlets(outlets[chosen]),
        days=number_days(published[chosen]),
        judged=often[lines],
        unshared=counts[chosen] - np.bincount(owners, minlength=len(chosen)),
    )
    return BoilerplateLines(lines=lines[found], firsts=firsts)


def _owners(lines: NDArray[np.int64], firsts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the article of each of some lines."""
    return np.searchsorted(firsts, lines, side="right") - 1


def _times_printed(keys: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Count for each line how often its key comes, up to _OFTEN.

    Keys that start with the same bits are sorted together, so few are at a time, and
    only upper bits are compared, 40 or more: a line that is counted too often is looked
    at in vain.
    """
    found = np.zeros(len(keys), np.uint8)
    bits = (len(keys) // _KEYS).bit_length()
    parts = (keys >> np.uint64(64 - bits)).astype(np.uint16) if bits else found
    for part in range(1 << bits):
        rows = np.flatnonzero(parts == part)
        if not len(rows):
            continue
        upper, places = order_hashes(keys[rows])
        starts = np.flatnonzero(np.append(True, upper[1:] != upper[:-1]))
        times = np.diff(starts, append=len(rows))
        counts = np.minimum(times, _OFTEN).astype(np.uint8)
        found[rows[places]] = np.repeat(counts, times)
    return found


def _before_newlines(data: NDArray[np.uint8], at: int, start: int) -> int:
    """Go back from *at* over line feeds and carriage returns, at most to *start*."""
    while at > start and data[at - 1] in (10, 13):
        at -= 1
    return at
