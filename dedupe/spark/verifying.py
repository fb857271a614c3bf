"""Pairs meet the records of both their nodes, and the kernel decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.dump_boilerplate import distinct
from dedupe.kernels import keys as key_kernels
from dedupe.kernels import pairs as codes
from dedupe.pair_table import is_told
from dedupe.spark.layouts import COUNT, MASK, NODE, PAIR, RECORD, TOKENS, VERIFIED, WISH
from dedupe.spark.parcels import (
    Inbox,
    Outbox,
    Table,
    bucket_of,
    join_halves,
    offsets_of,
    part_halves,
    pick_stretches,
    rows_of,
)
from dedupe.verify import (
    REASONS,
    Records,
    count_distinct,
    may_matter,
    verify_rows,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from dedupe.spark.nodes import Numbering
    from dedupe.verify import Verified

# So many later nodes of a bucket may follow one first node elsewhere.
_CROWD = 64


@dataclass(frozen=True)
class Pairing:
    """Keeps each pair once, and asks for the records of its nodes."""

    numbering: Numbering
    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        found = inbox.take(PAIR)
        pairs = distinct(join_halves(found["left"], found["right"]))
        left, right = part_halves(pairs)
        target = self._targets(left, right, bucket)
        outbox.add(PAIR, target, rows_of(PAIR, left=left, right=right))
        ends = np.concatenate([left, right])
        asked = distinct(join_halves(np.tile(target, 2), ends))
        targets, nodes = part_halves(asked)
        wishes = rows_of(WISH, node=nodes, target=targets)
        outbox.add(WISH, self.numbering.home(nodes), wishes)

    def _targets(
        self, left: NDArray[np.uint32], right: NDArray[np.uint32], bucket: int
    ) -> NDArray[np.int32]:
        """Where pairs are verified: those of one story together, so that a record is
        sent once. The pairs of a node that crowds of others meet stay apart.
        """
        nodes, first = np.unique(right, return_index=True)
        lead = left[first]
        _, own, counts = np.unique(lead, return_inverse=True, return_counts=True)
        where = bucket_of(lead, self.buckets)
        where[counts[own] > _CROWD] = bucket
        targets: NDArray[np.int32] = where[np.searchsorted(nodes, right)]
        return targets


@dataclass(frozen=True)
class Recording:
    """Sends records where they are asked for: words, and which passages are masked."""

    numbering: Numbering

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        nodes, tokens, wishes = (inbox.take(layout) for layout in (NODE, TOKENS, WISH))
        masks = inbox.take(MASK)
        if not len(wishes):
            return
        asked = distinct(join_halves(wishes["target"], wishes["node"]))
        target, node = part_halves(asked)
        nodes = nodes.pick(np.argsort(nodes["node"]))
        hidden = _hidden(nodes, masks, self.numbering.bases[bucket])
        order = np.argsort(tokens["article"])
        record = order[
            np.searchsorted(tokens["article"], nodes["article"], sorter=order)
        ]
        wanted = node - np.uint32(self.numbering.bases[bucket])
        rows = rows_of(
            RECORD,
            node=node,
            masked=nodes["keys"][wanted],
            **{
                name: nodes[name][wanted]
                for name in ("weight", "size", "headline", "first", "last", "tokens")
            },
        )
        outbox.add(
            RECORD,
            target.astype(np.int32),
            rows,
            pick_stretches(hidden, nodes["keys"], wanted),
            pick_stretches(tokens.tails["tokens"], tokens["tokens"], record[wanted]),
        )


def _hidden(nodes: Table, masks: Table, base: int) -> NDArray[np.uint8]:
    """Which of the nodes' keys, in order, are masked at their node."""
    keys = nodes.tails["keys"]
    if not len(masks):
        return np.zeros(len(keys), np.uint8)
    # A key is masked at all its holders that propose, and briefs are in no pair.
    hidden: NDArray[np.uint8] = key_kernels.mark_keys(keys, distinct(masks["key"]))
    return hidden


@dataclass(frozen=True)
class Verifying:
    """Decides about the pairs of a bucket; keeps what DESIGN wants kept."""

    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        pairs, table = inbox.take(PAIR), inbox.take(RECORD)
        if not len(pairs):
            return
        ordered = np.sort(join_halves(pairs["left"], pairs["right"]))
        by_node = np.argsort(table["node"])
        left, right = (
            by_node[np.searchsorted(table["node"], side, sorter=by_node)].astype(
                np.uint32
            )
            for side in part_halves(ordered)
        )
        records = records_of(table)
        counted = np.zeros((len(table), 4), np.int32)
        count_distinct(records, np.arange(len(table)), counted)
        near = may_matter(records, left, right, self.parameters, counted)
        found = verify_rows(records, left[near], right[near], self.parameters, counted)
        kept = is_told(found, self.parameters)
        counts = np.bincount(found.reasons[~kept], minlength=len(REASONS))
        counts[codes.LITTLE_SHARED] += np.count_nonzero(~near)
        rows = rows_of(COUNT, reason=np.arange(len(counts)), count=counts)
        outbox.add(COUNT, np.zeros(len(rows), np.int32), rows)
        rows = _verified_rows(found.pick(kept), table)
        outbox.add(VERIFIED, np.zeros(len(rows), np.int32), rows)


def records_of(table: Table) -> Records:
    """Records side by side, as the kernel takes them."""
    bounds = table.offsets("masked")
    masked = table.tails["masked"]
    hidden = np.diff(offsets_of(masked)[bounds])
    return Records(
        tokens=table.tails["tokens"],
        starts=table.offsets("tokens")[:-1],
        sizes=np.stack([table["tokens"], table["weight"]], axis=1).astype(np.int64),
        masked=masked,
        mask_starts=bounds,
        unmask=((hidden == table["masked"]) & (hidden > 0)).astype(np.uint8),
        headlines=table["headline"],
        times=np.stack([table["first"], table["last"]], axis=1),
    )


def _verified_rows(found: Verified, table: Table) -> NDArray[np.void]:
    sides = np.stack([found.left, found.right], axis=1)
    return rows_of(
        VERIFIED,
        left=table["node"][found.left],
        right=table["node"][found.right],
        verdict=found.verdicts,
        reason=found.reasons,
        figures=found.figures,
        lengths=table["tokens"][sides],
        sizes=table["size"][sides],
    )
