"""The rows behind a few articles, read again: what a report shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.dumps.fields import HEADLINE, TEXT, value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.dumps.columns import Columns
    from crawler.dumps.reading import OpenInput
    from storage.dumps.dump import Row


class Rows:
    """The rows of some articles, by the article's number; *fields* are looked up."""

    def __init__(
        self,
        inputs: Sequence[OpenInput],
        columns: Columns,
        articles: Iterable[int],
        fields: Sequence[int],
    ) -> None:
        self._inputs = inputs
        self._columns = columns
        self._fields = fields
        self._rows = dict(self._read(np.array(sorted(articles), np.int64)))

    def headline(self, article: int) -> str:
        """Return the headline of an article, "" where it has none."""
        return self._value(article, HEADLINE)

    def text(self, article: int) -> str:
        """Return the text of an article as its dump has it."""
        return self._value(article, TEXT)

    def _value(self, article: int, field: int) -> str:
        name = self._inputs[self._columns.input_of(article)].fields.names[field]
        return str(value_at(self._rows[article], name) or "") if name else ""

    def _read(
        self, articles: np.ndarray[tuple[int], np.dtype[np.int64]]
    ) -> Iterable[tuple[int, Row]]:
        columns = self._columns
        for number, opened in enumerate(self._inputs):
            low, high = columns.firsts[number], columns.firsts[number + 1]
            mine = articles[(articles >= low) & (articles < high)]
            wanted = [opened.fields.names[field] for field in self._fields]
            if len(mine) and any(wanted):
                batches = opened.dump.rows(columns.places[mine], wanted)
                rows = (row for batch in batches for row in batch)
                yield from zip(mine.tolist(), rows, strict=True)
