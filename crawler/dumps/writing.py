"""The second reading: survivors to the output, decisions to tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.text_column import TextColumn
from dedupe.verify import REASONS, VERDICTS
from storage.dumps.copying import Edits, copy_rows
from storage.dumps.fields import TEXT
from storage.dumps.jsonl import JsonLines
from storage.dumps.writers import open_writer, output_format, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from crawler.dumps.boilerplate import BoilerplateLines
    from crawler.dumps.columns import Columns
    from crawler.dumps.outcome import Outcome
    from crawler.dumps.reading import OpenInput
    from dedupe.outcome import PairTable
    from storage.dumps.dump import Row
    from storage.dumps.formats import Format
    from storage.dumps.outputs import Outputs
    from storage.dumps.splicing import Spans

# Rows that show the names and types of the tables.
NOTE = {
    "story": 0, "role": "", "verdict": "", "similarity": 0.0, "containment": 0.0, "of": "",
}  # fmt: skip
STORY: Row = {"id": "", **NOTE, "row": 0}
PAIR: Row = {
    "a": "", "b": "", "verdict": "", "jaccard": 0.0,
    "containment_a": 0.0, "containment_b": 0.0, "reason": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What each article is called: its id, or where it stands."""

    columns: Columns
    inputs: Sequence[str]

    def __getitem__(self, article: int) -> str:
        given = self.columns.ids[article]
        if given:
            return given
        place = f"{int(self.columns.lines[article])}"
        if len(self.inputs) == 1:
            return place
        return f"{self.inputs[self.columns.input_of(article)]}:{place}"

    def __len__(self) -> int:
        return len(self.columns)


def write_articles(
    outputs: Outputs,
    path: Path,
    form: Format,
    inputs: Sequence[OpenInput],
    columns: Columns,
    outcome: Outcome,
    names: Names,
    removal: Removal,
    *,
    annotate: bool,
    known: int = 0,
) -> None:
    """Write the survivors, cleaned where something was cut, to *path*.

    With *annotate* all articles but the first *known*, which are a database's, are
    written, with their story, role and verdict.
    """
    kept = outcome.survives
    if annotate:
        kept = np.arange(len(columns)) >= known
    pieces = [
        _Piece(
            opened,
            columns,
            outcome,
            names,
            removal,
            _rows_of(columns, number, kept),
            annotate,
        )
        for number, opened in enumerate(inputs)
    ]
    schema = None
    if form == "parquet":
        from storage.dumps.arrow_tables import schema_of_dumps

        dumps = (piece.opened.dump for piece in pieces)
        schema = schema_of_dumps(dumps, NOTE if annotate else {})
    writer = open_writer(outputs, path, form, _samples(pieces, form), schema)
    for piece in pieces:
        copy_rows(piece.opened.dump, piece.places, piece.edits(), writer)
    writer.close()


def _samples(pieces: Sequence[_Piece], form: Format) -> Iterator[list[Row]]:
    """Yield a row of every field that the inputs have, then all that is written.

    Of texts that change it is the old ones: their field and type stay the same. Only
    JSON lines have fields that no header names, and only Parquet has types.
    """
    for piece in pieces:
        notes = NOTE if piece.annotate else {}
        yield [dict.fromkeys([*piece.opened.dump.field_names(), *notes])]
        if form != "parquet" and not isinstance(piece.opened.dump, JsonLines):
            continue
        for rows in piece.opened.dump.rows(piece.places):
            yield [{**row, **notes} for row in rows] if notes else rows


def _rows_of(
    columns: Columns, number: int, kept: NDArray[np.bool_]
) -> NDArray[np.int64]:
    first, last = columns.firsts[number], columns.firsts[number + 1]
    return first + np.flatnonzero(kept[first:last])


@dataclass(frozen=True, slots=True)
class _Piece:
    """The articles of one input that are written."""

    opened: OpenInput
    columns: Columns
    outcome: Outcome
    names: Names
    removal: Removal
    rows: NDArray[np.int64]
    annotate: bool

    @property
    def places(self) -> NDArray[np.int64]:
        return self.columns.places[self.rows]

    def edits(self) -> Edits:
        return Edits(
            field=self.opened.fields.names[TEXT],
            touched=np.isin(self.rows, self.removal.articles),
            clean=self._clean,
            by_lines=np.isin(self.rows, self.removal.by_lines),
            find=self._find,
            notes=self._notes if self.annotate else None,
        )

    def _clean(self, numbers: NDArray[np.int64], texts: list[str]) -> list[str]:
        return self.removal.clean_all(self.rows[numbers], texts)

    def _find(self, numbers: NDArray[np.int64], texts: TextColumn) -> Spans:
        return self.removal.find_lines(self.rows[numbers], texts)

    def _notes(self, index: int) -> Row:
        return story_row(self.outcome, self.names, int(self.rows[index]))


def without(raw: bytes, cuts: Sequence[tuple[int, int]]) -> bytes:
    """Return *raw* without the given stretches, which are in order."""
    kept, at = [], 0
    for start, end in cuts:
        kept.append(raw[at:start])
        at = end
    return b"".join([*kept, raw[at:]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What goes out of the texts: *cuts* by article, then boilerplate lines.

    *listen*(article, start, text) hears of each boilerplate line that is cut.
    """

    cuts: NDArray[np.int64]
    boilerplate: BoilerplateLines
    listen: Callable[[int, int, str], None] | None = None

    @property
    def articles(self) -> NDArray[np.int64]:
        """The articles whose text changes."""
        return np.union1d(self.cuts[:, 0], self.boilerplate.articles)

    @property
    def by_lines(self) -> NDArray[np.int64]:
        """Those of them that lose only boilerplate lines."""
        return np.setdiff1d(self.boilerplate.articles, self.cuts[:, 0])

    def find_lines(self, articles: NDArray[np.int64], texts: TextColumn) -> Spans:
        """Return the lines that go from the texts of some articles of *by_lines*."""
        found = self.boilerplate.spans(articles, texts)
        if self.listen is not None:
            for place, (start, end) in zip(
                found.owners.tolist(), found.spans.tolist(), strict=True
            ):
                low = int(texts.offsets[place])
                line = texts.data[low + start : low + end].tobytes().decode()
                self.listen(int(articles[place]), start, line)
        return found

    def clean_all(self, articles: NDArray[np.int64], texts: list[str]) -> list[str]:
        """Return the *texts* of some articles without what goes."""
        cuts = self._cuts_of(articles)
        raws = [
            without(text.encode(), spans)
            for text, spans in zip(texts, cuts, strict=True)
        ]
        found = self.boilerplate.spans(articles, TextColumn.from_bytes(raws))
        spans: list[list[tuple[int, int]]] = [[] for _ in raws]
        for place, (start, end) in zip(
            found.owners.tolist(), found.spans.tolist(), strict=True
        ):
            spans[place].append((start, end))
        if self.listen is not None:
            for article, raw, cut, gone in zip(
                articles.tolist(), raws, cuts, spans, strict=True
            ):
                for start, end in gone:
                    self.listen(article, _before(cut, start), raw[start:end].decode())
        return [
            without(raw, gone).decode() for raw, gone in zip(raws, spans, strict=True)
        ]

    def _cuts_of(self, articles: NDArray[np.int64]) -> list[list[tuple[int, int]]]:
        owners = self.cuts[:, 0]
        lows = np.searchsorted(owners, articles).tolist()
        highs = np.searchsorted(owners, articles, side="right").tolist()
        return [
            [(start, end) for start, end in self.cuts[low:high, 1:].tolist()]
            for low, high in zip(lows, highs, strict=True)
        ]


def _before(cuts: Sequence[tuple[int, int]], at: int) -> int:
    """Count a place in the cleaned text as one in the text as it came in."""
    for start, end in cuts:
        if start > at:
            break
        at += end - start
    return at


def story_row(outcome: Outcome, names: Names, article: int) -> Row:
    """Return what is said of one article in the table of stories, but its id."""
    if outcome.survives[article]:
        return {
            "story": int(outcome.story[article]),
            "role": "canonical",
            "verdict": None,
            "similarity": None,
            "containment": None,
            "of": None,
        }
    similarity = float(outcome.similarity[article])
    known = not math.isnan(similarity)
    return {
        "story": int(outcome.story[article]),
        "role": "copy",
        "verdict": outcome.verdict_of(article),
        "similarity": round(similarity, 4) if known else None,
        "containment": round(float(outcome.containment[article]), 4) if known else None,
        "of": names[int(outcome.of[article])],
    }


def write_stories(
    outputs: Outputs, path: Path, outcome: Outcome, names: Names, known: int = 0
) -> None:
    """Write one row for each article but the first *known*: story, role, and why."""
    rows = (
        (
            names[article],
            *story_row(outcome, names, article).values(),
            article + 1 - known,
        )
        for article in range(known, len(names))
    )
    write_table(outputs, path, STORY, rows)


def write_pairs(
    outputs: Outputs, path: Path, pairs: PairTable | None, names: Names
) -> None:
    """Write the pairs that joined, that are linked, and that came close."""
    rows = iter(()) if pairs is None else _pair_rows(pairs, names)
    write_table(outputs, path, PAIR, rows)


def _pair_rows(pairs: PairTable, names: Names) -> Iterator[tuple[object, ...]]:
    for row in range(len(pairs)):
        yield (
            names[int(pairs.a[row])],
            names[int(pairs.b[row])],
            VERDICTS[pairs.verdicts[row]],
            round(float(pairs.jaccard[row]), 4),
            round(float(pairs.containment_a[row]), 4),
            round(float(pairs.containment_b[row]), 4),
            REASONS[pairs.reasons[row]],
        )


def article_format(path: Path, given: Format | None, read: Format) -> Format:
    """Return what articles that were *read* in a format are written as.

    The suffix says, else *given*, else what was read; raises UnknownFormatError where
    there is a suffix that says nothing, and nothing is given.
    """
    return output_format(path, given if given or path.suffix else read)
