"""What a dump's texts leave behind while they stream by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from dedupe.shingles import Analysis

# Seconds since 1970 where an article says no time.
UNKNOWN_TIME = -(1 << 62)


class Spill(Protocol):
    """A column that grows, outside the process's memory if need be."""

    def beside(self, dtype: DTypeLike) -> Spill:
        """Another column, of another type, under the same limit."""
        ...

    def append(self, values: NDArray[Any]) -> int:
        """Keep *values*; returns where they start, counted in values."""
        ...

    def view(self) -> NDArray[Any]:
        """All the values kept so far, read-only and contiguous (a memory map, say)."""
        ...

    def take(
        self, starts: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray[Any]:
        """Copies of some stretches of the column, one after the other."""
        ...

    def release(self) -> None:
        """Give back the memory of what was viewed; a view stays valid."""
        ...

    def drop(self) -> None:
        """Let go of all values; columns beside it keep theirs, and views stay valid."""
        ...


class MemorySpill:
    """Keeps a column in memory, of verification records by default."""

    def __init__(self, dtype: DTypeLike = np.uint32) -> None:
        self._values = np.empty(1 << 12, dtype)
        self._filled = 0

    def beside(self, dtype: DTypeLike) -> MemorySpill:
        return MemorySpill(dtype)

    def append(self, values: NDArray[Any]) -> int:
        start, end = self._filled, self._filled + values.size
        if end > len(self._values):
            grown = np.empty(max(end, 2 * len(self._values)), self._values.dtype)
            grown[:start] = self._values[:start]
            self._values = grown
        self._values[start:end] = values.reshape(-1)
        self._filled = end
        return start

    def view(self) -> NDArray[Any]:
        return self._values[: self._filled]

    def take(
        self, starts: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray[Any]:
        ends = (starts + counts).tolist()
        some = [self._values[a:b] for a, b in zip(starts.tolist(), ends, strict=True)]
        return np.concatenate([self._values[:0], *some])

    def release(self) -> None:
        """Nothing to give back: the values live here."""

    def drop(self) -> None:
        self._values, self._filled = self._values[:0].copy(), 0


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
    """Collects analyses batch by batch.

    Their records, in *spill* itself, and their keys, beside it, stay until drop().
    """

    def __init__(self, spill: Spill, bands: int) -> None:
        self._spill = spill
        self._width = bands
        self._bands = spill.beside(np.uint32)
        self._keys = spill.beside(np.uint64)
        self._parts: list[dict[str, NDArray[Any]]] = []
        self.count = 0

    def add(self, found: Analysis, published: NDArray[np.int64] | None) -> None:
        """Keep what later steps need of one batch; most of it goes to the spill."""
        n = len(found.folds)
        start = self._spill.append(found.tokens)
        self._bands.append(found.bands)
        self._keys.append(found.keys)
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
                "key_counts": np.diff(found.key_offsets).astype(np.int32),
                "published": np.ascontiguousarray(times, np.int64),
            }
        )
        self.count += n

    def finish(self) -> Gathered:
        """Put the batches together, freeing each as it goes."""
        parts, self._parts = self._parts, []

        def take(name: str, dtype: type[np.generic]) -> NDArray[Any]:
            nothing = np.zeros(0, dtype)
            return np.concatenate([nothing, *(part.pop(name) for part in parts)])

        counts = take("key_counts", np.int64)
        return Gathered(
            starts=take("starts", np.int64),
            tokens=take("tokens", np.int32),
            headline_words=take("headline_words", np.int32),
            weights=take("weights", np.int32),
            folds=take("folds", np.uint64),
            headlines=take("headlines", np.uint64),
            bands=self._bands.view().reshape(self.count, self._width),
            keys=self._keys.view(),
            key_offsets=np.concatenate(([0], np.cumsum(counts))),
            published=take("published", np.int64),
        )

    def drop(self) -> None:
        """Let go of records and keys; views of them stay valid."""
        for column in (self._spill, self._bands, self._keys):
            column.drop()
