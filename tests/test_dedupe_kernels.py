"""The kernels against their slow twins; runs without compiling them too.

``NUMBA_DISABLE_JIT=1 pytest tests/test_dedupe_kernels.py`` runs them as plain Python,
where a wrong index is an error and not a wrong byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import naive
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedupe.bands import band_keys, passage_keys
from dedupe.kernels import joining, propose, remembering
from dedupe.kernels import keys as key_kernels
from dedupe.kernels.tokens import BOUNDARY, CHARACTER, KEYED, NUMBER
from dedupe.parameters import Parameters
from dedupe.shingles import Analysis, analyse_texts, shingle_hashes
from dedupe.signature import Signer, permutations
from dedupe.text_column import TextColumn
from dedupe.verify import Records, record, verify_rows

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

few = settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SMALL = Parameters(num_perm=16, bands=4, rows=4)
UNITS = ["boat", "Pier", "12", "1,000", "rope", "ten", "été", "سفينة", "東", "京"]
PARTS = [" ", " ", " ", ". ", "\n", "! "]
PLAIN = ["boat", "pier", "rope", "wind", "sea", "crew", "Mast", "12"]
texts = st.lists(st.tuples(st.sampled_from(UNITS), st.sampled_from(PARTS)), max_size=14)
plain_texts = st.lists(
    st.tuples(st.sampled_from(PLAIN), st.sampled_from(PARTS)), max_size=20
)


@pytest.fixture(autouse=True)
def _wrapping() -> Iterator[None]:
    """Hashes overflow on purpose, which plain Python would warn of."""
    with np.errstate(over="ignore"):
        yield


def spell(drawn: list[tuple[str, str]]) -> str:
    return "".join(unit + part for unit, part in drawn)


def analyse(text: str) -> Analysis:
    return analyse_texts(TextColumn.from_strings([text]))


def same_pattern(ours: Sequence[object], theirs: Sequence[object]) -> bool:
    """Whether two sequences are equal in the same places."""
    pairs = set(zip(ours, theirs, strict=True))
    return len(pairs) == len(set(ours)) == len(set(theirs))


@few
@given(drawn=texts)
def test_tokens(drawn: list[tuple[str, str]]) -> None:
    text = spell(drawn)
    found, told = analyse(text).tokens, naive.told(text)
    assert same_pattern([t >> 3 for t in found.tolist()], told)
    digits = [any(map(str.isdigit, unit)) for unit in told]
    assert [bool(t & NUMBER) for t in found] == digits
    assert [bool(t & CHARACTER) for t in found] == [unit in "東京" for unit in told]


@few
@given(drawn=texts)
def test_shingles(drawn: list[tuple[str, str]]) -> None:
    text = spell(drawn)
    found = shingle_hashes(text).tolist()
    assert same_pattern(found, naive.shingles(naive.told(text)))


@few
@given(drawn=plain_texts)
def test_passages(drawn: list[tuple[str, str]]) -> None:
    text = spell(drawn)
    found = analyse(text)
    assert same_pattern(found.keys.tolist(), naive.passages(text))
    assert np.count_nonzero(found.tokens & KEYED) == len(found.keys)


@few
@given(hashes=st.lists(st.integers(0, 2**32 - 1), max_size=9))
def test_signature(hashes: list[int]) -> None:
    ours = Signer(SMALL).sign_hashes(np.array(hashes, np.uint32)).tolist()
    drawn = [side.tolist() for side in permutations(SMALL.num_perm, SMALL.seed)]
    assert ours == naive.signature(hashes, *drawn)


@few
@given(rows=st.lists(st.integers(0, 2), min_size=32, max_size=32))
def test_bands_share_a_key_where_their_rows_are_equal(rows: list[int]) -> None:
    left, right = np.array(rows, np.uint32).reshape(2, 16)
    keys = [band_keys(side, SMALL) for side in (left, right)]
    equal = (left == right).reshape(4, 4).all(axis=1)
    assert (keys[0] == keys[1]).tolist() == equal.tolist()


@few
@given(
    left=plain_texts,
    right=plain_texts,
    masks=st.randoms(use_true_random=False),
)
def test_figures_of_a_pair(
    left: list[tuple[str, str]],
    right: list[tuple[str, str]],
    masks: random.Random,
) -> None:
    pair = [spell(left), spell(right)]
    keys = np.unique(np.concatenate([passage_keys(text) for text in pair]))
    masked = keys[[masks.random() < 0.4 for _ in keys]]
    records = Records.of([record(text) for text in pair], masked)
    one = np.ones(1, np.uint32)
    found = verify_rows(records, one - one, one, SMALL)
    hides = not records.unmask.any()
    sides = [naive.shingles(naive.told(text)) for text in pair]
    hidden = [hidden_places(text, masked, hides) for text in pair]
    expected = naive.figures(
        sides[0], sides[1], hidden[0][: len(sides[0])], hidden[1][: len(sides[1])]
    )
    assert found.figures[0].tolist() == pytest.approx(expected, abs=1e-6)


def hidden_places(text: str, masked: NDArray[np.uint64], hides: bool) -> list[bool]:
    """Which tokens stand in a masked passage."""
    found = analyse(text)
    keys, hide, places = iter(found.keys.tolist()), False, []
    for token in found.tokens:
        if token & BOUNDARY:
            hide = bool(token & KEYED) and hides and next(keys) in masked.tolist()
        places.append(hide)
    return places


@few
@given(data=st.data())
def test_the_longest_shared_passage(data: st.DataObject) -> None:
    units = [f"{chr(97 + i)}ord" for i in range(18)]
    order = data.draw(st.permutations(units))
    cut = data.draw(st.integers(0, 18))
    pair = [units, order[:cut] + units[cut:]]
    records = Records.of([record(" ".join(side)) for side in pair])
    one, counts = np.ones(1, np.uint32), np.zeros((1, 5), np.int32)
    found = verify_rows(records, one - one, one, SMALL, counts=counts)
    expected = naive.longest_run(*pair)
    # Runs are looked for from four words, and in texts that share a fifth.
    if found.figures[0, 1:].max() >= 0.2 and expected >= 4:
        assert counts[0, 0] == expected


@few
@given(
    drawn=st.lists(
        st.lists(st.integers(0, 9), min_size=2, max_size=7, unique=True), max_size=6
    ),
    cap=st.integers(2, 7),
    hubs=st.integers(1, 2),
)
def test_proposing(drawn: list[list[int]], cap: int, hubs: int) -> None:
    groups = [sorted(group) for group in drawn]
    members = np.array([x for group in groups for x in group], np.uint32)
    bounds = np.cumsum([0, *map(len, groups)], dtype=np.int64)
    by_node, places = propose.groups_by_node(members, bounds, 10)
    found = propose.propose_pairs(members, bounds, by_node, places, cap, hubs, 0, 10)
    pairs = list(zip(found[0].tolist(), found[1].tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert set(pairs) == naive.proposed(groups, cap, hubs)


@few
@given(
    drawn=st.lists(st.integers(0, 5), max_size=30),
    place=st.sampled_from([60, 30, 3]),
    order=st.randoms(),
)
def test_grouping_equal_keys(
    drawn: list[int], place: int, order: random.Random
) -> None:
    keys = np.array([1 << 63 | x << place | x for x in drawn], np.uint64)
    numbers = order.sample(range(len(drawn)), len(drawn))
    nodes = np.array(numbers, np.uint32)
    members, bounds, found = propose.group_sorted(*propose.shared_keys(keys, nodes))
    groups = {
        int(key) & 7: members[bounds[g] : bounds[g + 1]].tolist()
        for g, key in enumerate(found)
    }
    expected = {
        x: sorted(n for n, y in zip(numbers, drawn, strict=True) if y == x)
        for x in set(drawn)
    }
    assert groups == {x: held for x, held in expected.items() if len(held) > 1}
    wanted = np.unique(keys)[::2].copy()
    marked = key_kernels.mark_keys(keys, wanted).astype(bool)
    assert marked.tolist() == np.isin(keys, wanted).tolist()


@few
@given(
    drawn=st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1]),
        st.integers(1, 4),
        max_size=14,
    ),
    order=st.permutations(range(8)),
)
def test_joining(drawn: dict[tuple[int, int], int], order: list[int]) -> None:
    pairs, strength = list(drawn), list(drawn.values())
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    anchor, through = joining.pick_anchors(
        8, ends[:, 0].copy(), ends[:, 1].copy(), np.array(order),
        np.array(strength, np.int64),
    )  # fmt: skip
    assert anchor.tolist() == naive.anchors(8, pairs, order, strength)
    for node, row in enumerate(through.tolist()):
        assert (row < 0) == (anchor[node] == node)
        assert row < 0 or set(pairs[row]) == {node, int(anchor[node])}


@few
@given(
    pairs=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999), st.booleans()))
)
def test_what_is_remembered_of_a_pair_is_what_was_found_out_last(
    pairs: list[tuple[int, int, bool]],
) -> None:
    memory = remembering.forgetful()
    known: dict[tuple[int, int], bool] = {}
    for first, second, said in pairs:
        recalled = remembering.recall(memory, first, second)
        assert recalled in (-1, known.get((first, second), -1))
        remembering.remember(memory, first, second, said)
        known[first, second] = said
        assert remembering.recall(memory, first, second) == said
