"""The folded words of one line as hashes, from its start or from its end."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import borrowing

_ZERO64 = np.uint64(0)
_K1 = np.uint64(0x9E3779B97F4A7C15)
_S29 = np.uint64(29)
_START = np.uint64(0x243F6A8885A308D3)
_CODE = np.uint32(0x1FFFFF)
_CLASS_SHIFT = np.uint32(21)
_CLASS = np.uint32(7)
_PARTS = np.uint32(0)
_VANISHES = np.uint32(1)
_LETTER = np.uint32(2)
_CHARACTER = np.uint32(3)
_DIGIT = np.uint32(4)
_EXPANDS = np.uint32(5)
_NUMBER = np.uint64(1)
_BAD = np.uint32(0xFFFD)
_LENGTHS = np.array([1] * 8 + [0] * 4 + [2, 2, 3, 4], np.uint8)


@borrowing(cache=True, nogil=True)
def _many_bytes(data, i, end):
    """Decode a code point of two bytes or more; what is not UTF-8 counts as one byte."""
    c = np.uint32(data[i])
    size = np.int64(_LENGTHS[c >> np.uint32(4)])
    code = c & np.uint32(0x7F >> size)
    fits = size > 1 and i + size <= end
    if fits:
        for k in range(1, size):
            follower = np.uint32(data[i + k])
            fits &= (follower & np.uint32(0xC0)) == np.uint32(0x80)
            code = (code << np.uint32(6)) | (follower & np.uint32(0x3F))
    if not fits or code > np.uint32(0x10FFFF):
        code = _BAD
        size = np.int64(1)
    return code, size


@borrowing(cache=True, nogil=True)
def groups_thousands(data, i, end):
    """Whether the point or comma at *i*, after a digit, only groups digits by three."""
    if i + 3 >= end or (i + 4 < end and 48 <= data[i + 4] <= 57):
        return False
    digits = 0
    for k in range(1, 4):
        digits += 48 <= data[i + k] <= 57
    return digits == 3


@borrowing(cache=True, nogil=True)
def _add_letter(h, entry, kind, expansions):
    if kind != _EXPANDS:
        h = (h ^ np.uint64(entry & _CODE)) * _K1
        return h ^ (h >> _S29)
    where = np.int64(entry & _CODE)
    for x in range(np.int64(expansions[where])):
        h = (h ^ np.uint64(expansions[where + 1 + x])) * _K1
        h ^= h >> _S29
    return h


@borrowing(cache=True, nogil=True)
def line_words(data, start, end, table, expansions, out):
    """Write the folded words of one line as hashes; return how many fit into *out*.

    The lowest bit of a hash says whether the word holds a digit.
    """
    count = 0
    most = out.shape[0]
    h = _START
    number = _ZERO64
    letters = 0
    digit = False
    i = start
    while i < end and count < most:
        byte = data[i]
        entry = table[byte]
        kind = (entry >> _CLASS_SHIFT) & _CLASS
        if byte < 128 and kind == _LETTER:
            h = (h ^ np.uint64(entry & _CODE)) * _K1
            h ^= h >> _S29
            letters = 1
            digit = False
            i += 1
            continue
        if byte == 32:
            if letters > 0:
                out[count] = (h & ~_NUMBER) | number
                count += 1
                h = _START
                number = _ZERO64
                letters = 0
            digit = False
            i += 1
            continue
        code = np.uint32(byte)
        size = np.int64(1)
        if byte >= 128:
            code, size = _many_bytes(data, i, end)
            entry = table[code]
            kind = (entry >> _CLASS_SHIFT) & _CLASS
        if kind == _VANISHES or (
            kind == _PARTS
            and digit
            and (code == 44 or code == 46)
            and groups_thousands(data, i, end)
        ):
            i += size
            continue
        digit = bool(48 <= code <= 57)
        ends = (kind == _PARTS) | (kind == _CHARACTER)
        if letters > 0 and ends:
            out[count] = (h & ~_NUMBER) | number
            count += 1
            h = _START
            number = _ZERO64
            letters = 0
            if count == most:
                break
        if kind == _DIGIT:
            number = _NUMBER
        if kind != _PARTS:
            h = _add_letter(h, entry, kind, expansions)
            letters = 1
        if kind == _CHARACTER:
            out[count] = (h & ~_NUMBER) | number
            count += 1
            h = _START
            number = _ZERO64
            letters = 0
        i += size
    if letters > 0 and count < most:
        out[count] = (h & ~_NUMBER) | number
        count += 1
    return count


@borrowing(cache=True, nogil=True)
def line_words_backwards(data, start, end, table, expansions, out):
    """Write the last words of one line, the last one first, each hashed from its end."""
    count = 0
    most = out.shape[0]
    h = _START
    letters = 0
    digits = 0
    i = end
    while i > start and count < most:
        j = i - 1
        byte = data[j]
        entry = table[byte]
        kind = (entry >> _CLASS_SHIFT) & _CLASS
        if byte < 128 and kind == _LETTER:
            h = (h ^ np.uint64(entry & _CODE)) * _K1
            h ^= h >> _S29
            letters = 1
            digits = 0
            i = j
            continue
        if byte == 32:
            if letters > 0:
                out[count] = h
                count += 1
                h = _START
                letters = 0
            digits = 0
            i = j
            continue
        code = np.uint32(byte)
        if byte >= 128:
            while j > start and data[j] & 0xC0 == 0x80 and i - j < 4:
                j -= 1
            code, _ = _many_bytes(data, j, end)
            entry = table[code]
            kind = (entry >> _CLASS_SHIFT) & _CLASS
        if kind == _VANISHES or (
            kind == _PARTS
            and digits == 3
            and (code == 44 or code == 46)
            and j > start
            and 48 <= data[j - 1] <= 57
        ):
            digits = 0 if kind == _PARTS else digits
            i = j
            continue
        digits = digits + 1 if code >= 48 and code <= 57 else 0
        ends = (kind == _PARTS) | (kind == _CHARACTER)
        if letters > 0 and ends:
            out[count] = h
            count += 1
            h = _START
            letters = 0
            if count == most:
                break
        if kind != _PARTS:
            h = _add_letter(h, entry, kind, expansions)
            letters = 1
        if kind == _CHARACTER:
            out[count] = h
            count += 1
            h = _START
            letters = 0
        i = j
    if letters > 0 and count < most:
        out[count] = h
        count += 1
    return count
