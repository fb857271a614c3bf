"""What surely nobody holds, told from memory: most keys of a new article are such.

Every other look-up costs a page of a table that no cache holds. A Bloom filter in blocks
of one word (Putze, Sanders and Singler: Cache-, Hash- and Space-Efficient Bloom Filters,
2007), one for each slice of the keys, which is written with the slice. Of a slice that
has no row nothing is known: its filter is made when it is written next, if its tables
hold so much that no cache does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from storage.key_runs import SLICES, TABLES, places_of, ranges_of, slices_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from numpy.typing import NDArray

# Keys that share a word of 64 bits when a filter is made, and at most: with so many,
# 2 and 5 in a hundred pass that nobody holds.
_FIRST = 6
_MOST = 9
# Keys of a slice whose look-ups are worth a filter: all of 80,000 articles of 53 keys.
_LEAST = 4096
_ANYTHING = (1 << 64) - 1
# Odd numbers without a pattern, to spread a place's bits over the upper half.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_AGAIN = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)
_BITS = tuple(map(np.uint64, (58, 52, 46, 40)))
# A damaged row is left to `wirecopy check`.
_ROWS = (
    "SELECT slice, keys, bits FROM key_filters WHERE typeof(keys) = 'integer'"
    " AND slice BETWEEN 0 AND ? AND typeof(bits) = 'blob' AND length(bits) > 0"
    " AND length(bits) % 8 = 0"
)
_SAVE = (
    "INSERT INTO key_filters (slice, keys, bits) VALUES (?, ?, ?)"
    " ON CONFLICT (slice) DO UPDATE SET keys = excluded.keys, bits = excluded.bits"
)


class KeyFilter:
    """One filter a slice, of the keys in the tables and of those that wait.

    Keys are known by their places, uint64[n]. load() must follow a rollback and a
    commit of another process.
    """

    # For how many keys each filter was made, about.
    _keys: NDArray[np.int64]

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._clear(0)

    def __contains__(self, part: int) -> bool:
        """Tell whether anything is known of slice *part*."""
        return bool(0 <= part < SLICES and self._begins[part])

    def load(self) -> None:
        """Read the filters of all slices that were written."""
        (size,) = self._conn.execute("SELECT total(length(bits)) FROM key_filters")
        self._clear(int(size[0]) // 8)
        for part, keys, bits in self._conn.execute(_ROWS, [SLICES - 1]):
            self._keys[part] = keys
            self._put(part, np.frombuffer(bits, "<u8"))

    def add(self, places: NDArray[np.uint64]) -> None:
        """Let keys that wait pass from here on."""
        words, masks = self._find(places)
        np.bitwise_or.at(self._words, words, masks)

    def sift(self, places: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tell of each key whether anybody may hold it."""
        words, masks = self._find(places)
        passes: NDArray[np.bool_] = self._words[words] & masks == masks
        return passes

    def write(self, part: int, added: int) -> None:
        """Write the filter of slice *part*, whose tables hold *added* keys more."""
        if part not in self and not _holds(self._conn, part, _LEAST):
            return
        size = int(self._sizes[part])
        keys = int(self._keys[part]) + added
        if part not in self or keys > _MOST * size:
            places = np.unique(stored_places(self._conn, part))
            keys = len(places)
            size = keys // _FIRST + 1
            self._make_room(size)
            self._put(part, np.zeros(size, np.uint64))
            self.add(places)
        self._keys[part] = keys
        begin = int(self._begins[part])
        bits = self._words[begin : begin + size].astype("<u8").tobytes()
        self._conn.execute(_SAVE, [part, keys, bits])

    def _find(
        self, places: NDArray[np.uint64]
    ) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return the word of each place, and the bits that it sets there."""
        parts = slices_of(places)
        spread = places * _SPREAD
        sizes = self._sizes[parts].astype(np.uint64)
        inside = ((spread >> _HALF) * sizes >> _HALF).astype(np.int64)
        again = (spread ^ spread >> _HALF) * _AGAIN
        masks = np.zeros(len(places), np.uint64)
        for bit in _BITS:
            masks |= np.uint64(1) << (again >> bit & np.uint64(63))
        return self._begins[parts] + inside, masks

    def _put(self, part: int, bits: NDArray[np.uint64]) -> None:
        """Make *bits* the filter of a slice, behind all others."""
        begin = self._end
        self._begins[part], self._sizes[part] = begin, len(bits)
        self._end += len(bits)
        self._words[begin : self._end] = bits

    def _make_room(self, size: int) -> None:
        """Let *size* words more have room, without those of filters that were replaced."""
        if self._end + size <= len(self._words):
            return
        words, begins, sizes, keys = self._words, self._begins, self._sizes, self._keys
        parts = np.flatnonzero(begins)
        used = int(sizes[parts].sum())
        self._clear(used + used // 8 + size)
        self._keys = keys
        for part in parts.tolist():
            self._put(part, words[begins[part] : begins[part] + sizes[part]])

    def _clear(self, room: int) -> None:
        """Know nothing of any slice: all share the first word, which lets anything pass."""
        self._words = np.empty(1 + room, np.uint64)
        self._words[0] = _ANYTHING
        self._end = 1
        self._begins = np.zeros(SLICES, np.int64)
        self._sizes = np.ones(SLICES, np.int64)
        self._keys = np.zeros(SLICES, np.int64)


def stored_places(conn: sqlite3.Connection, part: int) -> NDArray[np.uint64]:
    """Read the places of all keys of slice *part* in the tables."""
    found = []
    for kind, table, asked in _ranges(conn, part):
        sql = f"SELECT DISTINCT key FROM {table} WHERE key BETWEEN ? AND ?"
        keys = np.fromiter((key for (key,) in conn.execute(sql, asked)), np.int64)
        found.append(places_of(keys, kind))
    return np.concatenate(found)


def _holds(conn: sqlite3.Connection, part: int, least: int) -> bool:
    """Tell whether the tables have *least* rows of slice *part*."""
    for _, table, asked in _ranges(conn, part):
        sql = f"SELECT 1 FROM {table} WHERE key BETWEEN ? AND ? LIMIT ?"
        least -= len(conn.execute(sql, [*asked, least]).fetchall())
        if least <= 0:
            return True
    return False


def _ranges(
    conn: sqlite3.Connection, part: int
) -> Iterator[tuple[int, str, tuple[int, int]]]:
    """Go through the ranges of a slice: kind, table, first and last key."""
    for kind, table in TABLES.items():
        (last,) = conn.execute(f"SELECT max(key) FROM {table}").fetchone()
        for asked in ranges_of(kind, part, last or 0):
            yield kind, table, asked


def find_lossy(conn: sqlite3.Connection) -> list[int]:
    """Return the slices whose rows are damaged, or hold back a key of the tables."""
    keys = KeyFilter(conn)
    keys.load()
    rows = conn.execute("SELECT slice FROM key_filters ORDER BY slice").fetchall()
    return [
        part
        for (part,) in rows
        if part not in keys or not keys.sift(stored_places(conn, part)).all()
    ]
