"""Verification records of a whole dump, of which few are in memory at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.verify import Records

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.gathering import Spill


@dataclass(frozen=True, slots=True, kw_only=True)
class SpilledRecords:
    """The records of n nodes: see Records, but that their tokens wait in *spill*."""

    spill: Spill
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    masked: NDArray[np.uint8]
    mask_starts: NDArray[np.int64]
    unmask: NDArray[np.uint8]
    headlines: NDArray[np.uint64]
    times: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, nodes: NDArray[np.int64]) -> Records:
        """Return the records of some *nodes*, numbered from 0 in that order."""
        sizes = self.sizes[nodes]
        return Records(
            tokens=self.spill.take(self.starts[nodes], sizes[:, 0]),
            starts=np.cumsum(sizes[:, 0]) - sizes[:, 0],
            sizes=sizes,
            masked=self.masked,
            mask_starts=self.mask_starts[nodes],
            unmask=self.unmask[nodes],
            headlines=self.headlines[nodes],
            times=self.times[nodes],
        )


def renumbered(
    left: NDArray[np.uint32], right: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the nodes of some pairs, ascending, and the pairs as places among them."""
    both = np.concatenate((left, right))
    nodes, places = np.unique(both, return_inverse=True)
    own = places.astype(np.uint32)
    return nodes.astype(np.int64), own[: len(left)], own[len(left) :]
