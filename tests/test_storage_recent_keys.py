"""Keys that wait: whoever asks finds every key, wherever it is, and only those."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dedupe.incremental import BAND, PASSAGE, Entry
from dedupe.verify import Record
from storage.check import check
from storage.recent_keys import RecentKeys
from storage.store import Store
from tests.storage_articles import make_article

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # What a filter of written keys lets pass is looked for in both places.
    monkeypatch.setattr("storage.key_filter._LEAST", 0)
    with Store.open(tmp_path / "news.db") as opened:
        yield opened


def entry(rng: random.Random) -> Entry:
    """Make an entry of keys as real ones are spread, some of which others hold too."""
    bits = [3] * 4 + [32] * 28
    bands = [(n << 32) + rng.getrandbits(some) for n, some in enumerate(bits, 1)]
    passages = {rng.getrandbits(64) - (1 << 63) for _ in range(9)}
    return Entry(
        rank=1,
        bands=tuple((BAND, key) for key in bands),
        passages=tuple((PASSAGE, key) for key in sorted(passages | {7, -7})),
        headline=None,
        record=Record.__new__(Record),
        signature=np.zeros(128, np.uint32),
    )


def held(recent: RecentKeys, written: set, keys: dict[int, list[int]]) -> set:
    """Return what waits or was written, as (kind, key, article)."""
    waiting = [
        (k, *found) for k in (BAND, PASSAGE) for found in recent.read(k, keys[k])
    ]
    return written | set(waiting)


@pytest.mark.parametrize("seed", range(2))
def test_every_key_waits_or_is_written(
    store: Store, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.recent_keys.MOST", 500)
    rng, recent = random.Random(seed), RecentKeys(store.db)
    store.db.execute("PRAGMA foreign_keys = off")
    entries: dict[int, Entry] = {}
    written: set = set()
    for turn in range(36):
        gone = rng.sample(sorted(entries), len(entries) // 20)
        removed = [(article, entries.pop(article)) for article in gone]
        new = range(turn * 5 + 1, turn * 5 + 1 + rng.randint(0, 5))
        added = [(article, entry(rng)) for article in (*gone, *new)]
        entries.update(added)
        written = {one for one in written if one[2] not in gone}
        for part in recent.change(removed, added):
            for kind in (BAND, PASSAGE):
                rows = list(part.rows(kind))
                assert rows == sorted(rows, key=lambda row: row[0])
                written |= {(kind, *row) for row in rows}
        if turn % 5:
            continue
        if turn % 2:
            # As another process reads them.
            recent = RecentKeys(store.db)
        expected = {
            (*k, a) for a, e in entries.items() for k in (*e.bands, *e.passages)
        }
        keys = {k: sorted({x[1] for x in expected if x[0] == k}) for k in (0, 1)}
        assert held(recent, written, keys) == expected
    assert len(expected - written) <= 500
    # The rows of those whose keys are all written are gone.
    (rows,) = store.db.execute("SELECT count(*) FROM recent_keys").fetchone()
    assert 0 < rows < len(entries) / 2


@pytest.mark.parametrize("most", [0, 100, 1 << 20])
def test_copies_are_found_wherever_the_keys_are(
    store: Store, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.recent_keys.MOST", most)
    for number in range(6):
        store.add_all([make_article(number), make_article(10 + number)])
    found = store.add_all([make_article(20 + n, text=n) for n in range(6)])
    assert {one.role for one in found} == {"copy"}
    assert check(store).problems == ()


def test_what_is_rolled_back_or_added_elsewhere_is_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.recent_keys.MOST", 100)
    store.add_all([make_article(number) for number in range(4)])
    prepared = store.adder.prepare([make_article(number) for number in range(4, 8)])

    def fail_at_the_end() -> None:
        with store.transaction(), store.adder.batch(prepared):
            for one in prepared:
                store.adder.add(one)
            store.adder.write()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_at_the_end()
    with Store.open(store.path) as other:
        assert other.add(make_article(30, text=1)).role == "copy"
        other.add(make_article(31))
    assert store.add(make_article(32, text=31)).role == "copy"
    assert store.add(make_article(33, text=4)).role == "canonical"
    assert check(store).problems == ()
