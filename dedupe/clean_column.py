"""Cleaning a whole column of texts at once, with no Python for most of them.

Kernels look at every line and name the few articles that may repeat themselves; only
those go through ``clean``. The answer is the same as if all had.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.blocks import Reason, clean, split_blocks
from dedupe.fold_table import fold_table
from dedupe.kernels.blocks import flag_articles
from dedupe.kernels.line_words import line_words
from dedupe.kernels.lines import cut_lines, cut_spans, find_newlines
from dedupe.likeness import NEAR_LEFT_OUT
from dedupe.source_lines import opening_words
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_EMPTY = TextColumn(np.zeros(0, np.uint8), np.zeros(1, np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A stretch of one text that was taken out.

    *start* and *end* are bytes of the article's text as it came in; the line break that
    went with the block is inside. *repeats* is the number of the line (blank ones not
    counted) that it repeats, or None.
    """

    article: int
    start: int
    end: int
    text: str
    reason: Reason
    repeats: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanColumn:
    """The cleaned texts, and what was cut from which, by article and place."""

    texts: TextColumn
    cuts: tuple[Cut, ...] = ()

    def rebuild(self, article: int) -> str:
        """Return one text to the letter as it came in."""
        text, at = bytearray(self.texts[article].encode()), 0
        for cut in self.cuts:
            if cut.article == article:
                at = cut.start
                text[at:at] = cut.text.encode()
        return text.decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLines:
    """The lines of a column's articles that are not blank.

    Line j is ``data[starts[j] : ends[j]]``; article i has those from ``firsts[i]`` to
    before ``firsts[i + 1]``.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    firsts: NDArray[np.int64]


def find_lines(texts: TextColumn) -> ColumnLines:
    """Find the lines of all *texts*, parted by line feeds and carriage returns."""
    low, high = int(texts.offsets[0]), int(texts.offsets[-1])
    data = texts.data[low:high]
    newlines = np.empty(max(1024, len(data) // 256), np.int64)
    if (count := find_newlines(data, newlines)) > len(newlines):
        newlines = np.empty(count, np.int64)
        find_newlines(data, newlines)
    newlines = newlines[:count] + low
    starts = np.empty(count + len(texts), np.int64)
    ends = np.empty_like(starts)
    firsts = np.empty(len(texts) + 1, np.int64)
    n = cut_lines(texts.data, texts.offsets, newlines, starts, ends, firsts)
    return ColumnLines(starts=starts[:n], ends=ends[:n], firsts=firsts)


def clean_column(
    texts: TextColumn,
    headlines: TextColumn | None = None,
    lines: ColumnLines | None = None,
) -> CleanColumn:
    """Take the repeats out of every text, as ``clean`` does with its lines as blocks.

    *lines* are those of *texts*, where they were found before. An article of one line
    is never changed.
    """
    flagged = find_flagged(
        texts, headlines, find_lines(texts) if lines is None else lines
    )
    return cut_column(
        texts,
        [cut for article in flagged for cut in _cuts(int(article), texts, headlines)],
    )


def cut_column(texts: TextColumn, cuts: list[Cut]) -> CleanColumn:
    """Take *cuts*, by article and place, out of *texts*."""
    if not cuts:
        return CleanColumn(texts=texts)
    return CleanColumn(texts=_without(texts, cuts), cuts=tuple(cuts))


def find_flagged(
    texts: TextColumn, headlines: TextColumn | None, lines: ColumnLines
) -> NDArray[np.intp]:
    """Return the articles in which ``clean`` might find something, and few others."""
    top = _EMPTY if headlines is None else headlines
    flags = flag_articles(
        texts.data, lines.starts, lines.ends, lines.firsts, top.data, top.offsets,
        *fold_table(), _source_hashes(), NEAR_LEFT_OUT,
    )  # fmt: skip
    found: NDArray[np.intp] = np.flatnonzero(flags)
    return found


@cache
def _source_hashes() -> NDArray[np.uint64]:
    """Return the sorted hashes of the words that open a source line."""
    hashes = np.empty(1, np.uint64)
    found = set()
    for word in opening_words():
        data = np.frombuffer(word.encode(), np.uint8)
        line_words(data, 0, len(data), *fold_table(), hashes)
        found.add(int(hashes[0]))
    return np.array(sorted(found), np.uint64)


def _cuts(
    article: int, texts: TextColumn, headlines: TextColumn | None
) -> Iterator[Cut]:
    text = texts[article]
    split = split_blocks(text)
    headline = "" if headlines is None else headlines[article]
    body = clean(headline, split.blocks)
    at = start = 0
    for removed in body.removed:
        low, high = _span(split.spans, removed.position, len(text))
        start += len(text[at:low].encode())
        at, end = high, start + len(text[low:high].encode())
        yield Cut(
            article=article,
            start=start,
            end=end,
            text=text[low:high],
            reason=removed.reason,
            repeats=removed.repeats,
        )
        start = end


def _span(spans: tuple[tuple[int, int], ...], place: int, size: int) -> tuple[int, int]:
    """Reach from a line to the next one, so that no blank line is left behind."""
    if place + 1 < len(spans):
        return spans[place][0], spans[place + 1][0]
    return spans[place][0], size


def _without(texts: TextColumn, cuts: list[Cut]) -> TextColumn:
    spans = np.array(
        [
            (
                texts.offsets[cut.article] + cut.start,
                texts.offsets[cut.article] + cut.end,
            )
            for cut in cuts
        ],
        np.int64,
    )
    return TextColumn(*cut_spans(texts.data, texts.offsets, spans))
