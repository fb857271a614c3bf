"""Dumps on any path that Spark reads: JSON lines and Parquet, file by file.

An article's number is its file's place among the inputs above its split's start and
its row in the split, so that numbers order articles as the files do, and no counting
goes before the first reading.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import orjson

from storage.dumps.fields import Fields, find_fields
from storage.dumps.jsonl import read_block
from storage.dumps.lines import PADDING, LineBlock
from storage.dumps.parquet import read_table
from storage.errors import DumpError, UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from storage.dumps.batch import Batch

_PLACE_BITS = np.uint64(40)
_PLACE = np.uint64((1 << 40) - 1)
_SAMPLE = 200
_BOM = b"\xef\xbb\xbf"
_MARKS = ("wirecopy_path", "wirecopy_start", "wirecopy_length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Inputs of one format. *frame* has a row for each article, or line, and columns
    for its file and split; *files* are the inputs in order.
    """

    frame: Any
    files: tuple[str, ...]
    fields: Fields
    is_parquet: bool
    size: int


def open_source(
    session: Any, inputs: Sequence[str], fields: Fields, given: str | None
) -> Source:
    """Find the files behind *inputs*, and the fields in them.

    Raises DumpError where nothing is there, UnknownFormatError where the format is
    none that a cluster reads.
    """
    files = _files(session, inputs)
    is_parquet = _is_parquet(files, given)
    if is_parquet:
        frame = session.read.parquet(*files)
        names = frame.columns
    else:
        frame = session.read.option("lineSep", "\n").text(list(files))
        names = _keys(frame.limit(_SAMPLE).toArrow().column(0).to_pylist())
    marks = (
        "_metadata.file_path",
        "_metadata.file_block_start",
        "_metadata.file_block_length",
    )
    named = [f"{mark} as {name}" for mark, name in zip(marks, _MARKS, strict=True)]
    return Source(
        frame=frame.selectExpr("*", *named),
        files=tuple(plain_path(file) for file in files),
        fields=find_fields(fields, names, inputs[0]),
        is_parquet=is_parquet,
        size=_size(session, files),
    )


def _files(session: Any, inputs: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in inputs:
        try:
            files = session.read.text(name).inputFiles()
        except Exception as error:
            # Spark's errors of a path carry pages of Java.
            reason = str(error).splitlines()[0]
            raise DumpError(f"{name} cannot be opened: {reason}") from error
        if not files:
            raise DumpError(f"{name} holds no file")
        found += sorted(file for file in files if file not in found)
    return found


def plain_path(uri: str) -> str:
    """A local path as it is; Spark writes it with one slash here and three there."""
    plain = unquote(uri)
    if plain.startswith("file:"):
        return "/" + plain.removeprefix("file:").lstrip("/")
    return plain


def _is_parquet(files: Sequence[str], given: str | None) -> bool:
    forms = {_form(file, given) for file in files}
    if len(forms) > 1:
        raise UnknownFormatError("JSON lines and Parquet go to a cluster one by one")
    return forms == {"parquet"}


def _form(file: str, given: str | None) -> str:
    name = file.lower()
    if name.endswith((".parquet", ".pq")):
        return "parquet"
    if any(f".{suffix}" in name for suffix in ("jsonl", "ndjson", "json", "jl")):
        return "jsonl"
    if given in ("jsonl", "parquet"):
        return given
    raise UnknownFormatError(
        f"{file}: a cluster reads jsonl and parquet; say --format, or convert it"
    )


def _keys(lines: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for line in lines:
        try:
            row = orjson.loads(line.removeprefix("\ufeff"))
        except orjson.JSONDecodeError:
            continue
        if isinstance(row, dict):
            found.update(dict.fromkeys(row))
    return list(found)


def _size(session: Any, files: Sequence[str]) -> int:
    jvm = session._jvm
    configuration = session._jsc.hadoopConfiguration()
    total = 0
    for file in files:
        path = jvm.org.apache.hadoop.fs.Path(jvm.java.net.URI(file))
        total += path.getFileSystem(configuration).getFileStatus(path).getLen()
    return int(total)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows of one split that stand side by side: *table*, from row *first* of it."""

    file: int
    start: int
    first: int
    table: Any

    @property
    def number(self) -> int:
        """The article number of the first row."""
        return self.file << int(_PLACE_BITS) | (self.start + self.first)


@dataclass(frozen=True)
class SplitReader:
    """Turns the record batches of a task into stretches, and those into columns."""

    files: tuple[str, ...]
    fields: Fields
    is_parquet: bool

    @classmethod
    def of(cls, source: Source) -> SplitReader:
        """The reader of a source."""
        return cls(source.files, source.fields, source.is_parquet)

    def stretches(self, batches: Iterable[Any]) -> Iterator[Stretch]:
        """Cut batches where a split ends. Raises DumpError where a split of Parquet
        has more rows than bytes, and numbers would not be enough.
        """
        places = {file: place for place, file in enumerate(self.files)}
        at: dict[tuple[int, int], int] = {}
        for batch in batches:
            for table, path, start, length in _runs(batch):
                key = (places[plain_path(path)], start)
                first = at.get(key, 0)
                at[key] = first + table.num_rows
                if at[key] > length + 1:
                    raise DumpError(
                        f"{path} holds more rows than bytes; write it again"
                    )
                yield Stretch(*key, first, table)

    def read(self, stretch: Stretch) -> tuple[Batch, NDArray[np.uint64]]:
        """The articles of a stretch, and their numbers; lines count from the split."""
        name = self.files[stretch.file]
        if self.is_parquet:
            batch = read_table(name, self.fields, stretch.table, stretch.first)
        else:
            block = _block(stretch)
            batch = read_block(name, self.fields, block)
        rows = (batch.lines - 1 - stretch.first).astype(np.uint64)
        return batch, rows + np.uint64(stretch.number)


def _runs(batch: Any) -> Iterator[tuple[Any, str, int, int]]:
    if not batch.num_rows:
        return
    path, start, length = (batch.column(name) for name in _MARKS)
    kept = [name for name in batch.schema.names if name not in _MARKS]
    table = batch.select(kept)
    starts = start.to_numpy(zero_copy_only=False)
    names = path.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    new = (np.diff(starts) != 0) | (np.diff(names) != 0)
    bounds = [0, *(np.flatnonzero(new) + 1).tolist(), batch.num_rows]
    for low, high in itertools.pairwise(bounds):
        yield (
            table.slice(low, high - low),
            path[low].as_py(),
            int(starts[low]),
            length[low].as_py(),
        )


def _block(stretch: Stretch) -> LineBlock:
    """The lines of a stretch as the file has them."""
    import pyarrow.compute as pc

    lines = pc.binary_join_element_wise(stretch.table.column(0), "", "\n")
    _, offsets, data = lines.buffers()
    bounds = np.frombuffer(offsets, np.int32)[lines.offset :][: len(lines) + 1]
    size = int(bounds[-1] - bounds[0])
    held = np.zeros(-(-(size + PADDING) // 8) * 8, np.uint8)
    if size:
        held[:size] = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]
    if stretch.start + stretch.first == 0 and held[:3].tobytes() == _BOM:
        held[:3] = ord(" ")
    return LineBlock(data=held, size=size, start=0, line=stretch.first + 1)


@dataclass(frozen=True)
class Splits:
    """All splits of a source in order: where they start, and their rows."""

    files: tuple[str, ...]
    file: NDArray[np.int64]
    start: NDArray[np.int64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, files: tuple[str, ...], rows: NDArray[Any]) -> Splits:
        """From the rows that tasks counted, some of a split at a time."""
        keys = np.stack([rows["file"], rows["start"]], axis=1)
        distinct, back = np.unique(keys, axis=0, return_inverse=True)
        total = np.bincount(back.ravel(), rows["rows"], len(distinct))
        return cls(files, distinct[:, 0], distinct[:, 1], total.astype(np.int64))

    def __len__(self) -> int:
        return len(self.rows)

    def place(
        self, articles: NDArray[np.uint64]
    ) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """The split of each article, and its row there."""
        firsts = (self.file.astype(np.uint64) << _PLACE_BITS) | self.start.astype(
            np.uint64
        )
        split = np.searchsorted(firsts, articles, side="right") - 1
        return split, (articles - firsts[split]).astype(np.int64)

    def line(self, file: int, start: int, line: int) -> int:
        """A line of the file from one of the split."""
        return line + int(self._before[(self.file == file) & (self.start == start)][0])

    def lines(self, articles: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The lines of articles in their files, from 1."""
        split, row = self.place(articles)
        return self._before[split] + row + 1

    @property
    def _before(self) -> NDArray[np.int64]:
        """Rows of each split's file before it."""
        total = np.cumsum(self.rows) - self.rows
        first = np.searchsorted(self.file, self.file)
        return total - total[first]
