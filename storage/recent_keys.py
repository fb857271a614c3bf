"""Keys of the articles that came last, which bands and passage_keys do not hold yet.

Each key of an article belongs on a page of its own, and to write a key costs a page.
So an article's keys wait in one row, and in memory for who asks. Where too many wait,
the next slices of the tables are written: by then several belong on each page. A row
goes when a whole round of slices has been written since it came.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import numpy as np

from dedupe.incremental import BAND, PASSAGE
from storage.key_filter import KeyFilter
from storage.key_runs import (
    SLICES,
    TAKEN,
    Run,
    join_runs,
    key_blobs,
    lay_out,
    places_of,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from dedupe.incremental import Entry

# Keys that may wait, 17 bytes each in memory.
MOST = 1 << 20
# Runs that are searched one after the other before they become one.
_RUNS = 16
# A damaged row is left to `wirecopy check`.
_ROWS = (
    "SELECT article, turn, bands, passages FROM recent_keys"
    " WHERE typeof(turn) = 'integer'"
    " AND typeof(bands) = 'blob' AND length(bands) % 4 = 0"
    " AND typeof(passages) = 'blob' AND length(passages) % 8 = 0"
)


class RecentKeys:
    """The keys that wait, as rows and in memory, where a stamp says if they are alike.

    The stamp is the file's user_version, drawn anew at each change: a rollback brings
    the old one back, and another process sets its own.
    """

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        self._stamp: int | None = None
        self._runs: list[Run] = []
        self._count = 0
        self._turn = 0
        self._filter = KeyFilter(db.conn)

    def sift(self, kind: int, keys: Sequence[int]) -> list[int]:
        """Return, ascending, those of *keys* that anybody may hold, here or in the table."""
        self._load()
        asked = np.unique(np.array(keys, np.int64))
        sifted: list[int] = asked[self._filter.sift(places_of(asked, kind))].tolist()
        return sifted

    def read(self, kind: int, keys: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Go through (key, article) of those of *keys* that wait."""
        self._load()
        asked = places_of(np.array(keys, np.int64), kind)
        for run in self._runs:
            for number, found in run.find(asked):
                article = int(run.articles[found])
                if run.kinds[found] == kind and article != TAKEN:
                    yield keys[number], article

    def change(
        self, removed: Sequence[tuple[int, Entry]], added: Sequence[tuple[int, Entry]]
    ) -> Iterator[Run]:
        """Forget the keys of articles, and let those of others wait, which have rows.

        Goes through the slices that there is no room for: whoever asks writes them.
        """
        if not removed and not added:
            return
        self._load()
        # What fails on the way is rolled back, and then memory is to be read again.
        self._stamp = None
        self._remove(removed)
        yield from self._make_room(added)
        self._add(added)
        self._stamp = draw_stamp(self._conn)

    def _remove(self, removed: Sequence[tuple[int, Entry]]) -> None:
        self._conn.executemany(
            "DELETE FROM recent_keys WHERE article = ?", [(one,) for one, _ in removed]
        )
        gone = lay_out([(one, 0, *key_blobs(entry)) for one, entry in removed])
        for run in self._runs:
            for number, found in run.find(gone.places):
                if run.articles[found] == gone.articles[number]:
                    run.articles[found] = TAKEN
                    self._count -= 1

    def _make_room(self, added: Sequence[tuple[int, Entry]]) -> Iterator[Run]:
        coming = sum(len(e.bands) + len(e.passages) for _, e in added)
        first = self._turn
        while self._count + coming > MOST and self._turn < first + SLICES:
            taken = join_runs([run.take(self._turn) for run in self._runs])
            part, count = self._turn % SLICES, len(taken.places)
            self._turn += 1
            self._count -= count
            if count:
                yield taken
                self._filter.write(part, count)
        if self._turn > first:
            self._conn.execute(
                "DELETE FROM recent_keys WHERE turn <= ?", [self._turn - SLICES]
            )

    def _add(self, added: Sequence[tuple[int, Entry]]) -> None:
        rows = [(article, self._turn, *key_blobs(entry)) for article, entry in added]
        self._conn.executemany(
            "INSERT INTO recent_keys (article, turn, bands, passages)"
            " VALUES (?, ?, ?, ?)",
            rows,
        )
        self._keep(lay_out(rows))

    def _load(self) -> None:
        """Read all that waits where it is not what is in memory."""
        (stamp,) = self._conn.execute("PRAGMA user_version").fetchone()
        if stamp == self._stamp:
            return
        self._turn = last_turn(self._conn)
        self._runs, self._count = [], 0
        self._filter.load()
        self._keep(lay_out(self._conn.execute(_ROWS), self._turn))
        self._stamp = stamp

    def _keep(self, run: Run) -> None:
        self._filter.add(run.places)
        self._runs.append(run)
        self._count += len(run.places)
        if len(self._runs) > _RUNS:
            self._runs = [join_runs(self._runs)]


def draw_stamp(conn: sqlite3.Connection) -> int:
    """Tell every connection, this one too, that rows of recent_keys are others."""
    stamp = secrets.randbits(31)
    conn.execute(f"PRAGMA user_version = {stamp}")
    return stamp


def last_turn(conn: sqlite3.Connection) -> int:
    """Return how many slices had been written when the last rows came."""
    (turn,) = conn.execute("SELECT max(turn) FROM recent_keys").fetchone()
    return turn if isinstance(turn, int) else 0


def find_row(
    conn: sqlite3.Connection, article: int, now: int
) -> tuple[tuple[bytes, bytes], set[int]] | None:
    """Find the keys of an article's row, as blobs, and those that wait at turn *now*."""
    row = conn.execute(f"{_ROWS} AND article = ?", [article]).fetchone()
    if row is None:
        return None
    waiting = lay_out([row], now)
    keys = {key for kind in (BAND, PASSAGE) for key, _ in waiting.rows(kind)}
    return (row[2], row[3]), keys
