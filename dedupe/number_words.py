"""Numbers written as words, so that "ten" and "10" are one number.

Words that are also something else in a language the same word could stand in ("on",
"sei", "six" is a number in both of its own) are left out.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORDS = {
    2: "two zwei deux due два dwa اثنان اثنين iki twee",
    3: "three drei trois tres tre три trzy ثلاثه ثلاث uc drie",
    4: "four vier quatre cuatro quattro четыре cztery اربعه اربع dort",
    5: "five funf cinq cinco cinque пять piec خمسه خمس bes vijf",
    6: "six sechs seis шесть szesc سته ست alti zes",
    7: "seven sieben sept siete sette семь siedem سبعه سبع yedi zeven",
    8: "eight acht huit ocho восемь osiem ثمانيه ثماني sekiz",
    9: "nine neun neuf nueve девять dziewiec تسعه تسع dokuz negen",
    10: "ten zehn diez dieci десять dziesiec عشره عشر tien",
    11: "eleven elf onze once undici одиннадцать",
    12: "twelve zwolf douze doce dodici двенадцать",
    13: "thirteen dreizehn treize trece",
    14: "fourteen vierzehn quatorze catorce",
    15: "fifteen funfzehn quinze quince пятнадцать",
    16: "sixteen sechzehn seize",
    17: "seventeen siebzehn",
    18: "eighteen achtzehn",
    19: "nineteen neunzehn",
    20: "twenty zwanzig vingt veinte venti двадцать عشرون عشرين",
    30: "thirty dreissig trente treinta trenta тридцать ثلاثون ثلاثين",
    40: "forty vierzig quarante cuarenta quaranta сорок اربعون اربعين",
    50: "fifty funfzig cinquante cincuenta cinquanta пятьдесят خمسون خمسين",
    60: "sixty sechzig soixante sesenta sessanta ستون ستين",
    70: "seventy siebzig setenta settanta سبعون سبعين",
    80: "eighty achtzig ochenta ottanta ثمانون ثمانين",
    90: "ninety neunzig noventa novanta تسعون تسعين",
}
_SLOTS = 4096
_MASK = (1 << 64) - 1


def word_hash(word: str) -> int:
    """Hash of a folded word, as the kernel computes it."""
    value = 0x243F6A8885A308D3
    for character in word:
        value = (value ^ ord(character)) * 0x9E3779B97F4A7C15 & _MASK
    return mix64(value)


def mix64(value: int) -> int:
    """The finaliser of MurmurHash3, 64 bits."""
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return value ^ value >> 33


@cache
def number_words() -> dict[str, str]:
    """Digits by folded number word."""
    return {word: str(n) for n, line in _WORDS.items() for word in line.split()}


@cache
def number_table() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """An open-addressing table for the kernel: word hashes, and their digits' hashes."""
    keys, values = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.uint64)
    for word, digits in number_words().items():
        h = word_hash(word)
        slot = h % _SLOTS
        while keys[slot]:
            slot = (slot + 1) % _SLOTS
        keys[slot], values[slot] = h, word_hash(digits)
    return keys, values
