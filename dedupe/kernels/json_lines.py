"""JSON lines at the speed of memory: where the wanted values stand, and their text.

A line that `scan` accepts is valid JSON by RFC 8259 and valid UTF-8 by RFC 3629. It
accepts less than all of JSON (a key with an escape, an exponent, nesting past 64, an
integer past 15 digits are left to a slower parser), and never more.
"""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import borrowing, njit
from dedupe.kernels.machine import load64, trailing_zeros

ACCEPTED, BLANK, UNSURE = 0, 1, 2
ABSENT, STRING, ESCAPED, NUMBER, NULL, OTHER = 0, 1, 2, 3, 4, 5

_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)
_ZERO, _EIGHT, _SIXTEEN = np.uint64(0), np.uint64(8), np.uint64(16)
_SIX_BYTES, _BYTES = np.uint64(48), np.uint64(56)

# The same byte eight times over.
_ONES = np.uint64(0x0101010101010101)
_SPACES = np.uint64(0x2020202020202020)
_QUOTES = np.uint64(0x2222222222222222)
_BACKSLASHES = np.uint64(0x5C5C5C5C5C5C5C5C)
_HIGH_BITS = np.uint64(0x8080808080808080)
_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_NIBBLES = np.uint64(0x0F0F0F0F0F0F0F0F)
_OF_ED = np.uint64(0x0D0D0D0D0D0D0D0D)
# Bits of a lead byte that all are 0 where two bytes spell what one could.
_OF_TWO = np.uint64(0x1E1E1E1E1E1E1E1E)

_VALUE, _AFTER, _KEY_OR_END, _KEY, _VALUE_OR_END = 0, 1, 2, 3, 4


@borrowing(cache=True, nogil=True)
def _utf8_length(data, at):
    """Return the length of the UTF-8 sequence of two bytes or more at *at*, or 0."""
    first = data[at]
    if first < 0xC2:
        return 0
    second = data[at + 1]
    if second & 0xC0 != 0x80:
        return 0
    if first < 0xE0:
        return 2
    if data[at + 2] & 0xC0 != 0x80:
        return 0
    if first < 0xF0:
        surrogate = first == 0xED and second >= 0xA0
        overlong = first == 0xE0 and second < 0xA0
        return 0 if surrogate or overlong else 3
    if data[at + 3] & 0xC0 != 0x80 or first > 0xF4:
        return 0
    too_high = first == 0xF4 and second >= 0x90
    overlong = first == 0xF0 and second < 0x90
    return 0 if too_high or overlong else 4


@borrowing(cache=True, nogil=True)
def hex4(data, at):
    """Return the number that four hexadecimal digits spell, or -1."""
    value = 0
    for i in range(4):
        byte = data[at + i]
        if 48 <= byte <= 57:
            value = value * 16 + byte - 48
        elif 97 <= byte <= 102:
            value = value * 16 + byte - 87
        elif 65 <= byte <= 70:
            value = value * 16 + byte - 55
        else:
            return -1
    return value


@borrowing(cache=True, nogil=True)
def _escape_length(data, at):
    """Return the length of the escape whose backslash stands at *at*, or 0."""
    kind = data[at + 1]
    if kind != 117:
        # " \ / b f n r t
        known = kind in (34, 92, 47, 98, 102, 110, 114, 116)
        return 2 if known else 0
    unit = hex4(data, at + 2)
    if unit < 0 or 0xDC00 <= unit <= 0xDFFF:
        return 0
    if unit < 0xD800 or unit > 0xDFFF:
        return 6
    if data[at + 6] != 92 or data[at + 7] != 117:
        return 0
    low = hex4(data, at + 8)
    return 12 if 0xDC00 <= low <= 0xDFFF else 0


@njit(cache=True, nogil=True)
def _ends_of_plain(eight):
    """Set bit 7 of the first of *eight* bytes that does not stand for itself.

    That is a quote, a backslash or a control character; those behind it may be set too.
    """
    quote = eight ^ _QUOTES
    backslash = eight ^ _BACKSLASHES
    found = (quote - _ONES) | (backslash - _ONES) | (eight - _SPACES)
    return found & ~eight & _HIGH_BITS


@njit(cache=True, nogil=True)
def _check_utf8(eight, follow, above, below):
    """Check *eight* bytes of UTF-8 whose characters have three bytes at most.

    The others have bit 7 set of the bytes that go on with a character from before, of
    those among them that are A0 or more, and of those below. Returns 0 where nothing is
    wrong and no character has four bytes, and the three of the next eight bytes.
    """
    high = eight & _HIGH_BITS
    second = (eight << _ONE) & high
    third = (eight << _TWO) & high
    leads = high & second
    three = leads & third
    low = eight & _NIBBLES
    is_e0 = three & ~(low + _LOW_BITS)
    is_ed = three & ~((low ^ _OF_ED) + _LOW_BITS)
    follow |= (leads << _EIGHT) | (three << _SIXTEEN)
    above |= is_e0 << _EIGHT
    below |= is_ed << _EIGHT
    wrong = (high & ~second) ^ follow
    wrong |= (above & ~third) | (below & third)
    wrong |= leads & ~three & ~((eight & _OF_TWO) + _LOW_BITS)
    wrong |= three & (eight << _THREE)
    follow = (leads >> _BYTES) | (three >> _SIX_BYTES)
    return wrong, follow, is_e0 >> _BYTES, is_ed >> _BYTES


@borrowing(cache=True, nogil=True)
def _string_end(data, start):
    """Return where the string that opens before *start* closes, and whether it escapes.

    The end is -1 where the string is not valid. A newline ends every line, so that no
    test of the bounds is needed.
    """
    # Unsigned, or numba tests every index for being negative.
    at = np.uint64(start)
    escaped = False
    follow = above = below = _ZERO
    while True:
        eight = load64(data, at)
        ends = _ends_of_plain(eight)
        if ends | (eight & _HIGH_BITS) | follow == _ZERO:
            at += _EIGHT
            continue
        if ends:
            eight &= (_ONE << (trailing_zeros(ends) & _BYTES)) - _ONE
        before = follow
        wrong, follow, above, below = _check_utf8(eight, follow, above, below)
        if wrong:
            # A character of four bytes, or no UTF-8.
            if before:
                at -= _ONE
                while data[at] & 0xC0 == 0x80:
                    at -= _ONE
            else:
                at += trailing_zeros(eight & _HIGH_BITS) >> _THREE
            step = _utf8_length(data, np.int64(at))
            follow = above = below = _ZERO
        elif ends:
            at += trailing_zeros(ends) >> _THREE
            if data[at] == 34:
                return np.int64(at), escaped
            step = _escape_length(data, np.int64(at)) if data[at] == 92 else 0
            escaped = True
        else:
            step = 8
        if step == 0:
            return np.int64(-1), escaped
        at += np.uint64(step)


@borrowing(cache=True, nogil=True)
def _digits_end(data, at):
    while 48 <= data[at] <= 57:
        at += 1
    return at


@borrowing(cache=True, nogil=True)
def _number_end(data, at):
    """Return where a plain number ends, or -1."""
    if data[at] == 45:
        at += 1
    end = _digits_end(data, at)
    if end == at or end - at > 15 or (data[at] == 48 and end - at > 1):
        return -1
    if data[end] == 46:
        fraction = _digits_end(data, end + 1)
        if fraction == end + 1 or fraction - end > 30:
            return -1
        end = fraction
    return -1 if data[end] in (101, 69) else end


@borrowing(cache=True, nogil=True)
def _literal_end(data, at):
    """Return where true, false or null ends, or -1."""
    first, second, third, fourth = data[at], data[at + 1], data[at + 2], data[at + 3]
    if first == 116 and second == 114 and third == 117 and fourth == 101:
        return at + 4
    if first == 110 and second == 117 and third == 108 and fourth == 108:
        return at + 4
    is_false = first == 102 and second == 97 and third == 108 and fourth == 115
    return at + 5 if is_false and data[at + 4] == 101 else -1


@borrowing(cache=True, nogil=True)
def _field_of(data, start, end, names, name_ends):
    """Return which of the wanted *names* the key is, or -1."""
    first = 0
    for field in range(name_ends.shape[0]):
        last = name_ends[field]
        if last - first == end - start and last > first:
            same = True
            for i in range(end - start):
                if data[start + i] != names[first + i]:
                    same = False
                    break
            if same:
                return field
        first = last
    return -1


@borrowing(cache=True, nogil=True)
def _scan_line(data, at, names, name_ends, kinds, spans):
    """Check the line at *at*, and note where its wanted values stand.

    Returns where its newline stands, or -1 where the line is not surely valid.
    """
    depth = 0
    in_object = np.uint64(0)
    state = _VALUE
    field = -1
    while True:
        byte = data[at]
        if byte in (32, 9, 13):
            at += 1
            continue
        if byte == 10:
            return at if depth == 0 and state == _AFTER else -1
        if state == _AFTER:
            if depth == 0:
                return -1
            inside_object = in_object & np.uint64(1) == np.uint64(1)
            if byte == 44:
                state = _KEY if inside_object else _VALUE
            elif byte == (125 if inside_object else 93):
                depth -= 1
                in_object >>= np.uint64(1)
                if depth == 1 and field >= 0:
                    spans[field, 1] = at + 1
                    field = -1
            else:
                return -1
            at += 1
        elif state in (_KEY, _KEY_OR_END):
            if byte == 125 and state == _KEY_OR_END:
                state = _AFTER
                continue
            if byte != 34:
                return -1
            close, escaped = _string_end(data, at + 1)
            if close < 0 or escaped:
                return -1
            if depth == 1:
                field = _field_of(data, at + 1, close, names, name_ends)
            at = close + 1
            while data[at] in (32, 9, 13):
                at += 1
            if data[at] != 58:
                return -1
            at += 1
            state = _VALUE
        else:
            top = depth == 1 and field >= 0
            if byte in (123, 91):
                if depth == 63 or (depth == 0 and byte != 123):
                    return -1
                if top:
                    kinds[field] = OTHER
                    spans[field, 0] = at
                depth += 1
                in_object <<= np.uint64(1)
                if byte == 123:
                    in_object |= np.uint64(1)
                state = _KEY_OR_END if byte == 123 else _VALUE_OR_END
                at += 1
                continue
            if byte == 93 and state == _VALUE_OR_END:
                state = _AFTER
                continue
            if depth == 0:
                return -1
            start = at
            if byte == 34:
                at, escaped = _string_end(data, at + 1)
                kind = ESCAPED if escaped else STRING
                close = at
                start += 1
                at += 1
            elif byte == 45 or 48 <= byte <= 57:
                at = close = _number_end(data, at)
                kind = NUMBER
            else:
                kind = NULL if byte == 110 else OTHER
                at = close = _literal_end(data, at)
            if close < 0:
                return -1
            if top:
                kinds[field] = kind
                spans[field, 0] = start
                spans[field, 1] = close
                field = -1
            state = _AFTER


@njit(cache=True, nogil=True)
def scan(data, size, names, name_ends, status, lines, kinds, spans):
    """Find the lines of *data* and the values of the wanted keys in each.

    *data* is uint8[size + 16 or more] and holds whole lines: byte *size* - 1 is a
    newline. *names* are the wanted keys' bytes in a row, ending at *name_ends*.
    Fills for every line: status[line], lines[line] = (start, end without newline),
    kinds[line, field], spans[line, field] = (start, end of the value, of a string
    without its quotes). A key that comes twice has its last value, as in Python.
    Returns the number of lines, or minus the number that *status* would need.
    """
    at = 0
    line = 0
    room = status.shape[0]
    while at < size:
        first = at
        while data[first] in (32, 9, 13):
            first += 1
        if line >= room:
            end = _line_end(data, first)
        elif data[first] == 10:
            end = first
            status[line] = BLANK
        else:
            kinds[line, :] = ABSENT
            end = _scan_line(data, first, names, name_ends, kinds[line], spans[line])
            status[line] = UNSURE if end < 0 else ACCEPTED
            if end < 0:
                end = _line_end(data, first)
        if line < room:
            lines[line, 0] = at
            lines[line, 1] = end
        line += 1
        at = end + 1
    return line if line <= room else -line


@borrowing(cache=True, nogil=True)
def _line_end(data, at):
    while data[at] != 10:
        at += 1
    return at
