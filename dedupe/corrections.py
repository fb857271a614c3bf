"""Headlines that say of themselves that they correct: "CORRECTION-", "تصحيح:", "更正：".

The mark is the desk's, and no part of the headline: without it, the headline equals the
one that it corrects. A headline's hash says by its lowest bit whether it had a mark: 0
where it had, so that of all headlines of one text the marked one is the smallest.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# By language: what desks write in front of a headline, low lines for spaces.
MARKS = {
    "en": "correction corrected corrections correct_version amended clarification refile",
    "de": "korrektur korrigiert berichtigung richtigstellung",
    "fr": "correction rectificatif rectification corrigé erratum",
    "es": "corrección corregido rectificación fe_de_errores fe_de_erratas",
    "pt": "correção corrigido retificação errata",
    "it": "correzione rettifica corretto errata_corrige",
    "nl": "correctie rectificatie",
    "sv": "rättelse",
    "no": "rettelse",
    "pl": "korekta sprostowanie",
    "ru": "исправление исправлено исправленная поправка уточнение",
    "uk": "виправлення виправлено уточнення",
    "tr": "düzeltme düzeltildi",
    "id": "koreksi ralat",
    "ar": "تصحيح تصويب",
    "fa": "اصلاحیه تصحیح",
    "ur": "تصحیح",
    "hi": "सुधार भूल_सुधार संशोधित",
    "zh": "更正 更正启事 勘误 更正啟事 勘誤",
    "ja": "訂正 おわび・訂正 お詫びと訂正",
    "ko": "정정 정정보도 바로잡습니다",
}
_PREFIX = 3  # bytes
_LONGEST = 60  # bytes of a headline in which a mark ends


@cache
def _names() -> tuple[str, ...]:
    said = {
        name.replace("_", " ") for names in MARKS.values() for name in names.split()
    }
    return tuple(sorted(said, key=len, reverse=True))


@cache
def _mark() -> re.Pattern[str]:
    # A word alone may begin a sentence ("Correction officers ..."): a separator says
    # that it does not, and brackets around it do.
    names = "|".join(map(re.escape, _names()))
    return re.compile(
        rf"[\s\[(（【<«]*(?:{names})\s*\d*\s*(?:[\])）】>»]|[-–—:：|/]+(?=\S)|\s?[-–—:：|/]+\s)[\s\-–—:：|]*",
        re.IGNORECASE,
    )


def length_of_mark(headline: str) -> int:
    """Return how many characters of *headline* are a mark of correction, or 0."""
    found = _mark().match(headline)
    return found.end() if found and found.end() < len(headline) else 0


def plain(headlines: Any) -> Any:
    """Return hashes (an array or one) of headlines as they are compared: unmarked."""
    return headlines | (headlines != 0)


def tell_marks(hashes: NDArray[np.uint64], marked: Sequence[int]) -> NDArray[np.uint64]:
    """Say in the *hashes* of headlines (0: none) which rows are *marked*."""
    told: NDArray[np.uint64] = plain(hashes)
    told[marked] &= ~np.uint64(1)
    return told


def without_marks(headlines: TextColumn) -> tuple[TextColumn, list[int]]:
    """Return *headlines* with spaces in place of marks, and the rows that had one."""
    rows = {row: _span(headlines, row) for row in _candidates(headlines)}
    spans = [span for found in rows.values() for span in found]
    marked = [row for row, found in rows.items() if found]
    if not spans:
        return headlines, marked
    # A column may be a part of a larger one, which need not be copied with it.
    first, last = int(headlines.offsets[0]), int(headlines.offsets[-1])
    data = headlines.data[first:last].copy()
    for start, end in spans:
        data[start - first : end - first] = ord(" ")
    return TextColumn(data, headlines.offsets - first), marked


def _span(headlines: TextColumn, row: int) -> list[tuple[int, int]]:
    start = int(headlines.offsets[row])
    end = min(int(headlines.offsets[row + 1]), start + _LONGEST)
    text = headlines.data[start:end].tobytes().decode("utf-8", "ignore")
    size = len(text[: length_of_mark(text)].encode())
    return [(start, start + size)] if size else []


def _candidates(headlines: TextColumn) -> list[int]:
    """The rows that begin as a mark may; most headlines are passed over unread."""
    starts, ends = headlines.offsets[:-1], headlines.offsets[1:]
    rows = np.flatnonzero(ends - starts > _PREFIX)
    if not len(rows):
        return []
    at = starts[rows]
    code = np.zeros(len(rows), np.int64)
    for n in range(_PREFIX):
        byte = headlines.data[at + n].astype(np.int64)
        code = code << 8 | np.where((byte >= 65) & (byte <= 90), byte | 32, byte)
    first = headlines.data[at]
    opens = np.isin(first, np.frombuffer(b" [(<", np.uint8))
    return [int(row) for row in rows[opens | np.isin(code, _codes())]]


@cache
def _codes() -> NDArray[np.int64]:
    """The first bytes of every mark, and of the brackets that are not ASCII."""
    spelt = {
        form for name in _names() for form in (name, name.capitalize(), name.upper())
    }
    opened = {name.encode().lower()[:_PREFIX] for name in (*spelt, "（", "【", "«a")}
    return np.array([int.from_bytes(b, "big") for b in opened if len(b) == _PREFIX])
