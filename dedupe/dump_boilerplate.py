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
from dedupe.kernels.line_keys import count_strangers, hash_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.clean_column import CleanColumn, ColumnLines
    from dedupe.text import TextColumn

# Without outlets: in so many strangers, that are such a share of its articles.
STRANGERS = 5
STRANGER_SHARE = 0.34


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


def find_boilerplate(
    lines: LineKeys,
    *,
    outlets: NDArray[np.int64] | None = None,
    days: NDArray[np.int64] | None = None,
    judged: NDArray[np.bool_] | None = None,
    rule: BoilerplateRule = DEFAULT_RULE,
) -> NDArray[np.bool_]:
    """Say of each line whether it is boilerplate: bool[len(lines.keys)].

    *outlets* and *days* hold one number for each article, -1 where it is not known. A
    line is judged at its outlet where that is known, and among all articles as well.
    Where *judged* is given, the other lines only tell which articles are related.
    """
    if not len(lines.keys):
        return np.zeros(0, np.bool_)
    places = np.unique(lines.keys, return_inverse=True)[1].astype(np.int64)
    asked = np.ones(len(places), np.bool_) if judged is None else judged
    cells = np.where(asked, places, -1)
    groups, looked = _strangers(lines.articles, places, cells, STRANGERS)
    found = asked & (groups >= STRANGERS) & (groups >= STRANGER_SHARE * looked)
    if outlets is None:
        return found
    outlet = np.where(asked, outlets[lines.articles], -1)
    cells = np.where(outlet >= 0, places * (int(outlets.max()) + 1) + outlet, -1)
    stories, _ = _strangers(lines.articles, places, cells, rule.stories)
    printed = (outlet >= 0) & (stories >= rule.stories)
    if days is not None:
        printed &= _distinct(cells, days[lines.articles]) >= rule.days
    return found | printed


def _strangers(
    articles: NDArray[np.int64],
    places: NDArray[np.int64],
    cells: NDArray[np.int64],
    least: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count for each line the unrelated articles in its cell, and those looked at."""
    n = int(articles.max()) + 1
    width = int(places.max()) + 1
    own = distinct(articles * width + places)
    firsts = np.searchsorted(own // width, np.arange(n + 1))
    cells = np.unique(cells, return_inverse=True)[1].astype(np.int64)
    held = distinct(cells * n + articles)
    bounds = np.flatnonzero(np.diff(held // n, prepend=-1, append=-1))
    counted = np.zeros((len(bounds) - 1, 2), np.int64)
    count_strangers(held % n, bounds, own % width, firsts, least, counted)
    return counted[cells, 0], counted[cells, 1]


def _distinct(cells: NDArray[np.int64], days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the distinct days of each line's cell; -1 is none."""
    places = np.unique(cells, return_inverse=True)[1].astype(np.int64)
    base = int(days.max()) + 2
    different = distinct(places * base + days + 1)
    told = different[different % base > 0] // base
    return np.bincount(told, minlength=int(places.max()) + 1)[places]


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
