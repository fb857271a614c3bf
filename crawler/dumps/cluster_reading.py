"""What runs where a split is read: articles parsed and cleaned as on one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawler.dumps.reading import Cleaning, whole_seconds
from dedupe.spark.articles import Arrived

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.dumps.reading import Cleaned
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
        batch, articles = self.reader.read(stretch)
        found = Cleaning(lambda: batch, self.clean).run()
        return Arrived(
            articles=articles,
            texts=found.column.texts,
            headlines=batch.headlines,
            ids=batch.ids,
            urls=batch.urls,
            hints=found.hints,
            outlets=found.outlets,
            published=whole_seconds(batch.published),
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
