"""What became of every article, story by story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.deciding import Keep, keep_order, put_corrected_last, tell_stories
from dedupe.gathering import Gathered
from dedupe.kernels import pairs as codes
from dedupe.nodes import Nodes
from dedupe.spark.layouts import CANONICAL, JOINED, MEMBER, REVISION, STORY, TOLD
from dedupe.spark.parcels import Inbox, Outbox, Table, bucket_of, rows_of
from dedupe.stories import Joined
from dedupe.verify import Verified

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from dedupe.spark.nodes import Numbering


@dataclass(frozen=True)
class Assembling:
    """Sends the articles of each node to its anchor."""

    numbering: Numbering
    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        members, joined = inbox.take(MEMBER), inbox.take(JOINED)
        nodes = self.numbering.number(members, bucket)
        joined = joined.pick(np.argsort(joined["node"]))
        row = np.searchsorted(joined["node"], nodes)
        member = np.isin(nodes, joined["node"])
        rows = rows_of(
            TOLD,
            node=nodes,
            anchor=nodes,
            **{name: members[name] for name in _CARRIED},
        )
        for name in ("anchor", "verdict", "reason", "figures"):
            rows[name][member] = joined[name][row[member]]
        outbox.add(TOLD, bucket_of(rows["anchor"], self.buckets), rows)


_CARRIED = ("article", "weight", "published", "outlet")


@dataclass(frozen=True)
class Telling:
    """Picks the canonical of each story by the keep rule, and says why copies joined.

    *ranks* orders preferred outlets (their hashes), the best first.
    """

    keep: Keep
    ranks: tuple[int, ...]
    buckets: int
    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        told = inbox.take(TOLD)
        told = told.pick(np.argsort(told["article"]))
        nodes, joined, through = _as_nodes(told)
        place = keep_order(_as_gathered(told), self.keep, self._preference(told))
        place = put_corrected_last(place, told["published"], nodes, joined, through)
        stories = tell_stories(nodes, through, joined, place, self.parameters)
        articles = told["article"]
        first = np.full(len(stories.canonical), CANONICAL, np.uint64)
        np.minimum.at(first, stories.story, articles)
        of = np.where(
            stories.of < 0, np.uint64(CANONICAL), articles[np.maximum(stories.of, 0)]
        )
        rows = rows_of(
            STORY,
            article=articles,
            story=first[stories.story],
            of=of,
            verdict=stories.verdicts,
            similarity=stories.similarity,
            containment=stories.containment,
            outlet=told["outlet"],
        )
        outbox.add(STORY, bucket_of(articles, self.buckets), rows)

    def _preference(self, told: Table) -> NDArray[np.int64] | None:
        if not self.ranks:
            return None
        ranks = np.full(len(told), len(self.ranks), np.int64)
        for rank, outlet in reversed(list(enumerate(self.ranks))):
            ranks[told["outlet"] == np.uint64(outlet)] = rank
        return ranks


def _as_nodes(told: Table) -> tuple[Nodes, Joined, Verified]:
    numbers, first, node_of = np.unique(
        told["node"], return_index=True, return_inverse=True
    )
    n = len(numbers)
    order = np.argsort(node_of, kind="stable")
    anchor = np.searchsorted(numbers, told["anchor"][first]).astype(np.int64)
    member = np.flatnonzero(anchor != np.arange(n))
    through = np.full(n, -1, np.int64)
    through[member] = np.arange(len(member))
    own = first[member]
    nodes = Nodes(
        node_of=node_of.astype(np.int64),
        members=order,
        bounds=np.searchsorted(node_of[order], np.arange(n + 1)).astype(np.int64),
        articles=first,
        headlines=np.zeros(n, np.uint64),
        times=np.zeros((n, 2), np.int64),
        signed=np.ones(n, np.bool_),
    )
    pairs = Verified(
        left=member.astype(np.uint32),
        right=anchor[member].astype(np.uint32),
        verdicts=told["verdict"][own],
        reasons=told["reason"][own],
        figures=told["figures"][own],
    )
    return nodes, Joined(anchor=anchor, through=through), pairs


def _as_gathered(told: Table) -> Gathered:
    n = len(told)
    nothing: Any = np.zeros(n, np.int32)
    return Gathered(
        starts=nothing, tokens=nothing, headline_words=nothing, weights=told["weight"],
        folds=told["article"], headlines=told["article"], bands=nothing, keys=nothing,
        key_offsets=nothing, published=told["published"],
    )  # fmt: skip


@dataclass(frozen=True)
class ToLatest:
    """Sends each earlier text of a URL to the article that the URL is now."""

    buckets: int

    def __call__(self, _: int, revisions: Table, outbox: Outbox) -> None:
        where = bucket_of(revisions["latest"], self.buckets)
        outbox.add(REVISION, where, revisions.rows)


@dataclass(frozen=True)
class Settling:
    """Puts the earlier texts of a URL into the story of the latest."""

    buckets: int

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        stories, revisions = inbox.take(STORY), inbox.take(REVISION)
        stories = stories.pick(np.argsort(stories["article"]))
        at = np.searchsorted(stories["article"], revisions["latest"])
        same = revisions["same"].astype(bool)
        likeness = np.where(same, np.float32(1), np.float32(np.nan))
        late = rows_of(
            STORY,
            article=revisions["article"],
            story=stories["story"][at],
            of=revisions["latest"],
            verdict=np.where(same, codes.EXACT, REVISED),
            similarity=likeness,
            containment=likeness,
            outlet=stories["outlet"][at],
        )
        rows = np.concatenate([stories.rows, late])
        outbox.add(STORY, bucket_of(rows["article"], self.buckets), rows)


# The verdict of an earlier text that is not the latest's.
REVISED = 255
