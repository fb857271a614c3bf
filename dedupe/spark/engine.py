"""The whole run, step by step; each step is kept, and found again by a later run."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dedupe.errors import ClusterError
from dedupe.parameters import DEFAULT, Parameters
from dedupe.spark import (
    joining,
    keys,
    lines,
    masks,
    matches,
    nodes,
    telling,
    verifying,
)
from dedupe.spark.articles import Analysing, Arrived
from dedupe.spark.layouts import (
    ARTICLE,
    BAND,
    BRIEF,
    EDGE,
    GROUP,
    HEADLINE,
    HOLDER,
    JOINED,
    KIN,
    LINE,
    LINK,
    MASK,
    MATCH,
    MEMBER,
    MOVED,
    NODE,
    NODES,
    ONLY,
    PAIR,
    PASSAGE,
    RECORD,
    REVISION,
    SAMPLE,
    SIZE,
    STORY,
    STRANGER,
    TOKENS,
    TOLD,
    VERIFIED,
    WISH,
)
from dedupe.spark.meeting import SCHEMA, count, gather, meet, only, passing
from dedupe.spark.nodes import Numbering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

    from dedupe.deciding import Keep
    from dedupe.spark.parcels import Outbox, Table
    from dedupe.text_column import TextColumn

_log = logging.getLogger(__name__)
# Pairs that one task joins without bringing components together first.
ONE_TASK = 8_000_000
# Large-star and small-star need about the square of the logarithm of the nodes.
MOST_ROUNDS = 60


class Checkpoints(Protocol):
    """Where finished steps are kept."""

    def keep(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        """Return the rows kept as *name*; make and keep them where there are none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One run: where it keeps its steps, into how many buckets it cuts everything.

    *read* finds articles in record batches, *group* the rows of each URL that several
    rows have. *one_task* is how many pairs are joined in one task. Without *compare*
    each article is a story of its own; without *clean* no line is boilerplate; without
    *match* pairs of articles are counted, and not written out.
    """

    checkpoints: Checkpoints
    buckets: int
    read: Callable[[Iterable[pa.RecordBatch]], Iterator[Arrived]]
    group: Callable[[NDArray[np.uint64], TextColumn], Sequence[Sequence[int]]]
    parameters: Parameters = DEFAULT
    keep: Keep = "earliest"
    ranks: tuple[int, ...] = ()
    one_task: int = ONE_TASK
    compare: bool = True
    clean: bool = True
    match: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The finished steps of a run, as frames of parcels (dedupe.spark.layouts)."""

    articles: DataFrame
    lines: DataFrame
    nodes: DataFrame
    verified: DataFrame
    joined: DataFrame
    matches: DataFrame
    stories: DataFrame


def run(source: DataFrame, cluster: Cluster) -> Steps:
    """Find the stories of all articles in *source*.

    Raises ClusterError where the parameters are not those that parcels are laid out
    for, or rounds do not end.
    """
    if cluster.parameters.bands != DEFAULT.bands:
        raise ClusterError(f"the cluster signs {DEFAULT.bands} bands; use as many")
    keep, b = cluster.checkpoints.keep, cluster.buckets
    analysing = Analysing(cluster.read, b, cluster.parameters, cluster.compare)
    articles = keep("articles", lambda: source.mapInArrow(analysing, SCHEMA))
    found = only(articles, LINE)
    if cluster.clean:
        found = lines.find_lines(articles, b, keep)
    if cluster.compare:
        return _compare(cluster, articles, found)
    return Steps(
        articles=articles,
        lines=found,
        nodes=only(articles, NODE),
        verified=only(articles, VERIFIED),
        joined=only(articles, JOINED),
        matches=only(articles, MATCH),
        stories=only(articles, STORY),
    )


def _compare(cluster: Cluster, articles: DataFrame, cut: DataFrame) -> Steps:
    keep, b, p = cluster.checkpoints.keep, cluster.buckets, cluster.parameters
    revising = nodes.Revising(cluster.group)
    revisions = keep("revisions", lambda: meet([articles], [LINK], b, revising))
    collapsing = nodes.Collapsing(b, p)
    found = keep(
        "nodes",
        lambda: meet([articles, revisions], [ARTICLE, REVISION], b, collapsing),
    )
    counts = gather(found, NODES).rows
    numbering = Numbering.of(
        dict(zip(counts["bucket"].tolist(), counts["nodes"].tolist(), strict=True)), b
    )
    _log.info("%(nodes)d nodes", {"nodes": numbering.total})
    proposing = _Proposing(cluster, numbering, found)
    pairs, hidden = proposing.run()
    verified = keep(
        "verified", lambda: _verify(cluster, numbering, articles, found, pairs, hidden)
    )
    decided = keep("joined", lambda: _join(cluster, numbering, verified, pairs))
    stories = keep(
        "stories", lambda: _tell(cluster, numbering, found, decided, revisions)
    )
    return Steps(
        articles=articles,
        lines=cut,
        nodes=found,
        verified=verified,
        joined=decided,
        matches=keep("matches", lambda: _match(numbering, found, decided, b))
        if cluster.match
        else only(articles, MATCH),
        stories=stories,
    )


def _match(
    numbering: Numbering, found: DataFrame, decided: DataFrame, buckets: int
) -> DataFrame:
    """Pairs of articles (MATCH) behind the pairs of nodes that are kept."""
    wishes = passing(decided, VERIFIED, matches.Wishing(numbering))
    holding = matches.Holding(numbering)
    held = meet([found, wishes], [MEMBER, WISH], buckets, holding)
    matching = matches.Matching()
    between = meet([decided, held], [VERIFIED, HOLDER], buckets, matching)
    return between.unionByName(only(held, MATCH))


@dataclass(frozen=True)
class _Proposing:
    """From keys to pairs, each once."""

    cluster: Cluster
    numbering: Numbering
    found: DataFrame

    def run(self) -> tuple[DataFrame, DataFrame]:
        """Frames of pairs with wishes for their records, and of masks."""
        b, p, keep = self.cluster.buckets, self.cluster.parameters, self._keep
        numbering, found = self.numbering, self.found
        keyed = passing(found, NODE, keys.Keying(numbering, b))
        layouts = [PASSAGE, BAND, HEADLINE, BRIEF]
        groups = keep("groups", lambda: meet([keyed], layouts, b, keys.Grouping(b, p)))
        strangers = self._strangers(groups)
        masking = masks.Masking(numbering, b, p)
        masked = keep(
            "masks", lambda: meet([groups, strangers], [GROUP, STRANGER], b, masking)
        )
        bare = meet([masked, found], [MASK, SIZE], b, masks.Unmasking(numbering, b))
        again = meet([bare], [ONLY], b, masks.Regrouping(b, p))
        proposed = [groups, masked, again]
        pairs = keep(
            "pairs",
            lambda: meet(
                proposed, [PAIR], b, verifying.Pairing(numbering, b)
            ).unionByName(only(groups, VERIFIED)),
        )
        return pairs, masked

    def _strangers(self, groups: DataFrame) -> DataFrame:
        b, numbering = self.cluster.buckets, self.numbering
        wishes = meet([groups], [SAMPLE], b, masks.Asking(numbering))
        introducing = masks.Introducing(numbering)
        kin = meet([wishes, self.found], [WISH, NODE], b, introducing)
        judging = masks.Judging(self.cluster.parameters)
        return meet([groups, kin], [SAMPLE, KIN], b, judging)

    def _keep(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        return self.cluster.checkpoints.keep(name, make)


def _verify(
    cluster: Cluster,
    numbering: Numbering,
    articles: DataFrame,
    found: DataFrame,
    pairs: DataFrame,
    hidden: DataFrame,
) -> DataFrame:
    b = cluster.buckets
    records = meet(
        [articles, found, pairs, hidden], [TOKENS, NODE, WISH, MASK], b,
        verifying.Recording(numbering),
    )  # fmt: skip
    verifier = verifying.Verifying(cluster.parameters)
    return meet([pairs, records], [PAIR, RECORD], b, verifier)


def _join(
    cluster: Cluster,
    numbering: Numbering,
    verified: DataFrame,
    briefs: DataFrame,
) -> DataFrame:
    b = cluster.buckets
    decided = only(verified, VERIFIED).unionByName(only(briefs, VERIFIED))
    joiner = joining.Joining(numbering, cluster.parameters)
    if count(decided, VERIFIED) <= cluster.one_task:
        return meet([passing(decided, VERIFIED, _to_one)], [VERIFIED], 1, joiner)
    edges = passing(decided, VERIFIED, joining.Linking(b))
    for number in range(MOST_ROUNDS):
        edges = cluster.checkpoints.keep(f"round-{number}", _round(edges, b))
        moved = int(gather(edges, MOVED).rows["moved"].sum())
        _log.info("round %(n)d moved %(moved)d edges", {"n": number, "moved": moved})
        if not moved:
            break
    else:
        raise ClusterError(f"components are not found after {MOST_ROUNDS} rounds")
    at_left = passing(decided, VERIFIED, joining.ToLeft(b))
    placed = meet([edges, at_left], [EDGE, VERIFIED], b, joining.Placing(b))
    return meet([placed], [VERIFIED], b, joiner)


def _round(edges: DataFrame, buckets: int) -> Callable[[], DataFrame]:
    def make() -> DataFrame:
        large = meet([edges], [EDGE], buckets, joining.LargeStar(buckets))
        small = joining.SmallStar(buckets)
        return meet([large], [EDGE, MOVED], buckets, small)

    return make


def _to_one(_: int, table: Table, outbox: Outbox) -> None:
    """Send all pairs to one place."""
    outbox.add(VERIFIED, np.zeros(len(table), np.int32), table.rows)


def _tell(
    cluster: Cluster,
    numbering: Numbering,
    found: DataFrame,
    decided: DataFrame,
    revisions: DataFrame,
) -> DataFrame:
    b = cluster.buckets
    assembling = telling.Assembling(numbering, b)
    told = meet([found, decided], [MEMBER, JOINED], b, assembling)
    teller = telling.Telling(cluster.keep, cluster.ranks, b, cluster.parameters)
    stories = meet([told], [TOLD], b, teller)
    if not only(revisions, REVISION).take(1):
        return stories
    late = passing(revisions, REVISION, telling.ToLatest(b))
    return meet([stories, late], [STORY, REVISION], b, telling.Settling(b))
