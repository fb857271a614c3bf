"""Which pairs of texts are verified: a function of the set, not of its order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.kernels import keys as key_kernels
from dedupe.kernels import propose
from dedupe.relatives import RELATED

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from dedupe.parameters import Parameters

# Passage keys that are looked at together.
_KEYS = 1 << 21


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
    ease: Callable[[], None] = lambda: None,
) -> Candidates:
    """Propose pairs among the nodes, each with the keys of its article.

    *headlines* are hashes (0: none that counts), *signed* says which nodes have bands
    and passages that propose (briefs do not). *boilerplate* are passage keys that are
    no evidence whatever the set says. *ease* is called when much was looked at.
    """
    n = len(articles)
    own = PassageKeys(keys=keys, offsets=key_offsets, articles=articles)
    passages, passage_keys = own.groups(signed, pool)
    ease()
    starts = own.starts
    strangers = _strangers(
        passages, np.diff(starts), bands, articles, headlines, parameters, pool
    )
    known = key_kernels.mark_keys(passage_keys, boilerplate).astype(bool)
    masked = own.mark(np.concatenate((passage_keys[strangers], boilerplate)), pool)
    ease()
    unmask = _nothing_else(masked, starts)
    everything = join_groups(
        [
            passages.pick(~(strangers | known)),
            _only_evidence(passages.pick(strangers), unmask),
            *_band_groups(bands, articles, signed, pool),
            _headline_groups(headlines, parameters.bucket_cap),
        ]
    )
    ease()
    left, right = _pairs(everything, n, parameters, pool)
    return Candidates(
        left=left, right=right, masked=masked, mask_starts=starts, unmask=unmask
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageKeys:
    """The passage keys of nodes: those of article i are keys[offsets[i]:offsets[i + 1]].

    They may be more than fit into memory, and are looked at in parts.
    """

    keys: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    articles: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where the keys of each node start when they stand one after the other."""
        sizes = self.offsets[self.articles + 1] - self.offsets[self.articles]
        return np.concatenate(([0], np.cumsum(sizes)))

    def groups(
        self, wanted: NDArray[np.bool_], pool: Executor
    ) -> tuple[Groups, NDArray[np.uint64]]:
        """The *wanted* nodes that share a key, and their keys, ascending."""
        bits = max(1, (len(self.keys) // _KEYS).bit_length())
        articles, numbers = self._as_they_lie(wanted)
        counts = key_kernels.count_parts(self.keys, self.offsets, articles, bits)

        def group(part: int) -> tuple[NDArray[Any], ...]:
            flat, owners = key_kernels.gather_part(
                self.keys, self.offsets, articles, numbers, bits, part, counts[part]
            )
            found: tuple[NDArray[Any], ...] = propose.group_sorted(
                *propose.shared_keys(flat, owners)
            )
            return found

        parts = list(pool.map(group, range(1 << bits)))
        found = [Groups(members=part[0], bounds=part[1]) for part in parts]
        return join_groups(found), np.concatenate([part[2] for part in parts])

    def _as_they_lie(
        self, wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """Return the articles of the *wanted* nodes, ascending, and the nodes.

        Nodes stand in no order; keys are read many times, so where they lie.
        """
        nodes = np.argsort(self.articles).astype(np.uint32)
        nodes = nodes[wanted[nodes]]
        return self.articles[nodes], nodes

    def mark(self, wanted: NDArray[np.uint64], pool: Executor) -> NDArray[np.uint8]:
        """Say of all keys, node after node, whether they are one of *wanted*."""
        count = 1 + len(self.keys) // _KEYS

        def ask(span: tuple[int, int]) -> NDArray[np.uint8]:
            articles = self.articles[slice(*span)]
            flat = key_kernels.gather_keys(self.keys, self.offsets, articles)
            marked: NDArray[np.uint8] = key_kernels.mark_keys(flat, wanted)
            return marked

        parts = list(pool.map(ask, spans(len(self.articles), count)))
        return np.concatenate([np.zeros(0, np.uint8), *parts])


def _strangers(
    passages: Groups,
    sizes: NDArray[np.int64],
    bands: NDArray[np.uint32],
    articles: NDArray[np.int64],
    headlines: NDArray[np.uint64],
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
            bands, articles, headlines, parameters.stranger_groups, RELATED, *span,
        )  # fmt: skip
        return asked

    parts = list(pool.map(ask, spans(len(passages), 8)))
    return np.concatenate(parts or [np.zeros(0, np.uint8)]).astype(bool)


def _nothing_else(
    masked: NDArray[np.uint8], starts: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Nodes all of whose passages are masked."""
    sizes = np.diff(starts)
    nothing = np.zeros(len(sizes), np.uint8)
    keyed = np.flatnonzero(sizes)
    if len(keyed):
        hidden = np.add.reduceat(masked, starts[keyed], dtype=np.int64)
        nothing[keyed] = hidden == sizes[keyed]
    return nothing


def _only_evidence(groups: Groups, unmask: NDArray[np.uint8]) -> Groups:
    """What masked passages propose: pairs of texts that have nothing else."""
    kept = unmask[groups.members].astype(bool)
    total = np.concatenate(([0], np.cumsum(kept, dtype=np.int64)))
    return Groups(members=groups.members[kept], bounds=total[groups.bounds])


def _band_groups(
    bands: NDArray[np.uint32],
    articles: NDArray[np.int64],
    signed: NDArray[np.bool_],
    pool: Executor,
) -> list[Groups]:
    numbers = np.flatnonzero(signed).astype(np.uint32)
    rows = articles[signed]

    def group(span: tuple[int, int]) -> Groups:
        own = np.ascontiguousarray(bands[:, slice(*span)][rows])
        members, bounds = propose.group_bands(own, numbers, 0, own.shape[1])
        return Groups(members=members, bounds=bounds)

    return list(pool.map(group, spans(bands.shape[1], 4)))


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


def even_spans(
    weights: NDArray[np.int64], parts: int, heaviest: int
) -> list[tuple[int, int]]:
    """Cut rows into about *parts* spans of one weight, or more where *heaviest* is less.

    The first row of a span may be too much for it.
    """
    upto = np.cumsum(weights)
    total = int(upto[-1]) if len(upto) else 0
    parts = max(parts, -(-total // heaviest))
    cuts = np.searchsorted(upto, np.arange(1, parts) * (total / parts), side="right")
    return list(pairwise(sorted({0, len(upto), *cuts.tolist()})))
