"""The index entries of one article, from the kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dedupe.bands import number_bands
from dedupe.incremental import Entry, entry_of
from dedupe.parameters import DEFAULT, Parameters
from dedupe.shingles import Analysis, analyse_texts
from dedupe.signature import permutations
from dedupe.text_column import TextColumn
from dedupe.verify import Record, record_of

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the index holds of one text.

    *fold* is the hash of the folded body as a signed integer, None where it has no
    words; *headline* is the hash of the folded headline, None where it is too short to
    say something; *entry* is None where it has no words. Its record has no time.
    """

    fold: int | None
    headline: int | None
    words: int
    record: Record
    entry: Entry | None


class IndexSigner:
    """Signs articles for the index under one set of parameters."""

    def __init__(self, parameters: Parameters = DEFAULT) -> None:
        self.parameters = parameters
        self._permutations = permutations(parameters.num_perm, parameters.seed)

    def sign(self, headline: str, body: str) -> Signed:
        """Sign one article; a body without words has no keys at all."""
        return self.sign_all([(headline, body)])[0]

    def sign_all(self, texts: Iterable[tuple[str, str]]) -> list[Signed]:
        """Sign articles, as (headline, body), in one pass of the kernel."""
        rows = list(texts)
        if not rows:
            return []
        found = analyse_texts(
            TextColumn.from_strings([body for _, body in rows]),
            TextColumn.from_strings([headline for headline, _ in rows]),
            permutations=self._permutations,
            bands=self.parameters.bands,
            rows=self.parameters.rows,
            keep_signatures=True,
        )
        return [self._signed(found, row) for row in range(len(rows))]

    def _signed(self, found: Analysis, row: int) -> Signed:
        words = int(found.sizes[row, 1])
        titled = found.sizes[row, 0] >= self.parameters.headline_words
        whole = record_of(found, row)
        # Of its own, so that one text does not keep the others' in memory.
        record = replace(whole, tokens=whole.tokens.copy(), keys=whole.keys.copy())
        bands = number_bands(found.bands[row])
        minima = found.signatures[row].copy()
        return Signed(
            fold=_signed(found.folds[row]) if words else None,
            headline=_signed(found.headlines[row]) if titled else None,
            words=words,
            record=record,
            entry=entry_of(record, bands, minima, self.parameters) if words else None,
        )


def _signed(key: np.uint64) -> int:
    return int(key.view(np.int64))


def cut_order(entry: Entry) -> int:
    """Order articles of one text as dedupe does: by the sum of their passages' keys."""
    return int(entry.record.keys.sum(dtype=np.uint64))
