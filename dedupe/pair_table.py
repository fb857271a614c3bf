"""Verified pairs of texts, told as pairs of articles."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.candidates import spans
from dedupe.kernels import pairs as codes
from dedupe.outcome import PairTable
from dedupe.verify import VERDICTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.nodes import Nodes
    from dedupe.parameters import Parameters
    from dedupe.verify import Verified

    _Columns = dict[str, NDArray[Any]]

# Pairs of articles written out for one pair of nodes, at most.
_EXPAND = 64
# Rows of the table made, or counted, at a time: what is made on the way is a multiple of them.
_EXPANDED = 1 << 18


def is_told(verified: Verified, parameters: Parameters) -> NDArray[np.bool_]:
    """Which pairs are told: what joins, what is linked, and what came close."""
    containment = verified.figures[:, 1:].max(axis=1, initial=0)
    told: NDArray[np.bool_] = (
        (verified.verdicts != codes.REJECTED)
        | (verified.figures[:, 0] >= parameters.record_jaccard)
        | (containment >= parameters.record_containment)
    )
    return told


def expand_pairs(nodes: Nodes, found: Verified, *, twins: bool = True) -> PairTable:
    """Pairs of nodes as pairs of articles: all of them, or each with the other's face.

    With *twins*, those of one node after them.
    """
    count = 1 + len(found) // _EXPANDED
    parts = [_expanded(nodes, found, 0, 0)]
    parts += [_expanded(nodes, found, *span) for span in spans(len(found), count)]
    return _joined([*parts, _twin_rows(nodes)] if twins else parts)


def pair_twins(nodes: Nodes) -> PairTable:
    """Pairs of the articles of one node."""
    return PairTable(**_twin_rows(nodes))


def count_all(nodes: Nodes, found: Verified) -> dict[str, int]:
    """Count, by verdict, the rows that ``expand_pairs`` makes, those of twins too."""
    sizes = nodes.sizes
    counts = np.zeros(len(VERDICTS), np.int64)
    for first, last in spans(len(found), 1 + len(found) // _EXPANDED):
        ends = (found.left[first:last], found.right[first:last])
        both = np.stack([sizes[end] for end in ends], axis=1)
        counts += count_pairs(both, found.verdicts[first:last])
    counts[codes.EXACT] += count_twins(sizes)
    return {VERDICTS[verdict]: n for verdict, n in enumerate(counts.tolist()) if n}


def count_pairs(sizes: NDArray[Any], verdicts: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count, by verdict, the rows that ``expand_pairs`` makes of pairs of nodes.

    *sizes* (n, 2) are the articles of both nodes of each.
    """
    counts = np.bincount(verdicts, _written(sizes.prod(axis=1), 1), len(VERDICTS))
    return counts.astype(np.int64)


def count_twins(sizes: NDArray[np.int64]) -> int:
    """Count the rows that ``pair_twins`` makes of nodes of so many articles."""
    return int(_written(sizes * (sizes - 1) // 2, sizes - 1).sum())


def _written(all_pairs: NDArray[Any], few: NDArray[Any] | int) -> NDArray[Any]:
    return np.where(all_pairs > _EXPAND, few, all_pairs)


def _joined(parts: list[_Columns]) -> PairTable:
    names = [field.name for field in fields(PairTable)]
    # The parts of a column are let go before the next is put together.
    return PairTable(
        **{name: np.concatenate([part.pop(name) for part in parts]) for name in names}
    )


def _expanded(nodes: Nodes, found: Verified, first: int, last: int) -> _Columns:
    a, b, row = _products(nodes, found.left[first:last], found.right[first:last])
    row += first
    figures = found.figures[row]
    return {
        "a": a.astype(np.uint32),
        "b": b.astype(np.uint32),
        "verdicts": found.verdicts[row],
        "reasons": found.reasons[row],
        "jaccard": figures[:, 0].copy(),
        "containment_a": figures[:, 1].copy(),
        "containment_b": figures[:, 2].copy(),
    }


def _twin_rows(nodes: Nodes) -> _Columns:
    a, b = _twins(nodes)
    ones = np.ones(len(a), np.float32)
    return {
        "a": a.astype(np.uint32),
        "b": b.astype(np.uint32),
        "verdicts": np.full(len(a), codes.EXACT, np.uint8),
        "reasons": np.full(len(a), codes.EQUAL, np.uint8),
        "jaccard": ones,
        "containment_a": ones,
        "containment_b": ones,
    }


def _products(
    nodes: Nodes, left: NDArray[np.uint32], right: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    sizes = nodes.sizes
    wide, high = sizes[left], sizes[right]
    many = wide * high > _EXPAND
    wide, high = np.where(many, 1, wide), np.where(many, 1, high)
    counts = wide * high
    row = np.repeat(np.arange(len(left)), counts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    i, j = within // high[row], within % high[row]
    a = nodes.members[nodes.bounds[left[row]] + i]
    b = nodes.members[nodes.bounds[right[row]] + j]
    return a, b, row


@cache
def _both_ways(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.triu_indices(n, 1)


def _twins(nodes: Nodes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of articles with one text: all of a small node, else each with the first."""
    a: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    b: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    for node in np.flatnonzero(nodes.sizes > 1):
        members = nodes.members[nodes.bounds[node] : nodes.bounds[node + 1]]
        if len(members) * (len(members) - 1) // 2 <= _EXPAND:
            i, j = _both_ways(len(members))
            a.append(members[i])
            b.append(members[j])
        else:
            a.append(np.repeat(members[0], len(members) - 1))
            b.append(members[1:])
    return np.concatenate(a), np.concatenate(b)
