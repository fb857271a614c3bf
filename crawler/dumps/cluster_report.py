"""The page about a run on a cluster: the few articles it shows are read again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from crawler.report.page import Sample, Side, count_sizes, render_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.dumps.cluster_outcome import ClusterOutcome
    from crawler.dumps.cluster_reading import ReadSplits
    from crawler.dumps.request import DedupeReport
    from storage.dumps.spark import Source

_SAMPLES = 6
_JOINS = "verdict in ('exact', 'near', 'excerpt', 'correction')"
_BEST = "greatest(jaccard, containment_a, containment_b) as best"
_SHOWN = "article long, headline string, text string"


def render_outcome(
    outcome: ClusterOutcome, report: DedupeReport, source: Source, reading: ReadSplits
) -> str:
    """Return the page (HTML)."""
    pairs = _borderline(outcome)
    largest = outcome.largest
    wanted = {n for pair in pairs for n in (pair["a"], pair["b"])}
    wanted |= {article for article, *_ in largest}
    sides = _sides(outcome, source, reading, np.array(sorted(wanted), np.uint64))
    spread = outcome.sizes.spread
    return render_page(
        report,
        sizes=count_sizes(
            np.ascontiguousarray(spread["articles"]),
            np.ascontiguousarray(spread["stories"]),
        ),
        largest=[(name, sides[n].headline, size) for n, name, size in largest],
        samples=[
            Sample(what=_figures(pair), a=sides[pair["a"]], b=sides[pair["b"]])
            for pair in pairs
        ],
    )


def _borderline(outcome: ClusterOutcome) -> list[Any]:
    """Pick pairs around the threshold: the weakest that joined, the best that did not."""
    told = outcome.matches.selectExpr("*", _BEST)
    joined = told.where(_JOINS).orderBy("best", "a", "b").limit(_SAMPLES)
    others = told.where(f"not {_JOINS}").orderBy("best", ascending=False)
    return [*joined.collect(), *others.limit(_SAMPLES).collect()]


def _figures(pair: Any) -> str:
    return (
        f"{pair['verdict']}: {pair['reason']} (Jaccard {pair['jaccard']:.2f}, "
        f"containment {pair['containment_a']:.2f} and {pair['containment_b']:.2f})"
    )


def _sides(
    outcome: ClusterOutcome, source: Source, reading: ReadSplits, wanted: Any
) -> dict[int, Side]:
    split, _ = outcome.splits.place(wanted)
    starts = sorted({int(outcome.splits.start[s]) for s in split.tolist()})
    frame = source.frame.where(source.frame["wirecopy_start"].isin(starts))
    texts = frame.mapInArrow(_Fetching(reading, wanted), _SHOWN)
    named = texts.join(outcome.names("article", "name"), "article")
    return {
        row["article"]: Side(
            name=row["name"], headline=row["headline"], text=row["text"]
        )
        for row in named.collect()
    }


@dataclass(frozen=True)
class _Fetching:
    """Reads a few articles again; *wanted* are their numbers, ascending."""

    reading: ReadSplits
    wanted: Any

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for stretch in self.reading.reader.stretches(batches):
            batch, articles = self.reading.reader.read(stretch)
            rows = np.flatnonzero(np.isin(articles, self.wanted)).tolist()
            yield pa.RecordBatch.from_pydict(
                {
                    "article": articles[rows].astype(np.int64),
                    "headline": pa.array(
                        [batch.headlines[r] for r in rows], pa.string()
                    ),
                    "text": pa.array([batch.texts[r] for r in rows], pa.string()),
                }
            )
