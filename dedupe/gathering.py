"""What a dump's texts leave behind while they stream by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.shingles import Analysis

# Seconds since 1970 where an article says no time.
UNKNOWN_TIME = -(1 << 62)


class Spill(Protocol):
    """Where verification records wait, outside the process's memory if need be."""

    def append(self, tokens: NDArray[np.uint32]) -> int:
        """Keep *tokens*; returns where they start, counted in tokens."""
        ...

    def view(self) -> NDArray[np.uint32]:
        """All the tokens kept so far, read-only and contiguous (a memory map, say)."""
        ...

    def release(self) -> None:
        """Give back the memory of what was viewed; a later view still works."""
        ...


class MemorySpill:
    """Keeps verification records in memory."""

    def __init__(self) -> None:
        self._tokens = np.empty(1 << 16, np.uint32)
        self._filled = 0

    def append(self, tokens: NDArray[np.uint32]) -> int:
        start, end = self._filled, self._filled + len(tokens)
        if end > len(self._tokens):
            grown = np.empty(max(end, 2 * len(self._tokens)), np.uint32)
            grown[:start] = self._tokens[:start]
            self._tokens = grown
        self._tokens[start:end] = tokens
        self._filled = end
        return start

    def view(self) -> NDArray[np.uint32]:
        return self._tokens[: self._filled]

    def release(self) -> None:
        """Nothing to give back: the tokens live here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """n articles, without their texts.

    *starts* (int64): where an article's body begins in the spill; *tokens*,
    *headline_words* and *weights* (int32): the body's and headline's lengths in tokens,
    and the body's weight (two for a word, one for a character of a script without
    spaces). *folds* and *headlines* (uint64): hashes of the folded texts. *bands*
    (uint32[n, bands]). *keys* (uint64) from key_offsets[i]: passage keys in order.
    *published* (int64): epoch seconds or UNKNOWN_TIME.
    """

    starts: NDArray[np.int64]
    tokens: NDArray[np.int32]
    headline_words: NDArray[np.int32]
    weights: NDArray[np.int32]
    folds: NDArray[np.uint64]
    headlines: NDArray[np.uint64]
    bands: NDArray[np.uint32]
    keys: NDArray[np.uint64]
    key_offsets: NDArray[np.int64]
    published: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.folds)


class Gatherer:
    """Collects analyses batch by batch."""

    def __init__(self, spill: Spill, bands: int) -> None:
        self._spill = spill
        self._bands = bands
        self._parts: list[dict[str, NDArray[Any]]] = []
        self.count = 0

    def add(self, found: Analysis, published: NDArray[np.int64] | None) -> None:
        """Keep what later steps need of one batch; its tokens go to the spill."""
        n = len(found.folds)
        start = self._spill.append(found.tokens)
        sizes = found.sizes.astype(np.int32)
        times = np.full(n, UNKNOWN_TIME) if published is None else published
        self._parts.append(
            {
                "starts": found.token_offsets[:-1] + found.sizes[:, 0] + start,
                "tokens": sizes[:, 1].copy(),
                "headline_words": sizes[:, 0].copy(),
                "weights": sizes[:, 2].copy(),
                "folds": found.folds.copy(),
                "headlines": found.headlines.copy(),
                "bands": found.bands,
                "keys": found.keys.copy(),
                "key_counts": np.diff(found.key_offsets).astype(np.int32),
                "published": np.ascontiguousarray(times, np.int64),
            }
        )
        self.count += n

    def finish(self) -> Gathered:
        """Put the batches together, freeing each as it goes."""
        parts, self._parts = self._parts, []
        return _join(parts, self._bands)


def _join(parts: list[dict[str, NDArray[Any]]], bands: int) -> Gathered:
    def take(name: str, dtype: type[np.generic]) -> NDArray[Any]:
        nothing = np.zeros((0, bands) if name == "bands" else 0, dtype)
        return np.concatenate([nothing, *(part.pop(name) for part in parts)])

    counts = take("key_counts", np.int64)
    return Gathered(
        starts=take("starts", np.int64),
        tokens=take("tokens", np.int32),
        headline_words=take("headline_words", np.int32),
        weights=take("weights", np.int32),
        folds=take("folds", np.uint64),
        headlines=take("headlines", np.uint64),
        bands=take("bands", np.uint32),
        keys=take("keys", np.uint64),
        key_offsets=np.concatenate(([0], np.cumsum(counts))),
        published=take("published", np.int64),
    )
