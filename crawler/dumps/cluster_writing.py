"""The second reading on a cluster: survivors where they are read, never shuffled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crawler.dumps.cluster_reading import removal_of
from storage.dumps.copying import Edits, edited_block
from storage.dumps.spark import Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from crawler.dumps.cluster_reading import ReadSplits
    from crawler.dumps.columns import Cleaned
    from crawler.dumps.writing import Removal
    from dedupe.spark.lines import Boilerplate
    from dedupe.spark.parcels import Table


@dataclass(frozen=True, slots=True)
class Flags:
    """For each split, by file and start, bits for its rows."""

    bits: dict[tuple[int, int], bytes]

    @classmethod
    def of(cls, marks: Table, cut: int, splits: Any) -> Flags:
        """From what was gathered of all splits."""
        bounds = marks.offsets("bits")
        found = {}
        for row in np.flatnonzero(marks["cut"] == cut).tolist():
            split = int(marks["split"][row])
            key = (int(splits.file[split]), int(splits.start[split]))
            data = marks.tails["bits"][bounds[row] : bounds[row + 1]]
            found[key] = data.tobytes()
        return cls(found)

    def at(self, stretch: Stretch) -> NDArray[np.bool_]:
        """The flags of a stretch's rows."""
        packed = np.frombuffer(
            self.bits.get((stretch.file, stretch.start), b""), np.uint8
        )
        flags = np.zeros(stretch.table.num_rows, np.bool_)
        own = np.unpackbits(packed)[stretch.first :][: len(flags)]
        flags[: len(own)] = own
        return flags


@dataclass(frozen=True)
class WriteSplits:
    """Passes the rows that stay, with their texts cleaned where something is cut."""

    reading: ReadSplits
    kept: Flags
    cut: Flags
    boilerplate: Boilerplate

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for stretch in self.reading.reader.stretches(batches):
            kept, cut = self.kept.at(stretch), self.cut.at(stretch)
            table = stretch.table.filter(pa.array(kept))
            if (cut & kept).any():
                found, _ = self.reading.cleaned(part_of(stretch, kept & cut))
                table = self._edited(table, np.flatnonzero(cut[kept]), found)
            yield from pa.Table.from_batches([table]).to_batches()

    def _edited(
        self, table: pa.RecordBatch, places: NDArray[np.intp], found: Cleaned
    ) -> pa.RecordBatch:
        name = str(self.reading.reader.fields.text)
        column = "value" if not self.reading.reader.is_parquet else name
        at = table.schema.get_field_index(column)
        field = table.schema.field(at)
        removal, rows = removal_of(found, self.boilerplate), np.arange(len(places))
        if self.reading.reader.is_parquet:
            texts = [found.batch.texts[row] for row in rows.tolist()]
            values = removal.clean_all(rows, texts)
        else:
            taken = table.column(at).cast(pa.binary()).take(pa.array(places))
            values = _edited_lines(taken.to_pylist(), _edits(removal, rows, name))
        cut = np.zeros(table.num_rows, np.bool_)
        cut[places] = True
        edited = pc.replace_with_mask(
            table.column(at), cut, pa.array(values, field.type)
        )
        return table.set_column(at, field, edited)


def _edited_lines(lines: Sequence[bytes], edits: Edits) -> list[str]:
    ends = np.cumsum([len(line) + 1 for line in lines])
    spans = np.stack((np.append(0, ends[:-1]), ends), axis=1)
    block = memoryview(b"\n".join([*lines, b""]))
    pieces = edited_block(block, spans, np.arange(len(lines)), edits)
    return b"".join(pieces).decode().split("\n")[:-1]


def _edits(removal: Removal, rows: NDArray[np.intp], name: str) -> Edits:
    """What one machine would change in lines that all lose something."""
    return Edits(
        field=name,
        touched=np.ones(len(rows), np.bool_),
        clean=removal.clean_all,
        by_lines=np.isin(rows, removal.by_lines),
        find=removal.boilerplate.spans,
    )


def part_of(stretch: Stretch, wanted: NDArray[np.bool_]) -> Stretch:
    """Some rows of a stretch, as if they stood side by side."""
    rows = stretch.table.filter(pa.array(wanted))
    return Stretch(stretch.file, stretch.start, stretch.first, rows)


@dataclass(frozen=True)
class ListLines:
    """Lists the boilerplate lines that are cut from the rows that stay."""

    reading: ReadSplits
    kept: Flags
    cut: Flags
    boilerplate: Boilerplate

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for stretch in self.reading.reader.stretches(batches):
            wanted = self.kept.at(stretch) & self.cut.at(stretch)
            if wanted.any():
                yield from self._list(stretch, np.flatnonzero(wanted))

    def _list(
        self, stretch: Stretch, places: NDArray[np.intp]
    ) -> Iterator[pa.RecordBatch]:
        wanted = np.zeros(stretch.table.num_rows, np.bool_)
        wanted[places] = True
        found, _ = self.reading.cleaned(part_of(stretch, wanted))
        rows: list[dict[str, Any]] = []

        def listen(row: int, start: int, text: str) -> None:
            article = stretch.number + int(places[row])
            told = {"reason": "boilerplate", "repeats": None, "text": text}
            rows.append({"article": article, "start": start, **told})

        removal = removal_of(found, self.boilerplate, listen)
        lined = removal.boilerplate.articles
        removal.clean_all(lined, [found.batch.texts[row] for row in lined.tolist()])
        if rows:
            yield pa.RecordBatch.from_pylist(rows, _LISTED)


_LISTED = pa.schema(
    [
        ("article", pa.int64()),
        ("start", pa.int64()),
        ("reason", pa.string()),
        ("repeats", pa.int64()),
        ("text", pa.string()),
    ]
)
