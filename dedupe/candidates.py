"""Which pairs of texts are verified: a function of the set, not of its order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels import keys as key_kernels
from dedupe.kernels import propose

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from dedupe.parameters import Parameters

# Texts are relatives when they share this part of the shorter one's passages.
RELATED = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Nodes that share a key: *members* of group g from bounds[g], ascending."""

    members: NDArray[np.uint32]
    bounds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def pick(self, wanted: NDArray[np.bool_]) -> Groups:
        """The groups where *wanted* is true."""
        sizes = np.diff(self.bounds)
        kept = np.repeat(wanted, sizes)
        return Groups(
            members=self.members[kept],
            bounds=np.concatenate(([0], np.cumsum(sizes[wanted]))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs of nodes to verify, sorted by *left* (always the smaller).

    *masked* says of each keyed passage of node n, from mask_starts[n], whether it is no
    evidence; *unmask* of each node that it has nothing else.
    """

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    masked: NDArray[np.uint8]
    mask_starts: NDArray[np.int64]
    unmask: NDArray[np.uint8]


def find_candidates(
    *,
    keys: NDArray[np.uint64],
    key_offsets: NDArray[np.int64],
    bands: NDArray[np.uint32],
    articles: NDArray[np.int64],
    headlines: NDArray[np.uint64],
    signed: NDArray[np.bool_],
    boilerplate: NDArray[np.uint64],
    parameters: Parameters,
    pool: Executor,
) -> Candidates:
    """Propose pairs among the nodes, each with the keys of its article.

    *headlines* are hashes (0: none that counts), *signed* says which nodes have bands
    and passages that propose (briefs do not). *boilerplate* are passage keys that are
    no evidence whatever the set says.
    """
    n = len(articles)
    flat, owners, starts = key_kernels.gather_keys(keys, key_offsets, articles)
    proposing = signed[owners]
    passages, passage_keys = _passage_groups(flat, owners, proposing)
    strangers = _strangers(passages, np.diff(starts), bands, articles, parameters, pool)
    known = key_kernels.mark_keys(passage_keys, boilerplate).astype(bool)
    no_evidence = np.concatenate((passage_keys[strangers], boilerplate))
    masked = key_kernels.mark_keys(flat, no_evidence)
    unmask = _nothing_else(masked, starts)
    everything = join_groups(
        [
            passages.pick(~(strangers | known)),
            _only_evidence(passages.pick(strangers), unmask),
            *_band_groups(bands[articles[signed]], np.flatnonzero(signed), pool),
            _headline_groups(headlines, parameters.bucket_cap),
        ]
    )
    left, right = _pairs(everything, n, parameters, pool)
    return Candidates(
        left=left, right=right, masked=masked, mask_starts=starts, unmask=unmask
    )


def _passage_groups(
    flat: NDArray[np.uint64], owners: NDArray[np.uint32], wanted: NDArray[np.bool_]
) -> tuple[Groups, NDArray[np.uint64]]:
    if not wanted.all():
        flat, owners = flat[wanted], owners[wanted]
    members, bounds, keys = propose.group_sorted(*propose.shared_keys(flat, owners))
    return Groups(members=members, bounds=bounds), keys


def _strangers(
    passages: Groups,
    sizes: NDArray[np.int64],
    bands: NDArray[np.uint32],
    articles: NDArray[np.int64],
    parameters: Parameters,
    pool: Executor,
) -> NDArray[np.bool_]:
    """Which passages mostly strangers share."""
    if not parameters.mask_strangers:
        return np.zeros(len(passages), np.bool_)
    groups, places = propose.groups_by_node(
        passages.members, passages.bounds, len(articles)
    )

    def ask(span: tuple[int, int]) -> NDArray[np.uint8]:
        asked: NDArray[np.uint8] = propose.stranger_passages(
            passages.members, passages.bounds, groups, places, sizes,
            bands, articles, parameters.stranger_groups, RELATED, *span,
        )  # fmt: skip
        return asked

    parts = list(pool.map(ask, spans(len(passages), 8)))
    return np.concatenate(parts or [np.zeros(0, np.uint8)]).astype(bool)


def _nothing_else(
    masked: NDArray[np.uint8], starts: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Nodes all of whose passages are masked."""
    total = np.concatenate(([0], np.cumsum(masked, dtype=np.int64)))
    hidden = total[starts[1:]] - total[starts[:-1]]
    sizes = np.diff(starts)
    nothing: NDArray[np.bool_] = (hidden == sizes) & (sizes > 0)
    return nothing.astype(np.uint8)


def _only_evidence(groups: Groups, unmask: NDArray[np.uint8]) -> Groups:
    """What masked passages propose: pairs of texts that have nothing else."""
    kept = unmask[groups.members].astype(bool)
    total = np.concatenate(([0], np.cumsum(kept, dtype=np.int64)))
    return Groups(members=groups.members[kept], bounds=total[groups.bounds])


def _band_groups(
    bands: NDArray[np.uint32], nodes: NDArray[np.intp], pool: Executor
) -> list[Groups]:
    bands, numbers = np.ascontiguousarray(bands), nodes.astype(np.uint32)

    def group(span: tuple[int, int]) -> Groups:
        members, bounds = propose.group_bands(bands, numbers, *span)
        return Groups(members=members, bounds=bounds)

    return list(pool.map(group, spans(bands.shape[1], 2)))


def _headline_groups(headlines: NDArray[np.uint64], cap: int) -> Groups:
    nodes = np.flatnonzero(headlines).astype(np.uint32)
    found = propose.group_sorted(*propose.shared_keys(headlines[nodes], nodes))
    groups = Groups(members=found[0], bounds=found[1])
    return groups.pick(np.diff(groups.bounds) <= cap)


def join_groups(parts: list[Groups]) -> Groups:
    """All the groups of *parts*, one after the other."""
    sizes = [np.diff(part.bounds) for part in parts]
    return Groups(
        members=np.concatenate([part.members for part in parts]),
        bounds=np.concatenate(([0], np.cumsum(np.concatenate(sizes)))),
    )


def _pairs(
    groups: Groups, n: int, parameters: Parameters, pool: Executor
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    by_node, places = propose.groups_by_node(groups.members, groups.bounds, n)

    def pair(span: tuple[int, int]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        found: tuple[NDArray[np.uint32], NDArray[np.uint32]] = propose.propose_pairs(
            groups.members, groups.bounds, by_node, places,
            parameters.bucket_cap, parameters.hubs, *span,
        )  # fmt: skip
        return found

    parts = list(pool.map(pair, spans(n, 8)))
    nothing = np.zeros(0, np.uint32)
    return (
        np.concatenate([nothing, *(part[0] for part in parts)]),
        np.concatenate([nothing, *(part[1] for part in parts)]),
    )


def spans(n: int, parts: int) -> list[tuple[int, int]]:
    """Cut 0 to *n* into at most *parts* spans."""
    cuts = sorted({n * part // parts for part in range(parts + 1)})
    return list(pairwise(cuts))
