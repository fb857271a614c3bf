"""Keys that propose candidates: bands of the signature, and passages.

Banding: Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels import analyse
from dedupe.parameters import DEFAULT, Parameters
from dedupe.shingles import analyse_texts
from dedupe.text import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray


def band_keys(
    signature: NDArray[np.uint32], parameters: Parameters = DEFAULT
) -> NDArray[np.uint64]:
    """One key for each band: the band's number above 32 bits of hash."""
    out = np.empty(parameters.bands, np.uint32)
    analyse.hash_bands(np.ascontiguousarray(signature), parameters.rows, out)
    return number_bands(out)


def number_bands(hashes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Put the band's number above its hash, along the last axis."""
    numbers = np.arange(1, hashes.shape[-1] + 1, dtype=np.uint64) << np.uint64(32)
    return hashes.astype(np.uint64) | numbers


def passage_keys(text: str) -> NDArray[np.uint64]:
    """Keys of the passages of *text*: sentences of six words or more, in order.

    A stretch without sentence ends is cut where the words say so, so that copies are
    cut alike.
    """
    return analyse_texts(TextColumn.from_strings([text])).keys
