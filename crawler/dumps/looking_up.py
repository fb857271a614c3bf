"""The texts of a few articles, read again: what a report shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.dumps.fields import TEXT, value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.dumps.columns import Columns
    from crawler.dumps.reading import OpenInput


def look_up_texts(
    inputs: Sequence[OpenInput], columns: Columns, articles: Iterable[int]
) -> dict[int, str]:
    """Return the texts of some articles as their dumps have them."""
    wanted = np.array(sorted(articles), np.int64)
    found: dict[int, str] = {}
    for number, opened in enumerate(inputs):
        low, high = columns.firsts[number], columns.firsts[number + 1]
        mine = wanted[(wanted >= low) & (wanted < high)]
        if not len(mine):
            continue
        name = opened.fields.names[TEXT]
        batches = opened.dump.rows(columns.places[mine], [name])
        rows = (row for batch in batches for row in batch)
        for article, row in zip(mine.tolist(), rows, strict=True):
            found[article] = str(value_at(row, name) or "")
    return found
