"""What is left of a text when extractors are to agree on it, and how long that is."""

from __future__ import annotations

import re

_NOT_LETTERS = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Indian scripts, Burmese and Khmer: most vowels are marks, which a key drops.
_MARKED = re.compile(r"[\u0900-\u0dff\u1000-\u109f\u1780-\u17ff]")
_SYLLABLES = re.compile(r"[\u3040-\u30ff\uac00-\ud7a3]")


def key_of(text: str) -> str:
    """The letters and digits of *text*, which extractors agree on."""
    return _NOT_LETTERS.sub("", text)


def size_of(key: str) -> int:
    """The length of *key* in letters of an alphabet.

    A Han character says about as much as three letters, a kana or a Korean syllable as
    two; two Indian letters have a vowel sign between them. Without that, a sentence in
    Chinese is shorter than a label in English.
    """
    if key.isascii():
        return len(key)
    more = 2 * len(_HAN.findall(key)) + len(_SYLLABLES.findall(key))
    return len(key) + more + len(_MARKED.findall(key)) // 2
