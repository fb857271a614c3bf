"""Steps over parcels: Spark brings them together, partitions, shuffles and retries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedupe.spark.parcels import Inbox, Layout, Outbox, Table, unpack
from dedupe.spark.workers import spare_imports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa
    from pyspark.sql import DataFrame

SCHEMA = "bucket int, head binary, tail binary, kind int"


@dataclass(frozen=True)
class Whole:
    """Runs *step* once on all that came to a partition."""

    step: Callable[..., None]
    layouts: tuple[Layout, ...]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        spare_imports()
        inbox, outbox = Inbox(batches, *self.layouts), Outbox()
        if inbox.buckets:
            self.step(inbox, outbox)
        yield from outbox.send()


@dataclass(frozen=True)
class _Rows:
    """Makes rows, once, of all that came to a partition."""

    step: Callable[[Inbox], pa.RecordBatch]
    layouts: tuple[Layout, ...]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        spare_imports()
        inbox = Inbox(batches, *self.layouts)
        if inbox.buckets:
            yield self.step(inbox)


@dataclass(frozen=True)
class Passing:
    """Runs *step* on one parcel after the other, wherever it stands."""

    step: Callable[[int, Table, Outbox], None]
    layout: Layout

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        spare_imports()
        outbox = Outbox()
        for batch in batches:
            for bucket, table in unpack(batch, self.layout):
                self.step(bucket, table, outbox)
                yield from outbox.full()
        yield from outbox.send()


def only(frame: DataFrame, *layouts: Layout) -> DataFrame:
    """The parcels of some layouts."""
    return frame.where(frame["kind"].isin([layout.kind for layout in layouts]))


def passing(
    frame: DataFrame, layout: Layout, step: Callable[[int, Table, Outbox], None]
) -> DataFrame:
    """Run *step* on the parcels of one layout where they stand."""
    return only(frame, layout).mapInArrow(Passing(step, layout), SCHEMA)


def meet(
    frames: Sequence[DataFrame],
    layouts: Sequence[Layout],
    buckets: int,
    step: Callable[[Inbox, Outbox], None],
) -> DataFrame:
    """Bring the parcels of *layouts* in all *frames* to their buckets; run *step*."""
    moved = _moved(frames, layouts, buckets)
    return moved.mapInArrow(Whole(step, tuple(layouts)), SCHEMA)


def meet_as_rows(
    frames: Sequence[DataFrame],
    layouts: Sequence[Layout],
    buckets: int,
    step: Callable[[Inbox], pa.RecordBatch],
    schema: str,
) -> DataFrame:
    """Bring parcels to their buckets as ``meet`` does; *step* makes rows of them."""
    moved = _moved(frames, layouts, buckets)
    return moved.mapInArrow(_Rows(step, tuple(layouts)), schema)


def _moved(
    frames: Sequence[DataFrame], layouts: Sequence[Layout], buckets: int
) -> DataFrame:
    wanted = [only(frame, *layouts) for frame in frames]
    together = wanted[0]
    for frame in wanted[1:]:
        together = together.unionByName(frame)
    return together.repartitionById(buckets, together["bucket"])


def count(frame: DataFrame, layout: Layout) -> int:
    """Count the rows of a layout."""
    from pyspark.sql import functions as f

    size = f.sum(f.length("head")).alias("size")
    total = only(frame, layout).agg(size).collect()[0]["size"]
    return int(total or 0) // layout.dtype.itemsize


def gather(frame: DataFrame, layout: Layout) -> Table:
    """Bring the rows of a small layout to the driver."""
    return gather_several(frame, layout).take(layout)


def gather_several(frame: DataFrame, *layouts: Layout) -> Inbox:
    """Bring the rows of some small layouts to the driver, by one job."""
    arrived: pa.Table = only(frame, *layouts).toArrow()
    return Inbox(arrived.to_batches(), *layouts)
