"""Columns of texts: apart from folding, which a crawl needs without numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TextColumn:
    """Texts side by side: UTF-8 *data* (uint8) and n + 1 *offsets* (int64), read-only."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __post_init__(self) -> None:
        # A kernel is compiled once more for arrays that may be written.
        for name in ("data", "offsets"):
            view = getattr(self, name).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @classmethod
    def from_strings(cls, texts: Iterable[str | None]) -> Self:
        """Encode *texts*; None is empty, lone surrogates become "?"."""
        return cls.from_bytes([(t or "").encode(errors="replace") for t in texts])

    @classmethod
    def from_bytes(cls, texts: list[bytes]) -> Self:
        """Join texts that are UTF-8 already; invalid bytes separate words."""
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum([len(text) for text in texts], out=offsets[1:])
        return cls(np.frombuffer(b"".join(texts), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> str:
        start, end = self.offsets[index], self.offsets[index + 1]
        return self.data[start:end].tobytes().decode(errors="replace")

    def slice(self, start: int, end: int) -> TextColumn:
        """Rows from *start* to before *end*, sharing the data."""
        return TextColumn(self.data, self.offsets[start : end + 1])
