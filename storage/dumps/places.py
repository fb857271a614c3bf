"""Picking the rows of a second reading by their places in the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from storage.dumps.dump import Row


def pick_rows(
    rows: Iterable[object], places: NDArray[np.int64], size: int
) -> Iterator[list[Row]]:
    """Yield the rows numbered by *places*, *size* at a time; what is no row is skipped
    by its number, as it was when it was rejected.
    """
    wanted = iter(places[:, 0].tolist())
    target = next(wanted, None)
    found: list[Row] = []
    for number, row in enumerate(rows):
        if target is None:
            break
        if number != target:
            continue
        if not isinstance(row, dict):
            break
        found.append(row)
        target = next(wanted, None)
        if len(found) == size:
            yield found
            found = []
    if target is not None:
        raise DumpError("an input changed while it was read: run it again")
    if found:
        yield found
