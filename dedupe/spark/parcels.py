"""Arrays on their way through Spark: one row of a frame is a parcel for one bucket.

A parcel holds the rows of many articles, so that Spark moves a few large values and
every grouping is a sort of plain arrays.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedupe.errors import ClusterError
from dedupe.kernels.stretches import pick_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

_ARROW = pa.schema(
    [
        ("bucket", pa.int32()),
        ("head", pa.binary()),
        ("tail", pa.binary()),
        ("kind", pa.int32()),
    ]
)
# A task sends what it holds when it holds so many bytes.
_FULL = 48 << 20
# Java copies a parcel a few times on its heap: those of a very common node, all for one
# bucket, are parted.
_PARCEL = 16 << 20
_SCATTER = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


@dataclass(frozen=True)
class Layout:
    """What the parcels of one *kind* hold: rows of *dtype*, and for each row stretches
    of the arrays named in *tails* (name, type), whose lengths are columns of that name.
    """

    kind: int
    dtype: np.dtype[Any]
    tails: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The parcels of one layout put together: *rows*, and the *tails* behind them."""

    rows: NDArray[Any]
    tails: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """One column, contiguous."""
        return np.ascontiguousarray(self.rows[name])

    def offsets(self, name: str) -> NDArray[np.int64]:
        """Where each row's stretch of a tail begins; n + 1 of them."""
        return offsets_of(self.rows[name])

    def pick(self, order: NDArray[Any]) -> Table:
        """Some rows, in a given order, with their tails."""
        tails = {
            name: pick_stretches(data, self.rows[name], order)
            for name, data in self.tails.items()
        }
        return Table(self.rows[order], tails)


def offsets_of(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Bounds of stretches that stand one after the other."""
    bounds = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=bounds[1:])
    return bounds


def pick_stretches(
    data: NDArray[Any], lengths: NDArray[Any], order: NDArray[Any]
) -> NDArray[Any]:
    """The stretches of some rows, one after the other."""
    if order.dtype == np.bool_:
        order = np.flatnonzero(order)
    width = data.itemsize
    starts = offsets_of(lengths)[:-1][order] * width
    sizes = lengths[order].astype(np.int64) * width
    held = np.ascontiguousarray(data).view(np.uint8)
    picked: NDArray[Any] = pick_bytes(held, starts, sizes)
    return picked.view(data.dtype)


def pieces_of(table: Table, name: str) -> list[bytes]:
    """Each row's stretch of a tail of bytes."""
    bounds, data = table.offsets(name).tolist(), table.tails[name].tobytes()
    return [data[a:b] for a, b in itertools.pairwise(bounds)]


def rows_of(layout: Layout, **columns: Any) -> NDArray[Any]:
    """Rows of a layout from its columns."""
    n = len(next(iter(columns.values())))
    rows = np.zeros(n, layout.dtype)
    for name, values in columns.items():
        rows[name] = values
    return rows


def join_halves(high: NDArray[Any], low: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Two numbers as one, which sorts by *high*, then by *low*, faster than both do."""
    joined: NDArray[np.uint64] = (high.astype(np.uint64) << _HALF) | low
    return joined


def part_halves(
    joined: NDArray[np.uint64],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The two numbers that join_halves() made one of."""
    return (joined >> _HALF).astype(np.uint32), joined.astype(np.uint32)


def bucket_of(keys: NDArray[Any], buckets: int) -> NDArray[np.int32]:
    """Scatter keys of any unsigned type evenly over the buckets."""
    mixed = (keys.astype(np.uint64) * _SCATTER) >> _HALF
    return ((mixed * np.uint64(buckets)) >> _HALF).astype(np.int32)


class Outbox:
    """Collects rows until they are worth sending."""

    def __init__(self) -> None:
        self._held: dict[Layout, list[tuple[NDArray[Any], Table]]] = {}
        self._bytes = 0

    def add(
        self,
        layout: Layout,
        buckets: NDArray[Any],
        rows: NDArray[Any],
        *tails: NDArray[Any],
    ) -> None:
        """Address each row, with its stretch of each tail, to a bucket."""
        if not len(rows):
            return
        named = dict(zip([name for name, _ in layout.tails], tails, strict=True))
        self._held.setdefault(layout, []).append((buckets, Table(rows, named)))
        self._bytes += rows.nbytes + sum(tail.nbytes for tail in tails)

    def full(self) -> Iterator[pa.RecordBatch]:
        """What is to be sent now: nothing, as long as there is room."""
        if self._bytes >= _FULL:
            yield from self.send()

    def send(self) -> Iterator[pa.RecordBatch]:
        """Send everything that is held."""
        held, self._held, self._bytes = self._held, {}, 0
        for layout, parts in held.items():
            buckets = np.concatenate([part[0] for part in parts])
            yield _packed(layout, buckets, join_tables([part[1] for part in parts]))


def join_tables(parts: Sequence[Table]) -> Table:
    """Tables of one layout, one behind the other."""
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([part.rows for part in parts])
    names = parts[0].tails
    tails = {name: np.concatenate([p.tails[name] for p in parts]) for name in names}
    return Table(rows, tails)


def _packed(layout: Layout, buckets: NDArray[Any], table: Table) -> pa.RecordBatch:
    if (buckets[1:] < buckets[:-1]).any():
        # Numbers of one or two bytes are sorted digit by digit.
        narrow = buckets.astype(np.min_scalar_type(buckets.max()))
        order = np.argsort(narrow, kind="stable")
        table, buckets = table.pick(order), buckets[order]
    firsts = np.flatnonzero(
        (np.diff(buckets, prepend=-1) != 0)
        | (np.diff(_bytes_before(layout, table) // _PARCEL, prepend=0) != 0)
    )
    bounds = np.append(firsts, len(buckets))
    arrays = [
        pa.array(buckets[firsts].astype(np.int32)),
        _values(table.rows, bounds * layout.dtype.itemsize),
        _tails(table, bounds),
        pa.array(np.full(len(firsts), layout.kind, np.int32)),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=_ARROW)


def _bytes_before(layout: Layout, table: Table) -> NDArray[np.int64]:
    """How many bytes stand before each row, tails and all."""
    before = np.arange(len(table)) * layout.dtype.itemsize
    for name, data in table.tails.items():
        before += table.offsets(name)[:-1] * data.itemsize
    return before


def _values(data: NDArray[Any], bounds: NDArray[np.int64]) -> pa.Array:
    """Stretches of an array's bytes as values, which are not copied."""
    if bounds[-1] >= 1 << 31:
        raise ClusterError(
            "a task holds more than Arrow's 2 GB: ask for more --buckets"
        )
    offsets = pa.py_buffer(bounds.astype(np.int32))
    held = pa.py_buffer(np.ascontiguousarray(data).view(np.uint8))
    return pa.Array.from_buffers(
        pa.binary(), len(bounds) - 1, [None, offsets, held], null_count=0
    )


def _tails(table: Table, bounds: NDArray[np.int64]) -> pa.Array:
    """The tails of the rows between bounds; several follow each other in a value."""
    parts = [
        _values(data, table.offsets(name)[bounds] * data.itemsize)
        for name, data in table.tails.items()
    ]
    if not parts:
        return _values(np.zeros(0, np.uint8), np.zeros(len(bounds), np.int64))
    if len(parts) == 1:
        return parts[0]
    return pc.binary_join_element_wise(*parts, b"")


class Inbox:
    """Everything that came to a partition, by layout."""

    def __init__(self, batches: Iterable[pa.RecordBatch], *layouts: Layout) -> None:
        by_kind = {layout.kind: layout for layout in layouts}
        self._parts: dict[Layout, list[Table]] = {layout: [] for layout in layouts}
        self.buckets: set[int] = set()
        for batch in batches:
            columns = (
                batch.column(name) for name in ("bucket", "head", "tail", "kind")
            )
            for bucket, head, tail, kind in zip(*columns, strict=True):
                layout = by_kind[kind.as_py()]
                self.buckets.add(bucket.as_py())
                self._parts[layout].append(
                    _unpacked(layout, head.as_buffer(), tail.as_buffer())
                )

    def take(self, layout: Layout) -> Table:
        """The rows of a layout; they are let go of here."""
        nothing = Table(
            np.zeros(0, layout.dtype),
            {name: np.zeros(0, dtype) for name, dtype in layout.tails},
        )
        return join_tables([nothing, *self._parts.pop(layout)])


def unpack(batch: pa.RecordBatch, layout: Layout) -> Iterator[tuple[int, Table]]:
    """The parcels of a batch that are of *layout*, each with its bucket."""
    columns = (batch.column(name) for name in ("bucket", "head", "tail", "kind"))
    for bucket, head, tail, kind in zip(*columns, strict=True):
        if kind.as_py() == layout.kind:
            yield bucket.as_py(), _unpacked(layout, head.as_buffer(), tail.as_buffer())


def _unpacked(layout: Layout, head: Any, tail: Any) -> Table:
    rows = np.frombuffer(head, layout.dtype)
    tails, at = {}, 0
    for name, dtype in layout.tails:
        count = int(rows[name].sum(dtype=np.int64))
        tails[name] = (
            np.frombuffer(tail, dtype, count, at) if count else np.zeros(0, dtype)
        )
        at += tails[name].nbytes
    return Table(rows, tails)
