"""The fold table as the kernels read it: one uint32 for each code point."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dedupe.text import fold_letters, folds_to_itself, is_character_script

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAVED = Path(__file__).with_name("fold_table.npz")
# Bits 0 to 20: the folded code point, or where its expansion starts.
PARTS, VANISHES, LETTER, CHARACTER, DIGIT, EXPANDS = range(6)
CLASS_SHIFT = 21
UPPER, LOWER, ENDS, DOT, NEWLINE, NUMERAL, PLAIN = (1 << bit for bit in range(24, 31))
_ENDS = "!?。！？؟۔।॥…｡‼⁇⁈⁉"
_LAST = 0x10FFFF
# Blocks whose characters fold to themselves, too large to ask one by one.
_PLAIN = (
    (0x3400, 0x4DBF, CHARACTER),
    (0x4E00, 0x9FFF, CHARACTER),
    (0xAC00, 0xD7A3, LETTER),
    (0x12000, 0x12399, LETTER),
    (0x13000, 0x1342E, LETTER),
    (0x17000, 0x187F7, LETTER),
    (0x18800, 0x18CD5, LETTER),
    (0x20000, 0x2A6DF, CHARACTER),
    (0x2A700, 0x2B738, CHARACTER),
    (0x2B740, 0x2B81D, CHARACTER),
    (0x2B820, 0x2CEA1, CHARACTER),
    (0x2CEB0, 0x2EBE0, CHARACTER),
    (0x30000, 0x3134A, CHARACTER),
)
# Where letters that change may stand; planes hold little that is assigned.
_ASKED = (
    (0, 0x3400),
    (0x4DC0, 0x4E00),
    (0xA000, 0xAC00),
    (0xD7A4, 0xD800),
    (0xF900, 0x12000),
    (0x1239A, 0x13000),
    (0x13430, 0x17000),
    (0x187F8, 0x18800),
    (0x18CD6, 0x1FC00),
    (0x2F800, 0x2FA20),
    (0xE0000, 0xE0200),
)
_SIGNS = {
    **dict.fromkeys(_ENDS, ENDS),
    ".": DOT,
    **dict.fromkeys("\n\r\u2028\u2029", NEWLINE),
}
_CASES = {"Lu": UPPER, "Lt": UPPER, "Ll": LOWER}
_UNASSIGNED = frozenset({"Cn", "Co", "Cs"})


@cache
def fold_table() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The table and its expansions (each a length, then code points).

    Building takes longer than loading: the package brings a table, and only a Python
    with another version of Unicode builds its own.
    """
    with np.load(SAVED) as saved:
        if saved["version"] == unicodedata.unidata_version:
            return saved["table"], saved["expansions"]
    return build_fold_table()


def build_fold_table() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Build from the Unicode data of this Python what fold_table() gives."""
    table = np.zeros(_LAST + 1, np.uint32)
    for first, last, kind in _PLAIN:
        codes = np.arange(first, last + 1, dtype=np.uint32)
        plain = 0 if kind == CHARACTER else PLAIN
        table[first : last + 1] = codes | np.uint32(kind << CLASS_SHIFT | plain)
    changing = []
    for first, end in _ASKED:
        for code in range(first, end):
            entry = _unchanging(code)
            if entry is None:
                changing.append(chr(code))
            else:
                table[code] = entry
    expansions: list[int] = [0]
    for character, folded in zip(changing, fold_letters(changing), strict=True):
        table[ord(character)] = _changing(character, folded, expansions)
    return table, np.array(expansions, np.uint32)


def _unchanging(code: int) -> int | None:
    """The entry of what is no letter, or folds to itself; None for the others."""
    character = chr(code)
    category = unicodedata.category(character)
    if category in _UNASSIGNED:
        return 0
    if category == "Cf":
        return VANISHES << CLASS_SHIFT
    if category[0] not in "LNM":
        return PARTS << CLASS_SHIFT | _SIGNS.get(character, 0)
    if category[0] != "L" or not folds_to_itself(character):
        return None
    return _letter(code) | _CASES.get(category, 0)


def _letter(code: int) -> int:
    if is_character_script(code):
        return code | CHARACTER << CLASS_SHIFT
    return code | LETTER << CLASS_SHIFT | PLAIN


def _changing(character: str, folded: str, expansions: list[int]) -> int:
    case = _CASES.get(unicodedata.category(character), 0)
    if not folded:
        return VANISHES << CLASS_SHIFT
    if folded == " ":
        return PARTS << CLASS_SHIFT
    numeral = NUMERAL if any("0" <= c <= "9" for c in folded) else 0
    if len(folded) > 1:
        expansions.extend((len(folded), *map(ord, folded)))
        start = len(expansions) - len(folded) - 1
        return start | EXPANDS << CLASS_SHIFT | numeral | case
    if numeral:
        return ord(folded) | DIGIT << CLASS_SHIFT | PLAIN | numeral
    return _letter(ord(folded)) | case
