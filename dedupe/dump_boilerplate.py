"""Boilerplate of a whole dump, from arrays of line keys, with outlets or without.

Where outlets and days are known the rule is that of ``dedupe.boilerplate``. Where they
are not, a line is boilerplate when it stands in many articles that are strangers
otherwise. Articles that share most of their other lines are related, so the text of a
story that is printed a hundred times has one stranger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.boilerplate import DEFAULT_RULE, BoilerplateRule
from dedupe.clean_column import Cut, cut_column, find_lines
from dedupe.gathering import UNKNOWN_TIME
from dedupe.kernels.line_keys import count_strangers, hash_lines
from dedupe.sorting import order_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.clean_column import CleanColumn, ColumnLines
    from dedupe.text_column import TextColumn

# Without outlets: in so many strangers, that are such a share of its articles.
STRANGERS = 5
STRANGER_SHARE = 0.34
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class LineKeys:
    """One key (uint64) and one article (int64) for each line of a dump."""

    keys: NDArray[np.uint64]
    articles: NDArray[np.int64]


def line_keys(lines: ColumnLines, texts: TextColumn, first: int = 0) -> LineKeys:
    """Hash the *lines* of a column whose articles are numbered from *first* on."""
    articles = np.repeat(np.arange(len(texts)) + first, np.diff(lines.firsts))
    return LineKeys(keys=line_hashes(lines, texts), articles=articles)


def line_hashes(lines: ColumnLines, texts: TextColumn) -> NDArray[np.uint64]:
    """Hash the *lines* of a column."""
    keys = np.empty(len(lines.starts), np.uint64)
    hash_lines(texts.data, lines.starts, lines.ends, keys)
    return keys


def number_outlets(outlets: NDArray[np.uint64]) -> NDArray[np.int64] | None:
    """Number hashes of outlets from 0, -1 where none is known; None where none at all is."""
    if not outlets.any():
        return None
    numbers = np.unique(outlets, return_inverse=True)[1].astype(np.int64)
    numbers[outlets == 0] = -1
    return numbers


def number_days(published: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the days of epoch seconds from 0, -1 where no time is known.

    Days before 1970 have negative numbers of their own.
    """
    days = np.full(len(published), -1, np.int64)
    known = published != UNKNOWN_TIME
    days[known] = np.unique(published[known] // _DAY, return_inverse=True)[1]
    return days


def find_boilerplate(
    lines: LineKeys,
    *,
    outlets: NDArray[np.int64] | None = None,
    days: NDArray[np.int64] | None = None,
    judged: NDArray[np.bool_] | None = None,
    unshared: NDArray[np.int64] | None = None,
    rule: BoilerplateRule = DEFAULT_RULE,
) -> NDArray[np.bool_]:
    """Say of each line whether it is boilerplate: bool[len(lines.keys)].

    *outlets* and *days* number those of each article from 0, -1 where it is not known. A
    line is judged at its outlet where that is known, and among all articles as well.
    Where *judged* is given, the other lines only tell which articles are related; those
    that stand in one article alone may be left out, if *unshared* counts them for each.
    """
    found = np.zeros(len(lines.keys), np.bool_)
    if not len(found):
        return found
    places = _numbered(lines.keys)
    related = _Relations.of(lines.articles, places, unshared)
    asked = np.arange(len(found)) if judged is None else np.flatnonzero(judged)
    articles, places = lines.articles[asked], places[asked]
    groups, looked = related.strangers(articles, places, STRANGERS)
    printed = (groups >= STRANGERS) & (groups >= STRANGER_SHARE * looked)
    if outlets is not None:
        outlet = outlets[articles]
        known = np.flatnonzero(outlet >= 0)
        holders = articles[known]
        cells = _numbered(places[known] * (int(outlets.max()) + 1) + outlet[known])
        stories, _ = related.strangers(holders, cells, rule.stories)
        often = stories >= rule.stories
        if days is not None:
            often &= _distinct(cells, days[holders]) >= rule.days
        printed[known[often]] = True
    found[asked[printed]] = True
    return found


def _numbered(values: NDArray[Any]) -> NDArray[np.int64]:
    """Number the distinct *values* from 0, in their order."""
    order = order_keys(values)
    ordered = values[order]
    numbers = np.zeros(len(values), np.int64)
    numbers[order[1:]] = np.cumsum(ordered[1:] != ordered[:-1])
    return numbers


@dataclass(frozen=True, slots=True)
class _Relations:
    """Which lines articles have: those of article a are lines[firsts[a]:firsts[a + 1]].

    It has sizes[a] lines in all.
    """

    lines: NDArray[np.int64]
    firsts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        articles: NDArray[np.int64],
        places: NDArray[np.int64],
        unshared: NDArray[np.int64] | None,
    ) -> _Relations:
        """Take the lines at *places* of some *articles*, and count those left out."""
        n, width = int(articles.max()) + 1, int(places.max()) + 1
        own = distinct(articles * width + places)
        firsts = np.searchsorted(own, np.arange(n + 1) * width)
        sizes = np.diff(firsts)
        return cls(own % width, firsts, sizes if unshared is None else sizes + unshared)

    def strangers(
        self, articles: NDArray[np.int64], cells: NDArray[np.int64], least: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Count for each line the unrelated articles in its cell, and those looked at."""
        n = len(self.sizes)
        held = distinct(cells * n + articles)
        bounds = np.searchsorted(held, np.arange(int(cells.max(initial=-1)) + 2) * n)
        counted = np.zeros((len(bounds) - 1, 2), np.int64)
        count_strangers(
            held % n, bounds, self.lines, self.firsts, self.sizes, least, counted
        )
        return counted[cells, 0], counted[cells, 1]


def _distinct(cells: NDArray[np.int64], days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the distinct days of each line's cell; -1 is none."""
    base = int(days.max(initial=0)) + 2
    different = distinct(cells * base + days + 1)
    told = different[different % base > 0] // base
    return np.bincount(told, minlength=int(cells.max(initial=-1)) + 1)[cells]


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return the sorted distinct *values*; numpy.unique hashes, which takes longer."""
    ordered = np.sort(values)
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    found: NDArray[Any] = ordered[first]
    return found


def mask_column(texts: TextColumn, boilerplate: NDArray[np.uint64]) -> CleanColumn:
    """Cut the lines whose key is in *boilerplate* (sorted) out of every text."""
    lines = find_lines(texts)
    own = line_keys(lines, texts)
    places = np.flatnonzero(np.isin(own.keys, boilerplate))
    cuts = []
    for line in places.tolist():
        article = int(own.articles[line])
        low, high = int(texts.offsets[article]), int(texts.offsets[article + 1])
        last = line + 1 == lines.firsts[article + 1]
        start = int(lines.starts[line])
        end = high if last else int(lines.starts[line + 1])
        cuts.append(
            Cut(
                article=article,
                start=start - low,
                end=end - low,
                text=texts.data[start:end].tobytes().decode(errors="replace"),
                reason="boilerplate",
            )
        )
    return cut_column(texts, cuts)
