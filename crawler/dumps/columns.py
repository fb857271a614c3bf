"""What stays of a dump's articles between its two readings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.clean_column import CleanColumn
    from dedupe.gathering import Spill
    from storage.dumps.batch import Batch


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A batch, its cleaned texts, and hashes of its URLs and outlets."""

    batch: Batch
    column: CleanColumn
    hints: NDArray[np.uint64]
    outlets: NDArray[np.uint64]
    line_keys: NDArray[np.uint64]
    line_counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """All articles of all inputs, in order, without their texts.

    Input i has the articles from firsts[i] to before firsts[i + 1]; *places* and
    *lines* say where in it they stand. *hints* and *outlets* (uint64) are hashes.
    *published* is epoch seconds or UNKNOWN_TIME. Each row of *cuts* (int64[m, 3]) is a
    stretch taken out of an article: number, first byte, end; sorted. Article i has
    line_counts[i] lines once cleaned, whose keys stand side by side in *line_keys*.
    """

    firsts: tuple[int, ...]
    places: NDArray[np.int64]
    lines: NDArray[np.int64]
    ids: TextColumn
    urls: TextColumn
    headlines: TextColumn
    hints: NDArray[np.uint64]
    outlets: NDArray[np.uint64]
    published: NDArray[np.int64]
    cuts: NDArray[np.int64]
    line_keys: NDArray[np.uint64]
    line_counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.places)

    def input_of(self, article: int) -> int:
        """Return which input an article came from."""
        return int(np.searchsorted(self.firsts, article, side="right")) - 1


class ColumnParts:
    """Collects batches in columns beside a spill, and shows them side by side."""

    def __init__(self, spill: Spill) -> None:
        self.count = 0
        types = {"places": np.int64, "lines": np.int64, "hints": np.uint64}
        types |= {"outlets": np.uint64, "published": np.int64, "cuts": np.int64}
        types |= {"line_keys": np.uint64, "line_counts": np.int64}
        self._columns = {name: spill.beside(kind) for name, kind in types.items()}
        self._ids = _Texts(spill)
        self._urls = _Texts(spill)
        # To read a packed dump once more for some of them takes longer than to keep all.
        self._headlines = _Texts(spill)

    def add(self, found: Cleaned, published: NDArray[np.int64]) -> None:
        batch = found.batch
        cuts = [(self.count + c.article, c.start, c.end) for c in found.column.cuts]
        new: dict[str, NDArray[Any]] = {
            "places": batch.places,
            "lines": batch.lines,
            "hints": found.hints,
            "outlets": found.outlets,
            "published": published,
            "cuts": np.array(cuts, np.int64),
            "line_keys": found.line_keys,
            "line_counts": found.line_counts,
        }
        for name, values in new.items():
            self._columns[name].append(values)
        self._ids.append(batch.ids)
        self._urls.append(batch.urls)
        self._headlines.append(batch.headlines)
        self.count += len(batch)

    def finish(self, firsts: tuple[int, ...]) -> Columns:
        shown = {name: column.view() for name, column in self._columns.items()}
        shown["places"] = shown["places"].reshape(-1, 2)
        shown["cuts"] = shown["cuts"].reshape(-1, 3)
        return Columns(
            firsts=firsts,
            ids=self._ids.view(),
            urls=self._urls.view(),
            headlines=self._headlines.view(),
            **shown,
        )


class _Texts:
    """A column of texts that grows."""

    def __init__(self, spill: Spill) -> None:
        self._data = spill.beside(np.uint8)
        self._offsets = spill.beside(np.int64)
        self._offsets.append(np.zeros(1, np.int64))

    def append(self, texts: TextColumn) -> None:
        start, end = int(texts.offsets[0]), int(texts.offsets[-1])
        base = self._data.append(texts.data[start:end])
        self._offsets.append(texts.offsets[1:] - start + base)

    def view(self) -> TextColumn:
        return TextColumn(self._data.view(), self._offsets.view())
