"""Lines cut out of JSON rows as they stand, against cutting the parsed text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from storage.dumps.copying import Edits, edited_block
from storage.dumps.splicing import Spans

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from dedupe.text_column import TextColumn


def edited(
    lines: list[bytes],
    find: Callable[[NDArray[np.int64], TextColumn], Spans],
    touched: NDArray[np.bool_] | None = None,
    by_lines: NDArray[np.bool_] | None = None,
) -> list[bytes]:
    """Write *lines*, of whose texts what *find* says goes, or which become capitals."""
    every = np.ones(len(lines), np.bool_)
    edits = Edits(
        field="text",
        touched=every if touched is None else touched,
        clean=lambda _, texts: [text.upper() for text in texts],
        by_lines=every if by_lines is None else by_lines,
        find=find,
    )
    bounds = np.cumsum([0, *map(len, lines)])
    spans = np.stack((bounds[:-1], bounds[1:]), axis=1)
    view = memoryview(b"".join(lines))
    written = b"".join(edited_block(view, spans, np.arange(len(lines)), edits))
    return written.splitlines(keepends=True)


LETTERS = st.text(
    st.sampled_from(["a", "é", "\n", "\r", '"', "\\", "/", "م", "東", "😀"])
)
ROWS = st.lists(
    st.tuples(st.lists(LETTERS, max_size=6), st.booleans(), st.booleans()),
    min_size=1,
    max_size=4,
)


@given(ROWS)
@example([(["a", "😀\n", "é"], True, True)])
def test_what_is_cut_from_a_row_is_cut_from_its_text(
    rows: list[tuple[list[str], bool, bool]],
) -> None:
    """Of each text every second piece goes; rows are escaped to ASCII, or spaced."""
    lines, owners, spans = [], [], []
    for number, (pieces, ascii_only, spaced) in enumerate(rows):
        row = {"a": 1.50, "text": "".join(pieces), "z": ["text", "\n"]}
        marks = (", ", " : ") if spaced else (",", ":")
        line = json.dumps(row, ensure_ascii=ascii_only, separators=marks)
        lines.append(line.encode() + b"\n")
        ends = np.cumsum([0, *(len(piece.encode()) for piece in pieces)]).tolist()
        for piece in range(1, len(pieces), 2):
            owners.append(number)
            spans.append((ends[piece], ends[piece + 1]))

    def find(numbers: NDArray[np.int64], texts: TextColumn) -> Spans:
        assert numbers.tolist() == list(range(len(rows)))
        assert list(texts) == ["".join(pieces) for pieces, *_ in rows]
        return Spans(
            owners=np.array(owners, np.int64),
            spans=np.array(spans, np.int64).reshape(-1, 2),
        )

    written = edited(lines, find)
    for line, cut, (pieces, *_) in zip(lines, written, rows, strict=True):
        kept = "".join(pieces[::2])
        assert json.loads(cut) == json.loads(line) | {"text": kept}
        assert cut.partition(b'"text"')[0] == line.partition(b'"text"')[0]
        assert cut.rpartition(b'"z"')[2] == line.rpartition(b'"z"')[2]


def test_a_line_beyond_the_kernel_is_left_to_others() -> None:
    beyond = b'{"t\\u0065xt": "a", "n": null}\n'
    lines = [beyond, b'{"text": "b\\nc"}\n', b'{"text":"d"}\n', beyond]

    def find(numbers: NDArray[np.int64], texts: TextColumn) -> Spans:
        assert numbers.tolist() == [1, 2]
        assert list(texts) == ["b\nc", "d"]
        return Spans(owners=np.array([0]), spans=np.array([[0, 2]]))

    first, *others, last = edited(lines, find)
    assert others == [b'{"text": "c"}\n', lines[2]]
    assert first == last == b'{"text":"A","n":null}\n'


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2)), max_size=6))
def test_lines_that_stay_and_lines_made_anew_keep_their_order(
    rows: list[tuple[int, int]],
) -> None:
    """Of each row the text stays (0), loses its first byte (1), or is cleaned (2)."""
    lines = [json.dumps({"text": "x" * n}).encode() + b"\n" for n, _ in rows]
    fate = np.array([what for _, what in rows], np.int64)

    def find(numbers: NDArray[np.int64], texts: TextColumn) -> Spans:
        return Spans(
            owners=np.arange(len(numbers)), spans=np.tile([0, 1], (len(numbers), 1))
        )

    written = edited(lines, find, touched=fate > 0, by_lines=fate == 1)
    told = [json.loads(line)["text"] for line in written]
    assert told == [("x" * n, "x" * (n - 1), "X" * n)[what] for n, what in rows]
