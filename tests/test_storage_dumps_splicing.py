"""Lines cut out of JSON rows as they stand, against cutting the parsed text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from storage.dumps.splicing import Spans, splice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.text_column import TextColumn

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

    for line, cut, (pieces, *_) in zip(
        lines, splice(lines, "text", find), rows, strict=True
    ):
        assert cut is not None
        kept = "".join(pieces[::2])
        assert json.loads(cut) == json.loads(line) | {"text": kept}
        assert cut.partition(b'"text"')[0] == line.partition(b'"text"')[0]
        assert cut.rpartition(b'"z"')[2] == line.rpartition(b'"z"')[2]


def test_a_line_beyond_the_kernel_is_left_to_others() -> None:
    lines = [b'{"text": "a", "n": 1e400}\n', b'{"text": "b\\nc"}\n']

    def find(numbers: NDArray[np.int64], texts: TextColumn) -> Spans:
        assert numbers.tolist() == [1]
        assert list(texts) == ["b\nc"]
        return Spans(owners=np.array([0]), spans=np.array([[0, 2]]))

    assert splice(lines, "text", find) == [None, b'{"text": "c"}\n']
