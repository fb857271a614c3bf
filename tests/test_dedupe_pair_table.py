"""Pairs of texts, told as pairs of articles."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.nodes import Nodes
from dedupe.pair_table import (
    count_all,
    count_pairs,
    count_twins,
    expand_pairs,
    pair_twins,
)
from dedupe.verify import VERDICTS, Verified


def _nodes(sizes: list[int]) -> Nodes:
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    n = len(sizes)
    return Nodes(
        node_of=np.repeat(np.arange(n), sizes),
        members=np.arange(bounds[-1]),
        bounds=bounds,
        articles=bounds[:-1],
        headlines=np.zeros(n, np.uint64),
        times=np.zeros((n, 2), np.int64),
        signed=np.ones(n, np.bool_),
    )


@given(
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=6),
    ends=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
    verdict=st.integers(0, len(VERDICTS) - 1),
)
def test_pairs_of_articles_are_counted_as_they_are_written_out(sizes, ends, verdict):
    nodes, n = _nodes(sizes), len(sizes)
    kept = [(a % n, b % n) for a, b in ends if a % n < b % n]
    left, right = np.array(kept, np.uint32).reshape(-1, 2).T.copy()
    verdicts = np.full(len(kept), verdict, np.uint8)
    verdicts[::2] = 0
    found = Verified(
        left=left,
        right=right,
        verdicts=verdicts,
        reasons=np.zeros(len(kept), np.uint8),
        figures=np.zeros((len(kept), 3), np.float32),
    )
    counts = count_pairs(nodes.sizes[np.stack([left, right], axis=1)], verdicts)
    written = expand_pairs(nodes, found, twins=False).verdicts
    assert counts.tolist() == np.bincount(written, minlength=len(VERDICTS)).tolist()
    assert count_twins(nodes.sizes) == len(pair_twins(nodes))
    listed = Counter(expand_pairs(nodes, found).verdicts.tolist())
    assert count_all(nodes, found) == {VERDICTS[v]: n for v, n in listed.items()}
