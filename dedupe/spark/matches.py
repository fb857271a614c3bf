"""Pairs of nodes as pairs of articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.dump_boilerplate import distinct
from dedupe.nodes import Nodes
from dedupe.pair_table import expand_pairs, pair_twins
from dedupe.spark.joining import graph_of
from dedupe.spark.layouts import HOLDER, MATCH, MEMBER, VERIFIED, WISH
from dedupe.spark.parcels import Inbox, Outbox, Table, join_halves, part_halves, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.outcome import PairTable
    from dedupe.spark.nodes import Numbering


@dataclass(frozen=True)
class Wishing:
    """Asks for the articles of the nodes of a parcel's pairs."""

    numbering: Numbering

    def __call__(self, bucket: int, pairs: Table, outbox: Outbox) -> None:
        nodes = distinct(np.concatenate([pairs["left"], pairs["right"]]))
        rows = rows_of(WISH, node=nodes, target=np.full(len(nodes), bucket))
        outbox.add(WISH, self.numbering.home(nodes), rows)


@dataclass(frozen=True)
class Holding:
    """Sends the articles of nodes where they are asked for; pairs those of one node."""

    numbering: Numbering

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        members, wishes = inbox.take(MEMBER), inbox.take(WISH)
        asked = distinct(
            join_halves(wishes["node"], wishes["target"].astype(np.uint32))
        )
        node, target = part_halves(asked)
        members = members.pick(np.argsort(members["node"], kind="stable"))
        nodes = _nodes(members["node"].astype(np.int64))
        wanted = (node - np.uint32(self.numbering.bases[bucket])).astype(int)
        sizes = nodes.sizes[wanted]
        starts = np.cumsum(sizes) - sizes
        places = np.arange(int(sizes.sum())) + np.repeat(
            nodes.bounds[wanted] - starts, sizes
        )
        rows = rows_of(
            HOLDER,
            node=np.repeat(node, sizes),
            article=members["article"][places],
        )
        outbox.add(HOLDER, np.repeat(target.astype(np.int32), sizes), rows)
        _send(pair_twins(nodes), members["article"], bucket, outbox)


@dataclass(frozen=True)
class Matching:
    """Writes out the pairs of articles behind the pairs of a bucket."""

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        pairs, holders = inbox.take(VERIFIED), inbox.take(HOLDER)
        if not len(pairs):
            return
        holders = holders.pick(np.argsort(holders["node"], kind="stable"))
        numbers, back = np.unique(holders["node"], return_inverse=True)
        nodes, graph = _nodes(back), graph_of(pairs)
        assert np.array_equal(numbers, graph.numbers)
        # Pairs inside a node are told where the node is at home.
        between = expand_pairs(nodes, graph.found, twins=False)
        _send(between, holders["article"], bucket, outbox)


def _nodes(node_of: NDArray[np.generic]) -> Nodes:
    """Articles that stand in the order of their nodes."""
    n, members = int(node_of.max(initial=-1)) + 1, np.arange(len(node_of))
    bounds = np.searchsorted(node_of, np.arange(n + 1))
    return Nodes(
        node_of=node_of.astype(np.int64),
        members=members,
        bounds=bounds.astype(np.int64),
        articles=members[bounds[:-1]],
        headlines=np.zeros(n, np.uint64),
        times=np.zeros((n, 2), np.int64),
        signed=np.ones(n, np.bool_),
    )


def _send(
    found: PairTable, articles: NDArray[np.uint64], bucket: int, outbox: Outbox
) -> None:
    rows = rows_of(
        MATCH,
        a=articles[found.a],
        b=articles[found.b],
        verdict=found.verdicts,
        reason=found.reasons,
        jaccard=found.jaccard,
        containment_a=found.containment_a,
        containment_b=found.containment_b,
    )
    outbox.add(MATCH, np.full(len(rows), bucket, np.int32), rows)
