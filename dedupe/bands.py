"""Keys that propose candidates: bands of the signature, and passages.

Banding: Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels import tokens
from dedupe.parameters import DEFAULT, Parameters
from dedupe.shingles import analyse_texts
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Bands and rows with the fewest errors around a Jaccard of threshold, as datasketch
# finds them for num_perm: {(num_perm, threshold): (bands, rows)}. Importing datasketch
# takes longer than signing thousands of articles.
OPTIMUM = {
    (64, 0.3): (21, 3), (64, 0.4): (16, 4), (64, 0.5): (14, 4), (64, 0.6): (10, 6),
    (64, 0.7): (8, 8), (64, 0.8): (5, 11), (64, 0.9): (3, 21),
    (128, 0.3): (37, 3), (128, 0.4): (32, 4), (128, 0.5): (25, 5), (128, 0.6): (18, 7),
    (128, 0.7): (14, 9), (128, 0.8): (9, 13), (128, 0.9): (5, 25),
    (256, 0.3): (64, 4), (256, 0.4): (51, 5), (256, 0.5): (42, 6), (256, 0.6): (32, 8),
    (256, 0.7): (25, 10), (256, 0.8): (17, 15), (256, 0.9): (9, 28),
}  # fmt: skip


def pick_bands(threshold: float, num_perm: int = DEFAULT.num_perm) -> tuple[int, int]:
    """Bands and rows that best tell pairs above a Jaccard of *threshold* from others.

    The defaults of Parameters are those of 0.4: candidates may be too many, never few.
    """
    known = OPTIMUM.get((num_perm, threshold))
    if known is not None:
        return known
    from datasketch.lsh import _optimal_param

    bands, rows = _optimal_param(threshold, num_perm, 0.5, 0.5)
    return int(bands), int(rows)


def band_keys(
    signature: NDArray[np.uint32], parameters: Parameters = DEFAULT
) -> NDArray[np.uint64]:
    """One key for each band: the band's number above 32 bits of hash."""
    out = np.empty(parameters.bands, np.uint32)
    tokens.hash_bands(np.ascontiguousarray(signature), parameters.rows, out)
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
