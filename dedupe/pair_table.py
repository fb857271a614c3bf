"""Verified pairs of texts, told as pairs of articles."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.candidates import spans
from dedupe.kernels import pairs as codes
from dedupe.outcome import PairTable
from dedupe.verify import REASONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.nodes import Nodes
    from dedupe.parameters import Parameters
    from dedupe.verify import Verified

# Pairs of articles written out for one pair of nodes, at most.
_EXPAND = 64
# Rows of the table made at a time.
_EXPANDED = 1 << 18


def pair_table(
    nodes: Nodes, verified: Verified, parameters: Parameters
) -> tuple[PairTable, dict[str, int]]:
    """Return the pairs that are told, and the reasons of the others with their number."""
    containment = verified.figures[:, 1:].max(axis=1, initial=0)
    kept = (
        (verified.verdicts != codes.REJECTED)
        | (verified.figures[:, 0] >= parameters.record_jaccard)
        | (containment >= parameters.record_containment)
    )
    counts = np.bincount(verified.reasons[~kept])
    others = {REASONS[reason]: int(n) for reason, n in enumerate(counts) if n}
    return expand_pairs(nodes, verified, np.flatnonzero(kept)), others


def expand_pairs(
    nodes: Nodes, found: Verified, wanted: NDArray[np.intp] | None = None
) -> PairTable:
    """Pairs of nodes as pairs of articles: all of them, or each with the other's face.

    *wanted* are the rows of *found* that are written out; by default all.
    """
    rows = np.arange(len(found)) if wanted is None else wanted
    # A part at a time: what is made on the way is a multiple of the table.
    parts = [
        _expanded(nodes, found, rows[slice(*span)])
        for span in spans(len(rows), 1 + len(rows) // _EXPANDED)
    ]
    parts.append(_twin_rows(nodes))
    return PairTable(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(PairTable)
        }
    )


def _expanded(nodes: Nodes, found: Verified, wanted: NDArray[np.intp]) -> PairTable:
    a, b, row = _products(nodes, found.left[wanted], found.right[wanted])
    row = wanted[row]
    figures = found.figures[row]
    return PairTable(
        a=a,
        b=b,
        verdicts=found.verdicts[row],
        reasons=found.reasons[row],
        jaccard=figures[:, 0],
        containment_a=figures[:, 1],
        containment_b=figures[:, 2],
    )


def _twin_rows(nodes: Nodes) -> PairTable:
    a, b = _twins(nodes)
    ones = np.ones(len(a), np.float32)
    return PairTable(
        a=a,
        b=b,
        verdicts=np.full(len(a), codes.EXACT, np.uint8),
        reasons=np.full(len(a), codes.EQUAL, np.uint8),
        jaccard=ones,
        containment_a=ones,
        containment_b=ones,
    )


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
