"""HTML entities that dumps leave in their texts: "it&#39;s", "Stra&szlig;e", "&amp;quot;".

Read as they stand, "&#39;" is a word and a number, and two printings of one text differ
in as many numbers as it has apostrophes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels.lines import find_byte
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AMPERSAND = ord("&")
# What was escaped more often ("&amp;amp;amp;...") nobody did by mistake.
_MOST_TIMES = 8
_ENTITY = re.compile(
    rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
)


def without_entities(texts: TextColumn) -> TextColumn:
    """Return *texts* with characters in place of entities; itself where it has none."""
    for _ in range(_MOST_TIMES):
        changed = _replaced(texts)
        if changed is None:
            break
        texts = changed
    return texts


def _replaced(texts: TextColumn) -> TextColumn | None:
    """Replace entities once; what they spell may be one again ("&amp;quot;")."""
    first, last = texts.offsets[0], texts.offsets[-1]
    data, offsets = texts.data[first:last], texts.offsets - first
    # The regular expression alone takes long, and no other thread runs meanwhile.
    places = find_byte(data, _AMPERSAND).tolist()
    found = (_ENTITY.match(data.data, place) for place in places)
    matches = [match for match in found if match is not None]
    spans = np.array([m.span() for m in matches], np.int64).reshape(-1, 2)
    spelt = [_spelt(m[0]) for m in matches]
    known = np.array([c is not None for c in spelt], np.bool_)
    known &= _in_one_text(spans, offsets)
    if not known.any():
        return None
    spans = spans[known]
    characters = [c or b"" for c, k in zip(spelt, known, strict=True) if k]
    saved = np.diff(spans)[:, 0] - [len(c) for c in characters]
    before = np.concatenate(([0], np.cumsum(saved)))
    moved = offsets - before[np.searchsorted(spans[:, 1], offsets, "right")]
    return TextColumn(_joined(data, spans, characters), moved)


def _in_one_text(
    spans: NDArray[np.int64], offsets: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say of each span whether no text ends inside it: texts stand side by side."""
    rows = [np.searchsorted(offsets, spans[:, 0], "right")]
    rows.append(np.searchsorted(offsets, spans[:, 1] - 1, "right"))
    inside: NDArray[np.bool_] = rows[0] == rows[1]
    return inside


def _joined(
    data: NDArray[np.uint8], spans: NDArray[np.int64], characters: list[bytes]
) -> NDArray[np.uint8]:
    parts, at = [], 0
    for (start, end), character in zip(spans.tolist(), characters, strict=True):
        parts += [data[at:start].tobytes(), character]
        at = end
    return np.frombuffer(b"".join([*parts, data[at:].tobytes()]), np.uint8)


@lru_cache(maxsize=4096)
def _spelt(entity: bytes) -> bytes | None:
    """The UTF-8 of what *entity* spells; None where it is none."""
    name = entity.decode()
    spelt = unescape(name)
    # "&notit;" would become "¬it;": a name that is known without its end only.
    if spelt == name or (spelt.endswith(";") and name != "&semi;"):
        return None
    return spelt.encode(errors="replace")
