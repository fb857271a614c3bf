"""The index entries of one article, from the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.bands import number_bands
from dedupe.parameters import DEFAULT, Parameters
from dedupe.shingles import analyse_texts
from dedupe.signature import permutations
from dedupe.text import TextColumn
from dedupe.verify import Record, record_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What the index holds of one text.

    *fold* is the hash of the folded body as a signed integer, None where it has no
    words; *bands* and *passages* are keys as signed integers, sorted; *minima* is the
    signature as little-endian uint32; *headline* is the hash of the folded headline,
    None where it is too short to say something. *record* is what pairs are verified on, without a time.
    """

    fold: int | None
    headline: int | None
    words: int
    bands: tuple[int, ...]
    passages: tuple[int, ...]
    minima: bytes
    record: Record


class IndexSigner:
    """Signs articles for the index under one set of parameters."""

    def __init__(self, parameters: Parameters = DEFAULT) -> None:
        self.parameters = parameters
        self._permutations = permutations(parameters.num_perm, parameters.seed)

    def sign(self, headline: str, body: str) -> Signed:
        """Sign one article; a body without words has no keys at all."""
        found = analyse_texts(
            TextColumn.from_strings([body]),
            TextColumn.from_strings([headline]),
            permutations=self._permutations,
            bands=self.parameters.bands,
            rows=self.parameters.rows,
            keep_signatures=True,
        )
        words = int(found.sizes[0, 1])
        titled = found.sizes[0, 0] >= self.parameters.headline_words
        return Signed(
            fold=_signed(found.folds[0]) if words else None,
            headline=_signed(found.headlines[0]) if titled else None,
            words=words,
            bands=sorted_keys(number_bands(found.bands[0])) if words else (),
            passages=sorted_keys(found.keys),
            minima=found.signatures[0].astype("<u4").tobytes() if words else b"",
            record=record_of(found, 0),
        )


def sorted_keys(keys: NDArray[np.uint64]) -> tuple[int, ...]:
    """Return keys as signed integers, each once, in the order of the table.

    Neighbours in a table are written together.
    """
    return tuple(sorted(set(keys.view(np.int64).tolist())))


def _signed(key: np.uint64) -> int:
    return int(key.view(np.int64))
