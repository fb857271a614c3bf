"""What surely nobody holds: no key that is held is kept back, and few others pass."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.incremental import BAND, PASSAGE
from storage.check import check
from storage.key_filter import KeyFilter, find_lossy, stored_places
from storage.key_runs import SLICES, TABLES, places_of, ranges_of, slices_of
from storage.keys_schema import KEY_FILTERS
from storage.settle import empty_index, settle
from storage.store import Store
from tests.storage_articles import make_article, prose

WORD = st.integers(0, (1 << 64) - 1)


@pytest.fixture
def conn():
    with closing(sqlite3.connect(":memory:")) as opened:
        for table in TABLES.values():
            opened.execute(f"CREATE TABLE {table} (key INTEGER, article INTEGER)")
        opened.execute(KEY_FILTERS)
        yield opened


@pytest.fixture(autouse=True, scope="module")
def small_slices():
    """Let a slice of any size have a filter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.key_filter._LEAST", 0)
        yield


def insert(conn: sqlite3.Connection, kind: int, keys: list[int]) -> None:
    rows = [(key, number) for number, key in enumerate(keys)]
    conn.executemany(f"INSERT INTO {TABLES[kind]} VALUES (?, ?)", rows)


def places(kind: int, keys: list[int]) -> np.ndarray:
    return places_of(np.array(keys, np.int64), kind)


def passages(rng: random.Random, count: int, part: int = 0) -> list[int]:
    """Make keys of passages that stand in one slice."""
    return [part << 54 | rng.getrandbits(54) for _ in range(count)]


@given(WORD, st.integers(1, 70), st.integers(0, (1 << 32) - 1))
def test_the_ranges_of_a_slice_are_its_keys(word: int, number: int, low: int) -> None:
    for kind, key in ((PASSAGE, word - (word >> 63 << 64)), (BAND, number << 32 | low)):
        (own,) = slices_of(places(kind, [key])).tolist()
        holding = [
            part
            for part in range(SLICES)
            if any(a <= key <= b for a, b in ranges_of(kind, part, 71 << 32))
        ]
        assert holding == [own]


def test_what_is_not_known_may_be_held(conn: sqlite3.Connection) -> None:
    keys = KeyFilter(conn)
    asked = places(PASSAGE, passages(random.Random(1), 50))
    assert keys.sift(asked).all()
    keys.write(0, 0)
    assert not keys.sift(asked).any()
    assert keys.sift(places(PASSAGE, passages(random.Random(1), 50, part=1))).all()


def test_a_slice_that_a_cache_holds_has_no_filter(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.key_filter._LEAST", 50)
    insert(conn, PASSAGE, passages(random.Random(1), 40))
    keys = KeyFilter(conn)
    keys.write(0, 40)
    assert 0 not in keys
    insert(conn, BAND, [1 << 37 | number for number in range(10)])
    keys.write(0, 10)
    assert 0 in keys


@pytest.mark.parametrize("seed", range(3))
def test_a_key_that_is_held_always_passes(conn: sqlite3.Connection, seed: int) -> None:
    """However slices grow, are written, read again, and wait in between."""
    rng = random.Random(seed)
    keys, held = KeyFilter(conn), {part: [] for part in range(4)}
    for turn in range(30):
        part = rng.randrange(4)
        new = passages(rng, rng.choice([0, 1, 30, 900]), part)
        held[part] += new
        keys.add(places(PASSAGE, new))
        insert(conn, PASSAGE, new)
        keys.write(part, len(new))
        if turn % 7 == 0:
            keys = KeyFilter(conn)
            keys.load()
        assert all(keys.sift(places(PASSAGE, held[one])).all() for one in held)
    assert find_lossy(conn) == []


def test_few_keys_pass_that_nobody_holds(conn: sqlite3.Connection) -> None:
    rng = random.Random(1)
    bands = [1 << 32 | rng.getrandbits(27) for _ in range(6_000)]
    insert(conn, PASSAGE, passages(rng, 6_000, part=32))
    insert(conn, BAND, bands)
    keys = KeyFilter(conn)
    (part,) = set(slices_of(places(BAND, bands)).tolist())
    keys.write(part, 0)
    assert keys.sift(places(BAND, bands)).all()
    others = [1 << 32 | rng.getrandbits(27) for _ in range(10_000)]
    assert keys.sift(places(BAND, others)).mean() < 0.03
    assert keys.sift(places(PASSAGE, passages(rng, 10_000, part=32))).mean() < 0.03
    (size,) = conn.execute("SELECT sum(length(bits)) FROM key_filters").fetchone()
    assert size < 12_000 * 1.4


def test_stored_places_are_of_both_tables(conn: sqlite3.Connection) -> None:
    insert(conn, PASSAGE, [5, 5, -5])
    insert(conn, BAND, [32 << 32 | 7, 32 << 32 | 1 << 31])
    found = stored_places(conn, 0).tolist()
    assert found == [*places(BAND, [32 << 32 | 7]), *places(PASSAGE, [5])]


def test_an_emptied_index_has_no_filters(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.recent_keys.MOST", 0)
    with Store.open(tmp_path / "news.db") as store:
        # The keys of the last article wait.
        store.add(make_article(1))
        store.add(make_article(2))
        count = "SELECT count(*) FROM key_filters"
        assert store.db.conn.execute(count).fetchone()[0] > 10
        with store.transaction() as db:
            empty_index(db, "folding")
        assert store.db.conn.execute(count).fetchone()[0] == 0
        settle(store)
        assert check(store).problems == ()
        trimmed = make_article(3, text=1, blocks=prose(1)[:-1])
        assert store.add(trimmed).role == "copy"
