"""What runs where a split is read: articles parsed and cleaned as on one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crawler.dumps.boilerplate import BoilerplateLines
from crawler.dumps.reading import Cleaning, whole_seconds
from crawler.dumps.writing import Removal
from dedupe.spark.articles import Arrived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from crawler.dumps.columns import Cleaned
    from dedupe.spark.lines import Boilerplate
    from storage.dumps.spark import SplitReader, Stretch


@dataclass(frozen=True)
class ReadSplits:
    """Reads the record batches of a task."""

    reader: SplitReader
    clean: bool = True

    def __call__(self, batches: Iterable[Any]) -> Iterator[Arrived]:
        for stretch in self.reader.stretches(batches):
            yield self.read(stretch)

    def read(self, stretch: Stretch) -> Arrived:
        """The articles of some rows of a split."""
        found, articles = self.cleaned(stretch)
        batch = found.batch
        return Arrived(
            articles=articles,
            texts=found.column.texts,
            headlines=batch.headlines,
            ids=batch.ids,
            urls=batch.urls,
            hints=found.hints,
            outlets=found.outlets,
            published=whole_seconds(batch.published),
            line_keys=found.line_keys,
            line_counts=found.line_counts,
            removed=list(_removed(found)),
            rejects=[
                {
                    "file": stretch.file,
                    "start": stretch.start,
                    "line": reject.line,
                    "reason": reject.reason,
                    "detail": reject.detail,
                }
                for reject in batch.rejects
            ],
            file=stretch.file,
            start=stretch.start,
            rows=stretch.table.num_rows,
        )

    def cleaned(self, stretch: Stretch) -> tuple[Cleaned, NDArray[np.uint64]]:
        """The articles with what is cut from them, and their numbers."""
        batch, articles = self.reader.read(stretch)
        return Cleaning(lambda: batch, self.clean).run(), articles


def _removed(found: Cleaned) -> Iterator[tuple[int, dict[str, Any]]]:
    for cut in found.column.cuts:
        yield (
            cut.article,
            {
                "start": cut.start,
                "reason": cut.reason,
                "repeats": cut.repeats,
                "text": cut.text,
            },
        )


def removal_of(
    found: Cleaned,
    boilerplate: Boilerplate,
    listen: Callable[[int, int, str], None] | None = None,
) -> Removal:
    """What goes out of the texts of some articles, numbered from 0 here.

    *listen* hears of the boilerplate lines, as on one machine.
    """
    cuts = [(cut.article, cut.start, cut.end) for cut in found.column.cuts]
    outlets = np.repeat(found.outlets, found.line_counts)
    lines = np.flatnonzero(boilerplate.marks(found.line_keys, outlets))
    firsts = np.concatenate(([0], np.cumsum(found.line_counts)))
    return Removal(
        cuts=np.array(cuts, np.int64).reshape(-1, 3),
        boilerplate=BoilerplateLines(lines=lines, firsts=firsts),
        listen=listen,
    )
