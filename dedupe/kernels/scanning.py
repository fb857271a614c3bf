"""Scan UTF-8: the words and characters of a text, hashed, and what marks them."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import borrowing, njit
from dedupe.kernels.machine import load64, trailing_zeros
from dedupe.kernels.tokens import _K1, _START, _ZERO, CHARACTER, mix64

_CODE = np.uint32(0x1FFFFF)
_CLASS_SHIFT = np.uint32(21)
_CLASS = np.uint32(7)
_UPPER = np.uint32(1 << 24)
_LOWER = np.uint32(1 << 25)
_ENDS = np.uint32(1 << 26)
_DOT = np.uint32(1 << 27)
_NEWLINE = np.uint32(1 << 28)
_NUMERAL = np.uint32(1 << 29)
_PLAIN = np.uint32(1 << 30)
_ONE = np.uint32(1 << 31)
_BEFORE = _ENDS | _DOT | _NEWLINE
_CASE = _UPPER | _LOWER
_VANISHES = np.uint32(1)
_CHARACTER = np.uint32(3)
_EXPANDS = np.uint32(5)
_BAD = np.uint32(0xFFFD)
_NON_JOINER = np.uint32(0x200C)
_U0, _U1, _U2, _U3, _U4, _U8 = (np.uint64(x) for x in (0, 1, 2, 3, 4, 8))
_BYTE = np.uint64(0xFF)
_ALL_BITS = np.uint64(0xFFFFFFFFFFFFFFFF)
# Multiplying by _UNDONE[n] undoes 8 - n times multiplying by _K1.
_UNDONE = np.array([pow(int(_K1), n - 8, 1 << 64) for n in range(9)], np.uint64)

# The same byte eight times over, for the bytes of a word at once.
_HIGH_BITS = np.uint64(0x8080808080808080)
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_SMALL = np.uint64(0x2020202020202020)
_LETTERS = np.uint64(0x4040404040404040)
# Added to a byte below 128, these set its high bit from "a" on, after "z", ...
_FROM_A, _AFTER_Z = np.uint64(0x1F1F1F1F1F1F1F1F), np.uint64(0x0505050505050505)
_FROM_0, _AFTER_9 = np.uint64(0x5050505050505050), np.uint64(0x4646464646464646)


@njit(forceinline=True)
def _decode(eight):
    """The code point that *eight* bytes begin with, and its size.

    What is not UTF-8 counts as one byte.
    """
    c = np.uint32(eight & _BYTE)
    d = np.uint32((eight >> np.uint64(8)) & _BYTE)
    if c < 0x80:
        return c, _U1
    follow = d & 0xC0 == 0x80
    if c < 0xE0:
        if c >= 0xC2 and follow:
            return np.uint32(((c & 0x1F) << 6) | (d & 0x3F)), _U2
        return _BAD, _U1
    e = np.uint32((eight >> np.uint64(16)) & _BYTE)
    follow = follow and e & 0xC0 == 0x80
    if c < 0xF0:
        if follow:
            return np.uint32(((c & 0x0F) << 12) | ((d & 0x3F) << 6) | (e & 0x3F)), _U3
        return _BAD, _U1
    f = np.uint32((eight >> np.uint64(24)) & _BYTE)
    if c < 0xF5 and follow and f & 0xC0 == 0x80:
        code = np.uint32(
            ((c & 0x07) << 18) | ((d & 0x3F) << 12) | ((e & 0x3F) << 6) | (f & 0x3F)
        )
        if code <= np.uint32(0x10FFFF):
            return code, _U4
    return _BAD, _U1


@njit(forceinline=True)
def _plain_bytes(eight):
    """How many of *eight* bytes, from the first on, are ASCII letters and digits."""
    bytes_ = eight & _LOW_BITS
    small = bytes_ | _SMALL
    found = (small + _FROM_A) & ~(small + _AFTER_Z)
    found |= (bytes_ + _FROM_0) & ~(bytes_ + _AFTER_9)
    return trailing_zeros(~(found & ~eight) & _HIGH_BITS) >> _U3


@njit(forceinline=True)
def _add_bytes(word, eight, count):
    """The hash *word* after the first *count* of *eight* bytes, of which the rest are 0.

    All eight steps are taken, which is faster than a loop whose end the processor
    guesses wrong at every word. A byte of 0 only multiplies, and that is undone.
    """
    for k in range(8):
        word = (word ^ ((eight >> np.uint64(8 * k)) & _BYTE)) * _K1
    return word * _UNDONE[count]


@njit(forceinline=True)
def _is_digit(size, c, d, e):
    """Whether bytes spell a digit: ASCII, Arabic, Persian, of India, or full-width."""
    if size == 1:
        return c >= 0x30 and c <= 0x39
    if size == 2:
        return (c == 0xD9 and d >= 0xA0 and d <= 0xA9) or (
            c == 0xDB and d >= 0xB0 and d <= 0xB9
        )
    if c == 0xEF:
        return d == 0xBC and e >= 0x90 and e <= 0x99
    return c == 0xE0 and d >= 0xA5 and d <= 0xB5 and d & 1 and e >= 0xA6 and e <= 0xAF


@borrowing(forceinline=True)
def _digit_size(data, i, last):
    """How many bytes the digit at *i* has; 0 where there is none."""
    for size in range(1, 4):
        if i + np.uint64(size) > last:
            break
        d = data[i + _U1] if size > 1 else 0
        e = data[i + _U2] if size > 2 else 0
        if _is_digit(size, data[i], d, e):
            return np.uint64(size)
    return _U0


@borrowing(forceinline=True)
def _follows_digit(data, i):
    for size in range(1, 4):
        if i < np.uint64(size):
            break
        at = i - np.uint64(size)
        d = data[at + _U1] if size > 1 else 0
        e = data[at + _U2] if size > 2 else 0
        if _is_digit(size, data[at], d, e):
            return True
    return False


@borrowing(forceinline=True)
def _groups_digits(data, i, size, last):
    """Whether the point or comma at *i* only groups a number's digits by three."""
    if not _follows_digit(data, i):
        return False
    at = i + size
    for _ in range(3):
        step = _digit_size(data, at, last)
        if step == _U0:
            return False
        at += step
    return _digit_size(data, at, last) == _U0


@njit(forceinline=True)
def _is_wide_comma(code):
    """Whether *code* is the Arabic thousands separator, a full-width comma or point."""
    return code == 0x066C or code == 0xFF0C or code == 0xFF0E


@borrowing(forceinline=True)
def _parts_word(data, i, code):
    """Whether *code* at *i*, which is not seen, parts letters of Arabic script."""
    if code != _NON_JOINER or i < _U2:
        return False
    return data[i - _U2] >= 0xD8 and data[i - _U2] <= 0xDB


@borrowing(forceinline=True)
def _peek(data, i, last):
    """The eight bytes at *i*, with zeros for what lies behind *last*."""
    if i + _U8 <= np.uint64(data.shape[0]):
        eight = load64(data, i)
        if i + _U8 > last:
            eight &= (_U1 << (_U8 * (last - i))) - _U1
        return eight
    eight = _U0
    for k in range(last - i if i < last else _U0):
        eight |= np.uint64(data[i + k]) << (_U8 * k)
    return eight


@borrowing(nogil=True)
def scan_words(data, start, end, table, expansions, raw, marks):
    """Write the hash of each word or character of one text, and its marks.

    Marks are what stands before it (_ENDS, _DOT, _NEWLINE), the case of its first
    letter, _NUMERAL, _ONE for a single letter, and CHARACTER. Returns how many.
    """
    # Indices are unsigned, so that numba does not look for negative ones.
    i = np.uint64(start)
    last = np.uint64(end)
    count = _U0
    before = _ZERO
    while i < last:
        eight = _peek(data, i, last)
        code, size = _decode(eight)
        entry = table[code]
        kind = np.uint32(entry >> _CLASS_SHIFT) & _CLASS
        if kind <= _VANISHES:
            before |= entry
            i += size
            continue
        if kind == _CHARACTER:
            raw[count] = mix64((_START ^ np.uint64(entry & _CODE)) * _K1)
            marks[count] = (before & _BEFORE) | (entry & _CASE) | CHARACTER
            count += _U1
            before = _ZERO
            i += size
            continue
        first = entry & _CASE
        word = _START
        every = _ZERO
        beyond_one = i + size
        while True:
            if code < 0x80 and entry & _PLAIN != _ZERO:
                plain = _plain_bytes(eight)
                kept = _ALL_BITS >> (_U8 * (_U8 - plain))
                word = _add_bytes(word, (eight | _SMALL) & kept, plain)
                numeral = _NUMERAL if ~eight & _LETTERS & kept != _U0 else _ZERO
                every |= numeral
                i += plain
                after = (eight >> (_U8 * plain)) & _BYTE
                # A point or comma may stand inside a number, nothing else in a word.
                inside = numeral != _ZERO and (after == 44 or after == 46)
                if plain < _U8 and after < 0x80 and not inside:
                    break
            else:
                if kind == _CHARACTER:
                    break
                if kind == _ZERO:
                    if code != 44 and code != 46 and not _is_wide_comma(code):
                        break
                    if i >= last or not _groups_digits(data, i, size, last):
                        break
                elif kind == _EXPANDS:
                    at = np.uint64(entry & _CODE)
                    for x in range(expansions[at]):
                        word = (word ^ np.uint64(expansions[at + _U1 + x])) * _K1
                elif kind != _VANISHES:
                    word = (word ^ np.uint64(entry & _CODE)) * _K1
                elif _parts_word(data, i, code):
                    break
                every |= entry
                i += size
                # Most words of other alphabets end without leaving this loop.
                while i + _U1 < last:
                    c = data[i]
                    d = data[i + _U1]
                    if c < 0xC2 or c >= 0xE0 or d & 0xC0 != 0x80:
                        break
                    entry = table[
                        np.uint32((np.uint32(c & 0x1F) << 6) | np.uint32(d & 0x3F))
                    ]
                    if entry & _PLAIN == _ZERO:
                        break
                    word = (word ^ np.uint64(entry & _CODE)) * _K1
                    every |= entry
                    i += _U2
                if i < last and data[i] == 32:
                    break
            eight = _peek(data, i, last)
            code, size = _decode(eight)
            entry = table[code]
            kind = np.uint32(entry >> _CLASS_SHIFT) & _CLASS
        raw[count] = mix64(word)
        marks[count] = (
            (before & _BEFORE)
            | first
            | (every & _NUMERAL)
            | (_ONE if i <= beyond_one else _ZERO)
        )
        count += _U1
        before = _ZERO
        # Nearly always it is a space that parts words.
        if i < last and data[i] == 32:
            i += _U1
    return count
