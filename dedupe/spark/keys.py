"""Keys meet: groups of nodes that share one, and the pairs they propose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe import relatives
from dedupe.bands import number_bands
from dedupe.candidates import Groups, join_groups
from dedupe.corrections import plain
from dedupe.deciding import pair_briefs
from dedupe.gathering import Gathered
from dedupe.kernels import propose
from dedupe.nodes import Nodes
from dedupe.spark.layouts import (
    BAND,
    BRIEF,
    GROUP,
    HEADLINE,
    PAIR,
    PASSAGE,
    SAMPLE,
    VERIFIED,
)
from dedupe.spark.parcels import (
    Inbox,
    Layout,
    Outbox,
    Table,
    bucket_of,
    join_halves,
    offsets_of,
    rows_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from dedupe.spark.nodes import Numbering

_ODD = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True)
class Keying:
    """Sends the keys of nodes to their buckets."""

    numbering: Numbering
    buckets: int

    def __call__(self, bucket: int, nodes: Table, outbox: Outbox) -> None:
        numbers = self.numbering.number(nodes, bucket)
        signed = nodes["signed"].astype(bool)
        owners = np.repeat(np.arange(len(nodes)), nodes["keys"])
        mine = signed[owners]
        self._send(PASSAGE, nodes.tails["keys"][mine], numbers[owners[mine]], outbox)
        # Odd multiples keep keys apart and spread them over all bits.
        bands = number_bands(nodes["bands"][signed]) * _ODD
        width = bands.shape[1]
        self._send(BAND, bands.ravel(), np.repeat(numbers[signed], width), outbox)
        titled = signed & (nodes["headline"] != 0)
        titles = plain(nodes["headline"][titled])
        self._send(HEADLINE, titles, numbers[titled], outbox)
        brief = ~signed & (nodes["weight"] > 0)
        rows = rows_of(
            BRIEF,
            fold=nodes["fold"][brief],
            title=nodes["title"][brief],
            first=nodes["first"][brief],
            node=numbers[brief],
            size=nodes["size"][brief],
            tokens=nodes["tokens"][brief],
        )
        outbox.add(BRIEF, bucket_of(rows["fold"], self.buckets), rows)

    def _send(
        self,
        layout: Layout,
        keys: NDArray[np.uint64],
        nodes: NDArray[np.uint32],
        outbox: Outbox,
    ) -> None:
        rows = rows_of(layout, key=keys, node=nodes)
        outbox.add(layout, bucket_of(keys, self.buckets), rows)


@dataclass(frozen=True)
class Grouping:
    """Proposes what can be proposed at once; passages of many nodes wait for a verdict
    on whether strangers share them.
    """

    buckets: int
    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        p = self.parameters
        passages, keys = group(inbox.take(PASSAGE))
        waiting = np.diff(passages.bounds) >= p.stranger_groups
        waiting &= p.mask_strangers
        bands, _ = group(inbox.take(BAND))
        titles, _ = group(inbox.take(HEADLINE))
        titles = titles.pick(np.diff(titles.bounds) <= p.bucket_cap)
        at_once = join_groups([passages.pick(~waiting), bands, titles])
        send_pairs(at_once, self.buckets, p, outbox)
        self._send_waiting(passages.pick(waiting), keys[waiting], bucket, outbox)
        _send_briefs(inbox.take(BRIEF), p, outbox)

    def _send_waiting(
        self, groups: Groups, keys: NDArray[np.uint64], bucket: int, outbox: Outbox
    ) -> None:
        if not len(keys):
            return
        sizes = np.diff(groups.bounds)
        asked = np.minimum(sizes, relatives.SAMPLE)
        starts = np.repeat(groups.bounds[:-1] - offsets_of(asked)[:-1], asked)
        first = groups.members[starts + np.arange(len(starts))]
        samples = _hash_samples(first, asked)
        rows = rows_of(GROUP, key=keys, sample=samples, members=sizes)
        outbox.add(GROUP, np.full(len(rows), bucket, np.int32), rows, groups.members)
        _, own = np.unique(samples, return_index=True)
        rows = rows_of(
            SAMPLE, sample=samples, origin=np.full(len(keys), bucket), members=asked
        )
        chosen = Table(rows, {"members": first}).pick(own)
        # The samples of one story begin alike: what its nodes are known by is sent once.
        members = chosen.tails["members"]
        where = bucket_of(members[chosen.offsets("members")[:-1]], self.buckets)
        outbox.add(SAMPLE, where, chosen.rows, members)


def group(keyed: Table) -> tuple[Groups, NDArray[np.uint64]]:
    """Groups of the nodes that share a key, members ascending, and their keys."""
    keys, nodes = propose.shared_keys(keyed["key"], keyed["node"])
    members, bounds, own = propose.group_sorted(keys, _in_order(keys, nodes))
    return Groups(members=members, bounds=bounds), own


def _in_order(
    keys: NDArray[np.uint64], nodes: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Nodes ascending under each of the sorted *keys*."""
    ranks = np.zeros(len(keys), np.uint64)
    np.cumsum(keys[1:] != keys[:-1], out=ranks[1:])
    return np.sort(join_halves(ranks, nodes)).astype(np.uint32)


def send_pairs(
    groups: Groups, buckets: int, parameters: Parameters, outbox: Outbox
) -> None:
    """Send the pairs that *groups* propose, each to the bucket of its later node.

    The few first nodes of a large group have very many pairs, the others few.
    """
    if not len(groups.members):
        return
    numbers, local = np.unique(groups.members, return_inverse=True)
    members = local.astype(np.uint32)
    by_node, places = propose.groups_by_node(members, groups.bounds, len(numbers))
    left, right = propose.propose_pairs(
        members, groups.bounds, by_node, places,
        parameters.bucket_cap, parameters.hubs, 0, len(numbers),
    )  # fmt: skip
    rows = rows_of(PAIR, left=numbers[left], right=numbers[right])
    outbox.add(PAIR, bucket_of(rows["right"], buckets), rows)


def _hash_samples(
    members: NDArray[np.uint32], sizes: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """A hash of each stretch of members."""
    bounds = offsets_of(sizes)
    place = np.arange(len(members)) - np.repeat(bounds[:-1], sizes)
    mixed = (members.astype(np.uint64) + np.uint64(1)) * _ODD
    mixed ^= mixed >> np.uint64(31)
    mixed *= (2 * place.astype(np.uint64) + np.uint64(1)) * _ODD
    mixed ^= mixed >> np.uint64(29)
    summed: NDArray[np.uint64] = np.add.reduceat(mixed * _ODD, bounds[:-1])
    return summed


def _send_briefs(briefs: Table, parameters: Parameters, outbox: Outbox) -> None:
    if not len(briefs):
        return
    briefs = briefs.pick(np.argsort(briefs["node"]))
    found = pair_briefs(*_as_nodes(briefs), parameters)
    numbers, sides = briefs["node"], np.stack([found.left, found.right], axis=1)
    rows = rows_of(
        VERIFIED,
        left=numbers[found.left],
        right=numbers[found.right],
        lengths=briefs["tokens"][sides],
        sizes=briefs["size"][sides],
        verdict=found.verdicts,
        reason=found.reasons,
        figures=found.figures,
    )
    outbox.add(VERIFIED, np.zeros(len(rows), np.int32), rows)


def _as_nodes(briefs: Table) -> tuple[Gathered, Nodes]:
    n = len(briefs)
    rows = np.arange(n)
    nothing: Any = np.zeros(n, np.int32)
    found = Gathered(
        starts=rows, tokens=nothing, headline_words=nothing, weights=nothing + 1,
        folds=briefs["fold"], headlines=briefs["title"], bands=nothing, keys=nothing,
        key_offsets=rows, published=briefs["first"],
    )  # fmt: skip
    nodes = Nodes(
        node_of=rows, members=rows, bounds=np.arange(n + 1), articles=rows,
        headlines=briefs["title"], signed=np.zeros(n, np.bool_),
        times=np.stack([briefs["first"], briefs["first"]], axis=1),
    )  # fmt: skip
    return found, nodes
