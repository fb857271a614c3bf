"""The fold table as the kernels read it: one uint32 for each code point."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.text import fold_character, is_character_script

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    (0x17000, 0x18CFF, LETTER),
    (0x20000, 0x2F7FF, CHARACTER),
    (0x30000, 0x323AF, CHARACTER),
)
# Planes of which little or nothing is assigned.
_ASKED = (
    ((0, 0x3400), (0xA000, 0xAC00), (0xD7A4, 0xD800), (0xF900, 0x17000)),
    (
        (0x18D00, 0x1FC00),
        (0x2F800, 0x2FA20),
        (0xE0000, 0xE0200),
    ),
)


@cache
def fold_table() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Build the table and its expansions (each a length, then code points)."""
    table = np.zeros(_LAST + 1, np.uint32)
    expansions: list[int] = []
    for first, last, kind in _PLAIN:
        codes = np.arange(first, last + 1, dtype=np.uint32)
        table[first : last + 1] = codes | np.uint32(kind << CLASS_SHIFT)
    for first, end in (*_ASKED[0], *_ASKED[1]):
        for code in range(first, end):
            table[code] = _entry(code, expansions)
    return table, np.array(expansions or [0], np.uint32)


def _entry(code: int, expansions: list[int]) -> int:
    character = chr(code)
    category = unicodedata.category(character)
    if category in ("Cn", "Co", "Cs"):
        return 0
    return _body(code, character, expansions) | _flags(character, category)


def _body(code: int, character: str, expansions: list[int]) -> int:
    folded = fold_character(character)
    if not folded:
        return VANISHES << CLASS_SHIFT
    if folded == " ":
        return PARTS << CLASS_SHIFT
    if len(folded) > 1:
        expansions.extend((len(folded), *map(ord, folded)))
        return len(expansions) - len(folded) - 1 | EXPANDS << CLASS_SHIFT
    kind = _kind(folded)
    plain = 0 if kind == CHARACTER else PLAIN
    return ord(folded) | kind << CLASS_SHIFT | plain


def _kind(folded: str) -> int:
    if is_character_script(ord(folded)):
        return CHARACTER
    return DIGIT if folded.isdecimal() else LETTER


def _flags(character: str, category: str) -> int:
    flags = 0
    if category in ("Lu", "Lt"):
        flags |= UPPER
    if category == "Ll":
        flags |= LOWER
    if any(c.isdecimal() for c in fold_character(character)):
        flags |= NUMERAL
    if character in _ENDS:
        flags |= ENDS
    if character == ".":
        flags |= DOT
    if character in "\n\r\u2028\u2029":
        flags |= NEWLINE
    return flags
