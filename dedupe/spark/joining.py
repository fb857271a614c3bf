"""Anchors, component by component of the verified pairs.

Whole components are brought to one place in rounds (large-star and small-star:
Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii, "Connected Components in MapReduce
and Beyond", 2014); there the rule of one machine decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.dump_boilerplate import distinct
from dedupe.kernels import pairs as codes
from dedupe.pair_table import count_pairs
from dedupe.spark.layouts import COUNT, EDGE, JOINED, MOVED, VERIFIED
from dedupe.spark.parcels import (
    Inbox,
    Outbox,
    Table,
    bucket_of,
    join_halves,
    part_halves,
    rows_of,
)
from dedupe.stories import join_nodes, mark_digests
from dedupe.verify import Verified

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from dedupe.spark.nodes import Numbering


@dataclass(frozen=True, slots=True)
class Graph:
    """Verified pairs of nodes that are numbered from 0, in order, here only."""

    numbers: NDArray[np.uint32]
    found: Verified
    lengths: NDArray[np.int64]
    sizes: NDArray[np.int64]


def graph_of(table: Table) -> Graph:
    """The nodes of some pairs, and the pairs between them."""
    ends = np.stack([table["left"], table["right"]], axis=1)
    numbers, first, back = np.unique(ends, return_index=True, return_inverse=True)
    back = back.reshape(-1, 2).astype(np.uint32)
    return Graph(
        numbers,
        Verified(
            left=np.ascontiguousarray(back[:, 0]),
            right=np.ascontiguousarray(back[:, 1]),
            verdicts=table["verdict"].copy(),
            reasons=table["reason"].copy(),
            figures=table["figures"],
        ),
        table["lengths"].ravel()[first].astype(np.int64),
        table["sizes"].ravel()[first].astype(np.int64),
    )


@dataclass(frozen=True)
class Joining:
    """Joins the nodes of the pairs that came, which are whole components."""

    numbering: Numbering
    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        table = inbox.take(VERIFIED)
        # Parcels arrive in any order, and a task that runs again must say the same.
        table = table.pick(np.argsort(join_halves(table["left"], table["right"])))
        graph = graph_of(table)
        found = graph.found
        mark_digests(found, graph.lengths, self.parameters.digest_parts)
        joined = join_nodes(len(graph.numbers), found, graph.sizes, graph.lengths)
        member = joined.through >= 0
        row = joined.through[member]
        rows = rows_of(
            JOINED,
            node=graph.numbers[member],
            anchor=graph.numbers[joined.anchor[member]],
            verdict=found.verdicts[row],
            reason=found.reasons[row],
            figures=found.figures[row],
        )
        outbox.add(JOINED, self.numbering.home(rows["node"]), rows)
        counts = count_pairs(table["sizes"], found.verdicts)
        rows = rows_of(COUNT, reason=np.arange(len(counts)), count=counts)
        outbox.add(COUNT, np.zeros(len(rows), np.int32), rows)
        pairs = table.rows.copy()
        pairs["verdict"], pairs["reason"] = found.verdicts, found.reasons
        outbox.add(VERIFIED, self.numbering.home(pairs["left"]), pairs)


def linked(rows: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which pairs bear on stories: a rejected pair and a shared headline do not."""
    verdicts = rows["verdict"]
    bears: NDArray[np.bool_] = verdicts != codes.REJECTED
    bears &= verdicts != codes.HEADLINE
    return bears


@dataclass(frozen=True)
class Linking:
    """Makes edges of pairs, from each node to the lower, sent to the higher."""

    buckets: int

    def __call__(self, _: int, pairs: Table, outbox: Outbox) -> None:
        rows = pairs.rows[linked(pairs.rows)]
        ends = rows_of(EDGE, node=rows["right"], lower=rows["left"])
        _send_both(ends, self.buckets, outbox)


def _send_both(edges: NDArray[np.void], buckets: int, outbox: Outbox) -> None:
    outbox.add(EDGE, bucket_of(edges["node"], buckets), edges)
    away = edges["node"] != edges["lower"]
    back = rows_of(EDGE, node=edges["lower"][away], lower=edges["node"][away])
    outbox.add(EDGE, bucket_of(back["node"], buckets), back)


@dataclass(frozen=True)
class LargeStar:
    """Ties the higher neighbours of each node to the lowest one."""

    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        nodes, others, lowest = _stars(inbox.take(EDGE))
        higher = others > nodes
        edges = _unique(others[higher], lowest[higher])
        outbox.add(EDGE, bucket_of(edges["node"], self.buckets), edges)
        _count(np.count_nonzero(higher & (lowest != nodes)), outbox)


@dataclass(frozen=True)
class SmallStar:
    """Ties the lower neighbours of each node, and itself, to the lowest one."""

    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        nodes, others, lowest = _stars(inbox.take(EDGE))
        edges = _unique(np.append(others, nodes), np.append(lowest, lowest))
        edges = edges[edges["node"] != edges["lower"]]
        _count(np.count_nonzero(others != lowest), outbox)
        _count(inbox.take(MOVED)["moved"].sum(), outbox)
        _send_both(edges, self.buckets, outbox)


def _count(moved: int | np.integer[Any], outbox: Outbox) -> None:
    rows = rows_of(MOVED, moved=np.array([moved]))
    outbox.add(MOVED, np.zeros(1, np.int32), rows)


@dataclass(frozen=True)
class ToLeft:
    """Sends each pair to its left node."""

    buckets: int

    def __call__(self, _: int, pairs: Table, outbox: Outbox) -> None:
        outbox.add(VERIFIED, bucket_of(pairs["left"], self.buckets), pairs.rows)


@dataclass(frozen=True)
class Placing:
    """Sends each pair to the bucket of its component's lowest node."""

    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        edges, pairs = inbox.take(EDGE).rows, inbox.take(VERIFIED)
        edges = np.sort(edges[edges["lower"] < edges["node"]], order="node")
        left = pairs["left"]
        lowest = left.copy()
        if len(edges):
            at = np.minimum(np.searchsorted(edges["node"], left), len(edges) - 1)
            tied = edges["node"][at] == left
            lowest[tied] = edges["lower"][at[tied]]
        outbox.add(VERIFIED, bucket_of(lowest, self.buckets), pairs.rows)


def _stars(
    edges: Table,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    """Nodes, their neighbours, and for each row the lowest of the node's star."""
    both = np.sort(join_halves(edges["node"], edges["lower"]))
    nodes, others = part_halves(both)
    first = np.flatnonzero(np.diff(nodes, prepend=np.int64(-1)))
    sizes = np.diff(np.append(first, len(nodes)))
    lowest = np.repeat(np.minimum(others[first], nodes[first]), sizes)
    return nodes, others, lowest


def _unique(node: NDArray[np.uint32], lower: NDArray[np.uint32]) -> NDArray[np.void]:
    node, lower = part_halves(distinct(join_halves(node, lower)))
    return rows_of(EDGE, node=node, lower=lower)
