"""The report of a run: what became of every row, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from crawler.dumps.outcome import find_alarms
from crawler.dumps.request import DedupeReport, LargeStory
from dedupe.dump_boilerplate import distinct
from dedupe.kernels.line_keys import hash_lines
from storage.dumps.formats import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from crawler.dumps.columns import Columns
    from crawler.dumps.outcome import Outcome
    from crawler.dumps.reading import OpenInput, Tally
    from crawler.dumps.request import DedupeRequest
    from crawler.dumps.writing import Names
    from dedupe.text_column import TextColumn

_LARGEST = 10


def make_report(
    request: DedupeRequest,
    inputs: Sequence[OpenInput],
    columns: Columns,
    outcome: Outcome,
    names: Names,
    tally: Tally,
) -> DedupeReport:
    """Count a run; with --against the database's articles, the first, do not count.

    The seconds are another's to say.
    """
    known = 0 if request.against is None else columns.firsts[1]
    mine = slice(known, None)
    rejects = dict(tally.rejects.most_common())
    largest = outcome.largest(_LARGEST)
    return DedupeReport(
        inputs=tuple(opened.dump.name for opened in inputs[known > 0 :]),
        output=None if request.output is None else readable(request.output),
        rows=len(columns) - known + sum(rejects.values()),
        survivors=int(outcome.survives[mine].sum()),
        copies=outcome.copies(mine),
        rejects=rejects,
        stories=len(distinct(outcome.story[mine])),
        pairs=outcome.pair_counts,
        looked_at=outcome.looked_at,
        removed=dict(tally.removed.most_common()),
        largest=tuple(
            LargeStory(
                id=names[article], headline=columns.headlines[article], articles=n
            )
            for article, n in largest
        ),
        duplicate_ids=_duplicates(columns.ids, known),
        alarms=tuple(find_alarms(columns, outcome, names.__getitem__, known)),
        seconds=0.0,
        known=_known(outcome.story, known) if request.against is not None else None,
    )


def _known(story: NDArray[np.int64], known: int) -> int:
    """Count the articles whose story one of the first *known* is in too."""
    return int(np.isin(story[known:], story[:known]).sum())


def _duplicates(ids: TextColumn, known: int) -> int:
    """Count the articles whose id an article before them has."""
    hashes = np.empty(len(ids), np.uint64)
    hash_lines(ids.data, ids.offsets[:-1], ids.offsets[1:], hashes)
    named = hashes[known:][np.diff(ids.offsets)[known:] > 0]
    return len(named) - len(distinct(named))
