"""Scan UTF-8: the words and characters of a text, hashed raw, and what marks them."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit
from dedupe.kernels.tokens import _K1, _START, _ZERO, CHARACTER

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
_LETTER = np.uint32(2)
_CHARACTER = np.uint32(3)
_DIGIT = np.uint32(4)
_EXPANDS = np.uint32(5)
_BAD = np.uint32(0xFFFD)
_NONE = np.uint32(0xFFFFFFFF)
_U0, _U1, _U2, _U3, _U4 = (np.uint64(x) for x in range(5))


@njit(forceinline=True)
def _two_bytes(c, d):
    if c < 0xC2 or d & 0xC0 != 0x80:
        return _BAD
    return np.uint32((np.uint32(c & 0x1F) << 6) | np.uint32(d & 0x3F))


@njit(forceinline=True)
def _three_bytes(c, d, e):
    if d & 0xC0 != 0x80 or e & 0xC0 != 0x80:
        return _BAD
    return np.uint32(
        (np.uint32(c & 0x0F) << 12) | (np.uint32(d & 0x3F) << 6) | np.uint32(e & 0x3F)
    )


@njit(forceinline=True)
def _four_bytes(c, d, e, f):
    if c >= 0xF5 or d & 0xC0 != 0x80 or e & 0xC0 != 0x80 or f & 0xC0 != 0x80:
        return _BAD
    code = np.uint32(
        (np.uint32(c & 0x07) << 18)
        | (np.uint32(d & 0x3F) << 12)
        | (np.uint32(e & 0x3F) << 6)
        | np.uint32(f & 0x3F)
    )
    return code if code <= np.uint32(0x10FFFF) else _BAD


@njit(forceinline=True)
def _is_digit(c):
    return c >= 48 and c <= 57


@njit(forceinline=True)
def _groups_digits(data, i, last):
    """Whether the point or comma at *i* only groups a number's digits by three."""
    return (
        i + _U3 < last
        and _is_digit(data[i - _U1])
        and _is_digit(data[i + _U1])
        and _is_digit(data[i + _U2])
        and _is_digit(data[i + _U3])
        and not (i + _U4 < last and _is_digit(data[i + _U4]))
    )


@njit(nogil=True)
def scan_words(data, start, end, table, expansions, raw, marks):
    """Write the raw hash of each word or character of one text, and its marks.

    Marks are what stands before it (_ENDS, _DOT, _NEWLINE), the case of its first
    letter, _NUMERAL, _ONE for a single letter, and CHARACTER. Returns how many.
    """
    # Indices are unsigned, so that numba does not look for negative ones.
    i = np.uint64(start)
    last = np.uint64(end)
    count = _U0
    before = _ZERO
    while i < last:
        size = _U1
        c = data[i]
        if c < 0x80:
            entry = table[c]
        else:
            d = data[i + _U1] if i + _U1 < last else np.uint8(0)
            if c < 0xE0:
                code = _two_bytes(c, d)
                size = _U2
            else:
                e = data[i + _U2] if i + _U2 < last else np.uint8(0)
                if c < 0xF0:
                    code = _three_bytes(c, d, e)
                    size = _U3
                else:
                    f = data[i + _U3] if i + _U3 < last else np.uint8(0)
                    code = _four_bytes(c, d, e, f)
                    size = _U4
            if code == _BAD:
                size = _U1
            entry = table[code]
        kind = np.uint32(entry >> _CLASS_SHIFT) & _CLASS
        if kind <= _VANISHES:
            before |= entry
            i += size
            continue
        if kind == _CHARACTER:
            raw[count] = (_START ^ np.uint64(entry & _CODE)) * _K1
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
            if kind == _EXPANDS:
                at = np.uint64(entry & _CODE)
                for x in range(expansions[at]):
                    word = (word ^ np.uint64(expansions[at + _U1 + x])) * _K1
            elif kind != _VANISHES:
                word = (word ^ np.uint64(entry & _CODE)) * _K1
            every |= entry
            i += size
            # Most words of most languages end without leaving this loop.
            while i < last:
                c = data[i]
                if c < 0x80:
                    size = _U1
                    entry = table[c]
                elif c < 0xE0 and i + _U1 < last:
                    size = _U2
                    code = _two_bytes(c, data[i + _U1])
                    if code == _BAD:
                        size = _U1
                    entry = table[code]
                else:
                    entry = _ZERO
                if entry & _PLAIN == _ZERO:
                    break
                word = (word ^ np.uint64(entry & _CODE)) * _K1
                every |= entry
                i += size
            if i >= last:
                break
            if c >= 0xE0:
                d = data[i + _U1] if i + _U1 < last else np.uint8(0)
                e = data[i + _U2] if i + _U2 < last else np.uint8(0)
                if c < 0xF0:
                    code = _three_bytes(c, d, e)
                    size = _U3
                else:
                    f = data[i + _U3] if i + _U3 < last else np.uint8(0)
                    code = _four_bytes(c, d, e, f)
                    size = _U4
                if code == _BAD:
                    size = _U1
                entry = table[code]
            elif c >= 0x80 and i + _U1 >= last:
                size = _U1
                entry = table[_BAD]
            kind = np.uint32(entry >> _CLASS_SHIFT) & _CLASS
            if kind == _CHARACTER:
                break
            if kind == _ZERO:
                if not ((c == 44 or c == 46) and _groups_digits(data, i, last)):
                    break
                kind = _VANISHES
                entry = _ZERO
        raw[count] = word
        marks[count] = (
            (before & _BEFORE)
            | first
            | (every & _NUMERAL)
            | (_ONE if i <= beyond_one else _ZERO)
        )
        count += _U1
        before = _ZERO
    return count
