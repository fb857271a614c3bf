"""From articles to nodes, where equal texts meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.gathering import Gathered
from dedupe.kernels import propose
from dedupe.nodes import Nodes, collapse
from dedupe.pair_table import count_twins
from dedupe.spark.layouts import (
    ARTICLE,
    LINK,
    MEMBER,
    NODE,
    NODES,
    REVISION,
    SIZE,
)
from dedupe.spark.parcels import Inbox, Outbox, Table, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from dedupe.parameters import Parameters
    from dedupe.text_column import TextColumn


@dataclass(frozen=True)
class Revising:
    """Finds the earlier texts of a URL; *group* gives the rows of each URL that
    several rows have, from hashes and URLs.
    """

    group: Callable[[NDArray[np.uint64], TextColumn], Sequence[Sequence[int]]]

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        from dedupe.text_column import TextColumn

        links = inbox.take(LINK)
        links = links.pick(np.argsort(links["article"], kind="stable"))
        urls = TextColumn(links.tails["url"], links.offsets("url"))
        published, fold = links["published"], links["fold"]
        earlier: list[int] = []
        latest: list[int] = []
        for same in self.group(links["hint"], urls):
            last = max(same, key=lambda row: (int(published[row]), row))
            others = [row for row in same if row != last]
            earlier += others
            latest += [last] * len(others)
        rows = rows_of(
            REVISION,
            article=links["article"][earlier],
            latest=links["article"][latest],
            same=fold[earlier] == fold[latest],
        )
        outbox.add(REVISION, links["home"][earlier], rows)


@dataclass(frozen=True)
class Collapsing:
    """Makes nodes of the articles of a bucket; they are numbered from 0 in each."""

    buckets: int
    parameters: Parameters

    def __call__(self, inbox: Inbox, outbox: Outbox) -> None:
        (bucket,) = inbox.buckets
        articles = inbox.take(ARTICLE)
        earlier = inbox.take(REVISION)["article"]
        articles = articles.pick(np.argsort(articles["article"], kind="stable"))
        if len(earlier):
            articles = articles.pick(~np.isin(articles["article"], earlier))
        found = gathered_of(articles)
        nodes = collapse(found, self.parameters)
        here = np.full(len(nodes), bucket, np.int32)
        keys = articles.pick(nodes.articles)
        rows = _node_rows(articles, nodes, keys)
        outbox.add(NODE, here, rows, keys.tails["keys"])
        sizes = rows_of(SIZE, node=rows["node"], keys=_distinct(keys))
        outbox.add(SIZE, here, sizes)
        members = _member_rows(articles, nodes)
        outbox.add(MEMBER, np.full(len(members), bucket, np.int32), members)
        total = (bucket, len(nodes), count_twins(nodes.sizes))
        outbox.add(NODES, here[:1], np.array([total][: len(here)], NODES.dtype))


def gathered_of(articles: Table) -> Gathered:
    """Articles as the rest of the engine takes them; records are elsewhere."""
    n = len(articles)
    return Gathered(
        starts=np.zeros(n, np.int64),
        tokens=articles["tokens"],
        headline_words=articles["headline_words"],
        weights=articles["weight"],
        folds=articles["fold"],
        headlines=articles["headline"],
        bands=articles["bands"],
        keys=articles.tails["keys"],
        key_offsets=articles.offsets("keys"),
        published=articles["published"],
    )


def _node_rows(articles: Table, nodes: Nodes, own: Table) -> NDArray[Any]:
    return rows_of(
        NODE,
        node=np.arange(len(nodes)),
        article=own["article"],
        fold=own["fold"],
        title=own["headline"],
        headline=nodes.headlines,
        first=nodes.times[:, 0],
        last=nodes.times[:, 1],
        weight=own["weight"],
        tokens=own["tokens"],
        size=nodes.sizes,
        signed=nodes.signed,
        keys=own["keys"],
        bands=own["bands"],
    )


def _member_rows(articles: Table, nodes: Nodes) -> NDArray[Any]:
    order = nodes.members
    return rows_of(
        MEMBER,
        node=nodes.node_of[order],
        article=articles["article"][order],
        weight=articles["weight"][order],
        published=articles["published"][order],
        outlet=articles["outlet"][order],
    )


def _distinct(own: Table) -> NDArray[np.int64]:
    """Count the different keys of each node."""
    owners = np.repeat(np.arange(len(own), dtype=np.uint32), own["keys"])
    keys, owners = propose.shared_keys(own.tails["keys"], owners)
    again = (keys[1:] == keys[:-1]) & (owners[1:] == owners[:-1])
    repeats = np.bincount(owners[1:][again], minlength=len(own))
    return own["keys"] - repeats


@dataclass(frozen=True)
class Numbering:
    """Numbers of nodes over all buckets: those of bucket b begin at bases[b]."""

    bases: tuple[int, ...]

    @classmethod
    def of(cls, counts: dict[int, int], buckets: int) -> Numbering:
        """From the number of nodes in each bucket."""
        sizes = [counts.get(bucket, 0) for bucket in range(buckets)]
        return cls(tuple(int(x) for x in np.concatenate(([0], np.cumsum(sizes)))))

    @property
    def total(self) -> int:
        """How many nodes there are."""
        return self.bases[-1]

    def home(self, nodes: NDArray[Any]) -> NDArray[np.int32]:
        """The bucket of each node."""
        places = np.searchsorted(np.array(self.bases), nodes, side="right") - 1
        return places.astype(np.int32)

    def number(self, table: Table, bucket: int) -> NDArray[np.uint32]:
        """Numbers over all buckets of the nodes of one."""
        return table["node"] + np.uint32(self.bases[bucket])
