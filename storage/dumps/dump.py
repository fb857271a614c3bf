"""What every format offers to the rest of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from storage.dumps.batch import Batch
    from storage.dumps.fields import Fields

Row = dict[str, object]


class Dump(Protocol):
    """One input: read once for its columns, and again for the rows that stay."""

    @property
    def path(self) -> Path: ...

    @property
    def name(self) -> str:
        """What rejects and messages call it."""

    def field_names(self) -> list[str]:
        """Return the names of the fields that its rows have."""

    def read(self, fields: Fields) -> Iterator[Callable[[], Batch]]:
        """Yield tasks in order of the file; each may run in any thread."""

    def rows(
        self, places: NDArray[np.int64], wanted: Sequence[str] | None = None
    ) -> Iterator[list[Row]]:
        """Yield the rows at *places* (sorted spans, as batches gave them), in order.

        Fields that are not *wanted* may be missing, where that spares reading them.
        """


class Writer(Protocol):
    """Takes rows in order, and finishes the file."""

    def write(self, rows: list[Row]) -> None: ...

    def close(self) -> None: ...
