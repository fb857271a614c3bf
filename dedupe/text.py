"""Folding and words.

Folding is one table for all languages: case, width, compatibility forms and marks go;
Arabic, Persian and Urdu letters that are one letter to a reader become one. Marks that
spell a vowel of their own (Hindi, Thai) stay.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

# Letters that no normal form of Unicode brings together, but readers do.
_ALIKE = str.maketrans(
    {
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ے": "ي",
        "ې": "ي",
        "ة": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "ۃ": "ه",
        "ک": "ك",
        "ڪ": "ك",
        "ء": "",
        "ـ": "",
        "ı": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ħ": "h",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
    }
)
# Words of longer blocks are not remembered: they take sixty bytes each.
_LONG_BLOCK = 5_000
# Vowel killers and voicing marks spell another sound, so they are not accents.
_SPELLING_CLASSES = frozenset({0, 8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132})
# Chinese and Japanese, Thai and Lao, Burmese, Khmer: no spaces between words.
_CHARACTER_RANGES = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x2FDF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x30FF),
    (0x3100, 0x312F),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)
_CHARACTERS = "".join(f"{chr(low)}-{chr(high)}" for low, high in _CHARACTER_RANGES)
_WORD = re.compile(f"[{_CHARACTERS}]|[^ {_CHARACTERS}]+")
# ASCII, Arabic, Persian, full-width, and the scripts of India.
_DIGITS = "0-9٠-٩۰-۹０-９" + "".join(
    f"{chr(zero)}-{chr(zero + 9)}" for zero in range(0x0966, 0x0DE6, 0x80)
)
_THOUSANDS = re.compile(f"(?<=[{_DIGITS}])[.,٬，．](?=[{_DIGITS}]{{3}}(?![{_DIGITS}]))")
# In Arabic script it parts what others part by a space ("می‌شود", "می شود"); elsewhere it
# only shapes letters.
_NON_JOINER = re.compile("(?<=[\u0600-\u06ff])\u200c")


@cache
def is_character_script(code: int) -> bool:
    """Tell whether the shingle's unit is the character in this code point's script."""
    return any(low <= code <= high for low, high in _CHARACTER_RANGES)


class _Folding(dict[int, str]):
    """Folded characters by code point; " " for what separates words."""

    def __missing__(self, code: int) -> str:
        folded = fold_character(chr(code))
        self[code] = folded
        return folded


_folding = _Folding()


def fold_character(character: str) -> str:
    """Fold one character: its letters, " " if it parts words, "" if it vanishes."""
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category[0] not in "LNM":
        return " "
    return fold_letters([character])[0]


def folds_to_itself(letter: str) -> bool:
    """Whether a letter (no number, no mark) stays as it is."""
    return (
        letter.casefold() == letter
        and not unicodedata.decomposition(letter)
        and ord(letter) not in _ALIKE
    )


def fold_letters(characters: list[str]) -> list[str]:
    """Fold letters, numbers and marks, each for itself."""
    # A line break parts them: it neither combines nor changes.
    text = "\n".join(characters)
    opened = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", opened).translate(_accents)
    closed = unicodedata.normalize("NFC", plain.translate(_ALIKE)).split("\n")
    pairs = zip(characters, closed, strict=True)
    return [_kept(folded, character) for character, folded in pairs]


class _Accents(dict[int, int | None]):
    """Deletes marks that are accents, keeps everything else."""

    def __missing__(self, code: int) -> int | None:
        mark = unicodedata.combining(chr(code)) not in _SPELLING_CLASSES
        self[code] = None if mark else code
        return self[code]


_accents = _Accents()


def _kept(folded: str, character: str) -> str:
    if len(folded) == 1 and folded.isalpha():
        return folded
    kept = "".join(_digit(c) for c in folded if unicodedata.category(c)[0] in "LNM")
    number = unicodedata.category(character)[0] == "N"
    return kept if kept or not number else " "


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def fold(text: str) -> str:
    """Fold *text* to the words that are compared and searched, parted by one space.

    Characters of scripts without spaces stay side by side.
    """
    joined = _NON_JOINER.sub(" ", _THOUSANDS.sub("", text))
    return " ".join(joined.translate(_folding).split())


def words(text: str) -> list[str]:
    """The folded words of *text*; one character each in scripts without spaces."""
    return _WORD.findall(fold(text))


def block_words(text: str) -> tuple[str, ...]:
    """The folded words of a block, remembered while one article is worked on."""
    return _remembered_words(text) if len(text) < _LONG_BLOCK else tuple(words(text))


@lru_cache(maxsize=256)
def _remembered_words(text: str) -> tuple[str, ...]:
    return tuple(words(text))
