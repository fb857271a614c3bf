"""What became of every article: story, role, verdict, once revisions are in place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels import pairs as codes
from dedupe.verify import VERDICTS
from storage.dumps.url_groups import find_url_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from crawler.dumps.columns import Columns
    from dedupe.outcome import PairTable, Stories
    from dedupe.verify import Verdict

REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Revisions:
    """Earlier rows of one URL, and for each the row that is the article now."""

    earlier: NDArray[np.int64]
    latest: NDArray[np.int64]


def find_revisions(columns: Columns) -> Revisions:
    """Of the rows with one URL the latest is the article; a tie of dates, or none, is
    broken by the order of the rows.
    """
    earlier: list[int] = []
    latest: list[int] = []
    for rows in find_url_groups(columns.hints, columns.urls):
        last = max(rows, key=lambda row: (int(columns.published[row]), row))
        earlier += [row for row in rows if row != last]
        latest += [last] * (len(rows) - 1)
    order = np.argsort(np.array(earlier, np.int64))
    return Revisions(
        np.array(earlier, np.int64)[order], np.array(latest, np.int64)[order]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """For each article its *story* (numbered by first article), whether it *survives*
    (is the canonical of its story), and for a copy its *verdict*, figures and *of*.
    """

    story: NDArray[np.int64]
    survives: NDArray[np.bool_]
    verdict: NDArray[np.uint8]
    similarity: NDArray[np.float32]
    containment: NDArray[np.float32]
    of: NDArray[np.int64]
    is_revision: NDArray[np.bool_]
    pairs: PairTable | None
    pair_counts: dict[str, int]
    looked_at: dict[str, int]

    def verdict_of(self, article: int) -> Verdict | str | None:
        """Why a copy joined its story; None for a canonical."""
        if self.survives[article]:
            return None
        return (
            REVISION if self.is_revision[article] else VERDICTS[self.verdict[article]]
        )

    def copies(self, rows: slice = slice(None)) -> dict[str, int]:
        """Count the copies among some *rows* by verdict."""
        copies = ~self.survives[rows] & ~self.is_revision[rows]
        counts = np.bincount(self.verdict[rows][copies])
        found: Counter[str] = Counter()
        found.update({VERDICTS[v]: int(n) for v, n in enumerate(counts)})
        found[REVISION] = int(self.is_revision[rows].sum())
        return {name: n for name, n in found.most_common() if n}

    def largest(self, count: int, least: int = 2) -> list[tuple[int, int]]:
        """Return the canonical and the size of the largest stories."""
        sizes = np.bincount(self.story)
        shown = np.flatnonzero(self.survives)
        canonical = np.empty(len(sizes), np.int64)
        canonical[self.story[shown]] = shown
        # A story that a database has already shows no article of the dump.
        sizes[~np.isin(np.arange(len(sizes)), self.story[shown])] = 0
        top = np.argsort(-sizes, kind="stable")[:count]
        return [(int(canonical[s]), int(sizes[s])) for s in top if sizes[s] >= least]


def alone(n: int) -> Outcome:
    """Return the outcome of a run that compares nothing: every article survives."""
    return Outcome(
        story=np.arange(n),
        survives=np.ones(n, np.bool_),
        verdict=np.zeros(n, np.uint8),
        similarity=np.ones(n, np.float32),
        containment=np.ones(n, np.float32),
        of=np.full(n, -1),
        is_revision=np.zeros(n, np.bool_),
        pairs=None,
        pair_counts={},
        looked_at={},
    )


def settle(stories: Stories, revisions: Revisions, same: NDArray[np.bool_]) -> Outcome:
    """Put the earlier rows of a URL into the story of the latest.

    *same* (bool, beside ``revisions.earlier``) are those whose text is the latest's:
    they are exact copies, the others revisions.
    """
    story, of = stories.story.copy(), stories.of.copy()
    verdict = stories.verdicts.copy()
    similarity, containment = stories.similarity.copy(), stories.containment.copy()
    is_revision = np.zeros(len(story), np.bool_)
    earlier, latest = revisions.earlier, revisions.latest
    story[earlier] = story[latest]
    of[earlier] = latest
    verdict[earlier] = codes.EXACT
    is_revision[earlier[~same]] = True
    similarity[earlier] = np.where(same, np.float32(1), np.float32(np.nan))
    containment[earlier] = similarity[earlier]
    return Outcome(
        story=_renumbered(story),
        survives=of < 0,
        verdict=verdict,
        similarity=similarity,
        containment=containment,
        of=of,
        is_revision=is_revision,
        pairs=stories.pairs,
        pair_counts=dict(stories.pair_counts),
        looked_at=dict(stories.others),
    )


def _renumbered(story: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the stories from 0 by their first article."""
    _, first, inverse = np.unique(story, return_index=True, return_inverse=True)
    places = np.empty(len(first), np.int64)
    places[np.argsort(first)] = np.arange(len(first))
    numbered: NDArray[np.int64] = places[inverse]
    return numbered


def find_alarms(
    columns: Columns, outcome: Outcome, names: Callable[[int], str], known: int = 0
) -> list[str]:
    """Say where a run hides more of an outlet, or joins more, than is plausible.

    An outlet with 50 articles or more of which 90 % are copies, and a story of more
    than 1,000 articles that holds more than a hundredth of all. Stories of the first
    *known* articles, which are a database's, hide nothing: it has them.
    """
    large = outcome.largest(3, max(1001, len(columns) // 100))
    alarms = [
        f"the story of {names(article)} has {size:,} articles"
        for article, size in large
    ]
    new = ~np.isin(outcome.story, outcome.story[:known])
    named = np.flatnonzero((columns.outlets != 0) & new)
    outlets, where, counts = np.unique(
        columns.outlets[named], return_inverse=True, return_counts=True
    )
    hidden = np.bincount(where, ~outcome.survives[named], len(outlets))
    for outlet in np.flatnonzero((counts >= 50) & (hidden > 0.9 * counts)).tolist():
        article = int(named[np.argmax(where == outlet)])
        alarms.append(
            f"{int(hidden[outlet]):,} of {int(counts[outlet]):,} articles of the"
            f" outlet of {columns.urls[article] or names(article)} are copies"
        )
    return alarms


def without_known(outcome: Outcome, known: int) -> Outcome:
    """Let nothing survive whose story one of the first *known* articles is in.

    Those are a database's: they do not survive either, for they are not the dump's.
    """
    first = np.full(int(outcome.story.max(initial=-1)) + 1, -1)
    first[outcome.story[:known][::-1]] = np.arange(known)[::-1]
    survives, of = outcome.survives.copy(), outcome.of.copy()
    verdict = outcome.verdict.copy()
    shown = np.flatnonzero(survives)
    held = shown[first[outcome.story[shown]] >= 0]
    survives[held] = False
    survives[:known] = False
    of[held] = first[outcome.story[held]]
    # What shows a story joined nothing; the copy in the database joined it.
    partners = of[held]
    verdict[held] = np.where(
        outcome.verdict[partners] == codes.REJECTED,
        codes.EXACT,
        outcome.verdict[partners],
    )
    return replace(outcome, survives=survives, of=of, verdict=verdict)
