"""The text of JSON strings that a scan accepted, side by side."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import borrowing, njit
from dedupe.kernels.json_lines import ESCAPED, NUMBER, STRING, hex4
from dedupe.kernels.machine import load64, store64

_ONE, _EIGHT = np.uint64(1), np.uint64(8)
_ONES = np.uint64(0x0101010101010101)
_BACKSLASHES = np.uint64(0x5C5C5C5C5C5C5C5C)
_HIGH_BITS = np.uint64(0x8080808080808080)


@borrowing(cache=True, nogil=True)
def _write_code_point(out, to, code):
    """Write *code* as UTF-8 at *to*, and return where it ends."""
    if code < 0x80:
        out[to] = code
        return to + 1
    if code < 0x800:
        out[to] = 0xC0 | code >> 6
        out[to + 1] = 0x80 | code & 0x3F
        return to + 2
    if code < 0x10000:
        out[to] = 0xE0 | code >> 12
        out[to + 1] = 0x80 | code >> 6 & 0x3F
        out[to + 2] = 0x80 | code & 0x3F
        return to + 3
    out[to] = 0xF0 | code >> 18
    out[to + 1] = 0x80 | code >> 12 & 0x3F
    out[to + 2] = 0x80 | code >> 6 & 0x3F
    out[to + 3] = 0x80 | code & 0x3F
    return to + 4


@njit(cache=True, nogil=True)
def _plain_escape(byte):
    """Return the byte that a backslash and *byte* stand for."""
    if byte == 98:
        return 8
    if byte == 102:
        return 12
    if byte == 110:
        return 10
    if byte == 114:
        return 13
    return 9 if byte == 116 else byte


@borrowing(cache=True, nogil=True)
def _copy(data, start, end, out, to):
    """Copy up to *end* or the next backslash; return how many bytes that were."""
    at, write = np.uint64(start), np.uint64(to)
    while at + _EIGHT <= np.uint64(end):
        eight = load64(data, at)
        other = eight ^ _BACKSLASHES
        if (other - _ONES) & ~other & _HIGH_BITS:
            break
        store64(out, write, eight)
        at += _EIGHT
        write += _EIGHT
    while at < np.uint64(end):
        byte = data[at]
        if byte == 92:
            break
        out[write] = byte
        at += _ONE
        write += _ONE
    return np.int64(at) - start


@borrowing(cache=True, nogil=True)
def _unescape(data, at, end, out, to):
    """Write a checked JSON string's text to *out*, and return where it ends."""
    while True:
        copied = _copy(data, at, end, out, to)
        at += copied
        to += copied
        if at == end:
            return to
        if data[at + 1] != 117:
            out[to] = _plain_escape(data[at + 1])
            to += 1
            at += 2
            continue
        code = hex4(data, at + 2)
        at += 6
        if 0xD800 <= code < 0xDC00:
            code = 0x10000 + ((code - 0xD800) << 10) + hex4(data, at + 2) - 0xDC00
            at += 6
        to = _write_code_point(out, to, code)


@njit(cache=True, nogil=True)
def gather(data, rows, field, kinds, spans, out, offsets):
    """Write the text of one *field* of the given *rows* side by side into *out*.

    *kinds* and *spans* are what `scan` filled; a number is written as it stands, and
    what is neither a string nor a number is empty. *out* (uint8) has room for the
    spans; *offsets* is int64[rows + 1]. Returns the bytes written.
    """
    to = 0
    offsets[0] = 0
    for at in range(rows.shape[0]):
        row = rows[at]
        kind = kinds[row, field]
        start, end = spans[row, field]
        if kind == ESCAPED:
            to = _unescape(data, start, end, out, to)
        elif kind in (STRING, NUMBER):
            to += _copy(data, start, end, out, to)
        offsets[at + 1] = to
    return to


@borrowing(cache=True, nogil=True)
def _plain_bytes(data, start, size):
    """Count the bytes from *start* on, up to *size*, that come before a backslash."""
    at, end = np.uint64(start), np.uint64(start + size)
    while at + _EIGHT <= end:
        other = load64(data, at) ^ _BACKSLASHES
        if (other - _ONES) & ~other & _HIGH_BITS:
            break
        at += _EIGHT
    while at < end and data[at] != 92:
        at += _ONE
    return np.int64(at) - start


@njit(cache=True, nogil=True)
def find_escaped(data, starts, owners, places, found):
    """Say where bytes of texts stand in the JSON strings that spell them.

    Byte places[i] of the text of string owners[i], which starts at starts[owners[i]], is
    spelled from found[i] on. Owners ascend, and so do the places of each; strings were
    accepted by `scan`.
    """
    last = np.int64(-1)
    at = passed = np.int64(0)
    for i in range(places.shape[0]):
        if owners[i] != last:
            last = owners[i]
            at, passed = starts[last], np.int64(0)
        while True:
            plain = _plain_bytes(data, at, places[i] - passed)
            at += plain
            passed += plain
            if passed >= places[i]:
                break
            if data[at + 1] != 117:
                at += 2
                passed += 1
            else:
                code = hex4(data, at + 2)
                is_pair = 0xD800 <= code < 0xDC00
                at += 12 if is_pair else 6
                passed += 4 if is_pair else 1 + (code >= 0x80) + (code >= 0x800)
        found[i] = at
