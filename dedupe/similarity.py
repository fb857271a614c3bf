"""Figures of two sets: Jaccard, containment, and likeness of headlines.

Broder, "On the resemblance and containment of documents" (1997).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedupe.shingles import shingle_hashes
from dedupe.text import words

if TYPE_CHECKING:
    from numpy.typing import NDArray


def jaccard(a: str, b: str) -> float:
    """Shared over union of the shingles of two texts; 0 where both are empty."""
    return jaccard_of(shingle_hashes(a), shingle_hashes(b))


def containment(part: str, whole: str) -> float:
    """Share of the shingles of *part* that *whole* has; 0 where *part* is empty."""
    return containment_of(shingle_hashes(part), shingle_hashes(whole))


def jaccard_of(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Shared over union of two arrays of shingle hashes, taken as sets."""
    union = len(np.union1d(a, b))
    return len(np.intersect1d(a, b)) / union if union else 0.0


def containment_of(part: NDArray[np.uint32], whole: NDArray[np.uint32]) -> float:
    """Share of *part*'s shingle hashes found in *whole*, both taken as sets."""
    distinct = len(np.unique(part))
    return len(np.intersect1d(part, whole)) / distinct if distinct else 0.0


def headline_similarity(a: str, b: str) -> float:
    """Share of the words that two headlines have in common, in any order, 0 to 1."""
    left, right = set(words(a)), set(words(b))
    either = left | right
    return len(left & right) / len(either) if either else 0.0
