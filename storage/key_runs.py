"""Keys of the index in memory, in an order in which slices of them are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedupe.incremental import BAND, PASSAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from dedupe.incremental import Entry

    # An article, how many slices had been written before it came, and its keys.
    Row = tuple[int, int, bytes, bytes]

TABLES = {BAND: "bands", PASSAGE: "passage_keys"}
# What the keys of a table are parted into.
SLICES = 1 << 10
# Bits of a place that do not tell its slice.
_REST_BITS = 64 - 10
_WIDTH = np.uint64(_REST_BITS)
_REST = np.uint64((1 << _REST_BITS) - 1)
# A band's key is its number above 32 bits: these and five of the number go first.
_BAND_BITS = 32 + 5
_TURNED = np.uint64(64 - _BAND_BITS)
_BAND_REST_BITS = _BAND_BITS - 10
# Stands for an article that a key has no more.
TAKEN = 0


class Run(NamedTuple):
    """Keys in the order of their places, each with its kind and its article.

    Places are spread over all of 64 bits, and ascend with the keys of one slice.
    """

    places: NDArray[np.uint64]
    kinds: NDArray[np.int8]
    articles: NDArray[np.int64]

    def pick(self, chosen: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Run:
        """Return some of the keys."""
        return Run(self.places[chosen], self.kinds[chosen], self.articles[chosen])

    def rows(self, kind: int) -> Iterator[tuple[int, int]]:
        """Go through the (key, article) of one kind."""
        own = self.pick(self.kinds == kind)
        places = own.places
        if kind == BAND:
            places = places >> _TURNED | places << np.uint64(64) - _TURNED
        return zip(places.view(np.int64).tolist(), own.articles.tolist(), strict=True)

    def find(self, asked: NDArray[np.uint64]) -> Iterator[tuple[int, int]]:
        """Go through (number in *asked*, number in the run) of equal places."""
        if not len(self.places):
            return
        first = np.searchsorted(self.places, asked)
        met = self.places[np.minimum(first, len(self.places) - 1)] == asked
        last = np.searchsorted(self.places, asked[met], "right")
        numbers = np.flatnonzero(met).tolist()
        for number, end in zip(numbers, last.tolist(), strict=True):
            for found in range(int(first[number]), end):
                yield number, found

    def take(self, turn: int) -> Run:
        """Return the keys of the slice that is written at *turn*; they have no articles then."""
        low = np.uint64(turn % SLICES) << _WIDTH
        begin = int(np.searchsorted(self.places, low))
        end = int(np.searchsorted(self.places, low | _REST, "right"))
        taken = self.pick(slice(begin, end))
        taken = taken._replace(articles=taken.articles.copy())
        self.articles[begin:end] = TAKEN
        return taken


def join_runs(runs: Sequence[Run]) -> Run:
    """Lay runs out as one, without what was taken."""
    whole = Run(
        np.concatenate([run.places for run in runs]),
        np.concatenate([run.kinds for run in runs]),
        np.concatenate([run.articles for run in runs]),
    )
    return _ordered(whole.pick(whole.articles != TAKEN))


def lay_out(rows: Iterable[Row], now: int | None = None) -> Run:
    """Lay rows out as one run, of what still waits at turn *now* where it is given."""
    rows = list(rows)
    bands = b"".join(row[2] for row in rows)
    passages = b"".join(row[3] for row in rows)
    counts = np.array([len(row[2]) // 4 for row in rows], np.int64)
    places = np.concatenate(
        [
            places_of(_number(np.frombuffer(bands, "<u4"), counts), BAND),
            places_of(np.frombuffer(passages, "<i8").astype(np.int64), PASSAGE),
        ]
    )
    counts = np.append(counts, np.array([len(row[3]) // 8 for row in rows], np.int64))
    articles, turns = (
        np.repeat(np.array([row[n] for row in rows] * 2, np.int64), counts)
        for n in (0, 1)
    )
    kinds = np.where(np.arange(len(places)) < len(bands) // 4, BAND, PASSAGE)
    run = Run(places, kinds.astype(np.int8), articles)
    return _ordered(run if now is None else run.pick(_wait(places, turns, now)))


def _number(hashes: NDArray[np.uint32], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put their numbers above hashes of bands, so many of each article."""
    begins = np.repeat(np.cumsum(counts) - counts, counts)
    numbers = np.arange(1, len(hashes) + 1, dtype=np.int64) - begins
    keys: NDArray[np.int64] = numbers << 32 | hashes
    return keys


def key_blobs(entry: Entry) -> tuple[bytes, bytes]:
    """Write an entry's keys as a row holds them: bands by their order, without numbers."""
    bands = np.array([key for _, key in entry.bands], np.int64) & 0xFFFFFFFF
    passages = np.array(sorted({key for _, key in entry.passages}), "<i8")
    return bands.astype("<u4").tobytes(), passages.tobytes()


def places_of(keys: NDArray[np.int64], kind: int) -> NDArray[np.uint64]:
    """Return where the keys of one kind stand in a run."""
    places = keys.view(np.uint64)
    if kind == BAND:
        places = places << _TURNED | places >> np.uint64(64) - _TURNED
    return places


def slices_of(places: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return in which slice each place is."""
    return (places >> _WIDTH).astype(np.int64)


def ranges_of(kind: int, part: int, last: int) -> Iterator[tuple[int, int]]:
    """Go through the first and last keys of slice *part*; *last* is the table's last."""
    if kind == PASSAGE:
        first = part << _REST_BITS
        signed = first - (first >> 63 << 64)
        yield signed, signed + int(_REST)
        return
    # Numbers of bands that differ by 32 share their slices.
    first = part << _BAND_REST_BITS
    while first <= last:
        yield first, first + (1 << _BAND_REST_BITS) - 1
        first += 1 << _BAND_BITS


def _wait(
    places: NDArray[np.uint64], turns: NDArray[np.int64], now: int
) -> NDArray[np.bool_]:
    """Tell what came at *turns* and was in no slice that was written since."""
    waits: NDArray[np.bool_] = (slices_of(places) - turns) % SLICES >= now - turns
    return waits


def _ordered(run: Run) -> Run:
    return run.pick(np.argsort(run.places, kind="stable"))
