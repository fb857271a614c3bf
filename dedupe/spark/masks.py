"""Boilerplate across outlets: passages that strangers share are no evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.candidates import Groups
from dedupe.corrections import plain
from dedupe.dump_boilerplate import distinct
from dedupe.kernels import propose
from dedupe.relatives import RELATED
from dedupe.spark.keys import group, send_pairs
from dedupe.spark.layouts import (
    GROUP,
    KIN,
    MASK,
    NODE,
    ONLY,
    SAMPLE,
    SIZE,
    STRANGER,
    WISH,
)
from dedupe.spark.parcels import (
    Inbox,
    Outbox,
    Table,
    bucket_of,
    pick_stretches,
    rows_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from dedupe.spark.nodes import Numbering


@dataclass(frozen=True)
class Asking:
    """Asks for what the nodes of the samples in a bucket are known by."""

    numbering: Numbering

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        nodes = distinct(inbox.take(SAMPLE).tails["members"])
        rows = rows_of(WISH, node=nodes, target=np.full(len(nodes), bucket))
        outbox.add(WISH, self.numbering.home(nodes), rows)


@dataclass(frozen=True)
class Introducing:
    """Sends keys and bands of nodes where they are asked for."""

    numbering: Numbering

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        nodes, wishes = inbox.take(NODE), inbox.take(WISH)
        if not len(wishes):
            return
        numbers = self.numbering.number(nodes, bucket)
        place = np.empty(len(nodes), np.int64)
        place[nodes["node"]] = np.arange(len(nodes))
        wanted = place[wishes["node"] - np.uint32(self.numbering.bases[bucket])]
        rows = rows_of(
            KIN,
            node=numbers[wanted],
            headline=plain(nodes["headline"][wanted]),
            all_keys=nodes["keys"][wanted],
            keys=nodes["keys"][wanted],
            bands=nodes["bands"][wanted],
        )
        keys = pick_stretches(nodes.tails["keys"], nodes["keys"], wanted)
        outbox.add(KIN, wishes["target"], rows, keys)


@dataclass(frozen=True)
class Judging:
    """Says which samples are strangers, to the buckets that asked."""

    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        samples, kin = inbox.take(SAMPLE), inbox.take(KIN)
        if not len(samples):
            return
        _, first, back = np.unique(
            samples["sample"], return_index=True, return_inverse=True
        )
        distinct = samples.pick(first)
        kin = kin.pick(np.argsort(kin["node"]))
        members = np.searchsorted(kin["node"], distinct.tails["members"])
        groups, places = _keys_of(kin)
        strange = propose.stranger_passages(
            members.astype(np.uint32), distinct.offsets("members"), groups, places,
            kin["all_keys"].astype(np.int64), kin["bands"], np.arange(len(kin)),
            np.ascontiguousarray(kin["headline"]),
            self.parameters.stranger_groups, RELATED, 0, len(distinct),
        )  # fmt: skip
        told = strange.astype(bool)[back]
        rows = rows_of(STRANGER, sample=samples["sample"][told])
        outbox.add(STRANGER, samples["origin"][told], rows)


def _keys_of(kin: Table) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The ascending numbers of the keys that each node shares, and their bounds."""
    owners = np.repeat(np.arange(len(kin), dtype=np.uint32), kin["keys"])
    keys, holders = propose.shared_keys(kin.tails["keys"], owners)
    members, bounds, _ = propose.group_sorted(keys, holders)
    found: tuple[NDArray[np.uint32], NDArray[np.int64]] = propose.groups_by_node(
        members, bounds, len(kin)
    )
    return found


@dataclass(frozen=True)
class Masking:
    """Pairs the holders of passages that are evidence; tells those of the others."""

    numbering: Numbering
    buckets: int
    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        waiting, strangers = inbox.take(GROUP), inbox.take(STRANGER)
        groups = Groups(
            members=waiting.tails["members"], bounds=waiting.offsets("members")
        )
        hidden = np.isin(waiting["sample"], strangers["sample"])
        send_pairs(groups.pick(~hidden), self.buckets, self.parameters, outbox)
        sizes = waiting["members"][hidden]
        rows = rows_of(
            MASK,
            key=np.repeat(waiting["key"][hidden], sizes),
            node=groups.pick(hidden).members,
        )
        outbox.add(MASK, self.numbering.home(rows["node"]), rows)


@dataclass(frozen=True)
class Unmasking:
    """Finds the nodes that have nothing but masked passages; those propose again."""

    numbering: Numbering
    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        masks, sizes = inbox.take(MASK), inbox.take(SIZE)
        if not len(masks):
            return
        base = np.uint32(self.numbering.bases[bucket])
        keys = np.zeros(len(sizes), np.int64)
        keys[sizes["node"]] = sizes["keys"]
        masked = np.bincount(masks["node"] - base, minlength=len(keys))
        bare = (masked == keys)[masks["node"] - base]
        rows = rows_of(ONLY, key=masks["key"][bare], node=masks["node"][bare])
        outbox.add(ONLY, bucket_of(rows["key"], self.buckets), rows)


@dataclass(frozen=True)
class Regrouping:
    """Pairs the nodes that have nothing but the same masked passages."""

    buckets: int
    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        groups, _ = group(inbox.take(ONLY))
        send_pairs(groups, self.buckets, self.parameters, outbox)
