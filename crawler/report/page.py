"""One static HTML page about a dump: counts, stories, and pairs to judge the rule by."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

import numpy as np

from crawler.dumps.looking_up import look_up_texts
from crawler.report.charts import bars
from dedupe.verify import REASONS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from crawler.dumps.columns import Columns
    from crawler.dumps.outcome import Outcome
    from crawler.dumps.reading import OpenInput
    from crawler.dumps.request import DedupeReport
    from crawler.dumps.writing import Names
    from dedupe.outcome import PairTable
    from storage.dumps.outputs import Outputs

_SAMPLES = 6
_SHOWN = 700
_SIZES = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 50), (51, 1 << 62))


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One article of a sample."""

    name: str
    headline: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A borderline pair: *what* was decided, and both articles."""

    what: str
    a: Side
    b: Side


def write_report(
    outputs: Outputs,
    path: Path,
    report: DedupeReport,
    inputs: Sequence[OpenInput],
    columns: Columns,
    outcome: Outcome,
    names: Names,
) -> None:
    """Write the page to *path*; everything that comes from the dump is escaped."""
    chosen = _borderline(outcome.pairs)
    wanted = {n for a, b, _ in chosen for n in (a, b)}
    texts = look_up_texts(inputs, columns, wanted)

    def side(article: int) -> Side:
        return Side(
            name=names[article],
            headline=columns.headlines[article],
            text=texts[article],
        )

    text = render_page(
        report,
        sizes=count_sizes(np.bincount(outcome.story)),
        largest=[(one.id, one.headline, one.articles) for one in report.largest],
        samples=[Sample(what=what, a=side(a), b=side(b)) for a, b, what in chosen],
    )
    outputs.open(path).write(text.encode(errors="replace"))


def render_page(
    report: DedupeReport,
    *,
    sizes: Mapping[str, int],
    largest: Iterable[Sequence[object]],
    samples: Iterable[Sample],
) -> str:
    """Return the page: *sizes* counts stories, *largest* are id, headline, articles."""
    page = Template(files("crawler.report").joinpath("page.html").read_text("utf-8"))
    return page.substitute(
        title=f"{report.rows:,} rows, {report.survivors:,} survivors",
        inputs=escape(", ".join(report.inputs)),
        alarms="".join(f'<p class="alarm">{escape(a)}</p>' for a in report.alarms),
        rows_chart=bars(_fates(report)),
        removed_chart=bars(report.removed),
        pairs_chart=bars(report.pairs),
        looked_at=escape(_looked_at(report.looked_at)),
        sizes_chart=bars(sizes),
        largest=_table(("id", "headline", "articles"), largest),
        samples="".join(_pair(sample) for sample in samples),
    )


def _fates(report: DedupeReport) -> dict[str, int]:
    fates = {"survivors": report.survivors}
    fates |= {f"copies: {name}": n for name, n in report.copies.items()}
    return fates | {f"rejects: {name}": n for name, n in report.rejects.items()}


def _looked_at(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    listed = ", ".join(f"{count:,} {reason}" for reason, count in counts.items())
    return f"Compared and not listed: {listed}."


def count_sizes(
    sizes: NDArray[np.int64], stories: NDArray[np.int64] | None = None
) -> dict[str, int]:
    """Count stories by how many articles they have; *stories* are of each size."""
    named = {}
    for low, high in _SIZES:
        name = f"{low}" if low == high else f"{low} to {high}"
        name = f"{low} and more" if high > 1 << 40 else name
        inside = (sizes >= low) & (sizes <= high)
        count = int(inside.sum() if stories is None else stories[inside].sum())
        if count:
            named[f"{name} articles"] = count
    return named


def _borderline(pairs: PairTable | None) -> list[tuple[int, int, str]]:
    """Pick pairs around the threshold: the weakest that joined, the best that did not."""
    if pairs is None:
        return []
    best = np.maximum(
        pairs.jaccard, np.maximum(pairs.containment_a, pairs.containment_b)
    )
    joined = np.isin(pairs.verdicts, [1, 2, 3, 4])
    picked = []
    for rows, order in ((np.flatnonzero(joined), 1), (np.flatnonzero(~joined), -1)):
        picked += rows[
            np.argsort(order * best[rows], kind="stable")[:_SAMPLES]
        ].tolist()
    return [(int(pairs.a[r]), int(pairs.b[r]), _figures(pairs, r)) for r in picked]


def _figures(pairs: PairTable, row: int) -> str:
    return (
        f"{VERDICTS[pairs.verdicts[row]]}: {REASONS[pairs.reasons[row]]} "
        f"(Jaccard {pairs.jaccard[row]:.2f}, containment "
        f"{pairs.containment_a[row]:.2f} and {pairs.containment_b[row]:.2f})"
    )


def _pair(sample: Sample) -> str:
    sides = [
        f'<div dir="auto"><b>{escape(side.name)}</b> {escape(side.headline)}\n'
        f"{escape(side.text[:_SHOWN])}</div>"
        for side in (sample.a, sample.b)
    ]
    return f'<p>{escape(sample.what)}</p><div class="pair">{"".join(sides)}</div>'


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        "<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f'<td dir="auto">{escape(str(value))}</td>'
