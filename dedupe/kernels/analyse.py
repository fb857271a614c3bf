"""From UTF-8 bytes to tokens, passage keys and signatures, in one pass a text."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit, types

# A token is a uint32: 27 bits of hash, then these flags. Without the lowest three bits
# it is the token's identity.
BOUNDARY = np.uint32(1)
KEYED = np.uint32(2)
NAME = np.uint32(4)
NUMBER = np.uint32(8)
CHARACTER = np.uint32(16)
IDENTITY_SHIFT = np.uint32(3)

_K1 = np.uint64(0x9E3779B97F4A7C15)
_K2 = np.uint64(0xFF51AFD7ED558CCD)
_K3 = np.uint64(0xC4CEB9FE1A85EC53)
_START = np.uint64(0x243F6A8885A308D3)
_S31 = np.uint64(31)
_S32 = np.uint64(32)
_S33 = np.uint64(33)
_S37 = np.uint64(37)
_S5 = np.uint32(5)

# Passages: at least six words (a character is half a word); a stretch without
# sentence ends is cut where a word's hash says so, which survives re-cutting.
_KEY_WEIGHT = 12
_CUT_FROM = 48
_CUT_ALWAYS = 120
_CUT_MASK = np.uint32(15)

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
_ZERO = np.uint32(0)
_U0, _U1, _U2, _U3, _U4 = (np.uint64(x) for x in range(5))


@njit(forceinline=True)
def mix64(x):
    x ^= x >> _S33
    x *= _K2
    x ^= x >> _S33
    x *= _K3
    return x ^ (x >> _S33)


@njit(forceinline=True)
def fmix32(h):
    # Each step is cast back: numba widens uint32 arithmetic to uint64.
    h = np.uint32(h ^ (h >> np.uint32(16)))
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@njit(forceinline=True)
def shingle_hash(first, second, third):
    """Hash of the shingle that starts with token *first*: two words or three characters.

    What the text does not have (any more) is 0.
    """
    h = np.uint64(first >> IDENTITY_SHIFT) * _K1
    h = (h ^ np.uint64(second >> IDENTITY_SHIFT)) * _K2
    if first & CHARACTER != _ZERO:
        h ^= h >> _S32
        h = (h ^ np.uint64(third >> IDENTITY_SHIFT)) * _K3
    h ^= h >> _S32
    h *= _K1
    return np.uint32(h >> _S32)


@njit(forceinline=True)
def hash_all(tokens, start, size, count, hashes):
    """Write the hashes of the first *count* shingles of tokens[start : start + size].

    The loop holds nothing that keeps it from running on several shingles at a time.
    """
    first = np.uint64(start)
    inner = np.uint64(max(0, min(count, size - 2)))
    for s in range(inner):
        at = first + s
        hashes[s] = shingle_hash(tokens[at], tokens[at + _U1], tokens[at + _U2])
    end = np.uint64(start + size)
    for s in range(inner, np.uint64(count)):
        at = first + s
        second = tokens[at + _U1] if at + _U1 < end else _ZERO
        third = tokens[at + _U2] if at + _U2 < end else _ZERO
        hashes[s] = shingle_hash(tokens[at], second, third)


@njit(forceinline=True)
def shingle_count(tokens, start, end):
    """How many shingles the tokens hold; one where they are too few for a whole one."""
    n = end - start
    if n == 0:
        return 0
    last = n - 1
    if n >= 3 and tokens[end - 2] & CHARACTER != _ZERO:
        last = n - 2
    return max(1, last)


@njit(forceinline=True)
def sign_hashes(hashes, count, a, b, out):
    """Minima of a * fmix32(h) + b, as datasketch's scheme affine32 has them."""
    n = out.shape[0]
    for j in range(n):
        out[j] = _NONE
    i = 0
    while i + 4 <= count:
        h0 = fmix32(hashes[i])
        h1 = fmix32(hashes[i + 1])
        h2 = fmix32(hashes[i + 2])
        h3 = fmix32(hashes[i + 3])
        for j in range(n):
            aj = a[j]
            bj = b[j]
            low = min(np.uint32(aj * h0 + bj), np.uint32(aj * h1 + bj))
            high = min(np.uint32(aj * h2 + bj), np.uint32(aj * h3 + bj))
            out[j] = min(out[j], min(low, high))
        i += 4
    while i < count:
        h = fmix32(hashes[i])
        for j in range(n):
            out[j] = min(out[j], np.uint32(a[j] * h + b[j]))
        i += 1


@njit(
    types.void(
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.uint32[::1],
    ),
    cache=True,
    nogil=True,
)
def sign_one(hashes, a, b, out):
    """Sign one set of shingle hashes into *out*."""
    sign_hashes(hashes, hashes.shape[0], a, b, out)


@njit(forceinline=True)
def hash_rows(signature, rows, out):
    for band in range(out.shape[0]):
        h = _START
        for r in range(rows):
            h = (h ^ np.uint64(signature[band * rows + r])) * _K2
            h ^= h >> _S32
        out[band] = np.uint32(mix64(h) >> _S32)


@njit(
    types.void(
        types.Array(types.uint32, 1, "C", readonly=True), types.int64, types.uint32[::1]
    ),
    cache=True,
    nogil=True,
)
def hash_bands(signature, rows, out):
    """Hash each band of one signature into *out*."""
    hash_rows(signature, rows, out)


# Helpers of the hot loop take no arrays: numba counts a reference for each array that
# it passes on, and that costs more than the character.
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
def _scan_words(data, start, end, table, expansions, raw, marks):
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


@njit(
    types.UniTuple(types.int64, 2)(
        types.Array(types.uint8, 1, "C", readonly=True),
        types.int64,
        types.int64,
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True),
        types.uint32[::1],
        types.int64,
        types.uint64[::1],
        types.int64,
        types.uint64[::1],
        types.uint64[::1],
        types.uint32[::1],
    ),
    cache=True,
    nogil=True,
)
def tokenise(
    data, start, end, table, expansions, words, values, tokens, n_tokens, keys, n_keys,
    whole, raw, marks,
):  # fmt: skip
    """Write tokens and passage keys of one text; whole gets its hash and its weight.

    *raw* and *marks* are scratch, half as long as the text in bytes or more. Returns how
    far *tokens* and *keys* are filled.
    """
    count = _scan_words(data, start, end, table, expansions, raw, marks)
    for k in range(count):
        raw[k] = mix64(raw[k])
    slots = np.uint64(words.shape[0] - 1)
    filled = np.uint64(n_tokens)
    keyed = np.uint64(n_keys)
    first = filled
    text_hash = passage = _START
    text_weight = weight = 0
    cut = initial = False
    for k in range(count):
        h = raw[k]
        mark = marks[k]
        cut = (
            cut
            or mark & _ENDS != _ZERO
            or (
                mark & _LOWER == _ZERO
                and (mark & _NEWLINE != _ZERO or (mark & _DOT != _ZERO and not initial))
            )
        )
        if cut and weight > 0:
            tokens[first] |= BOUNDARY
            if weight >= _KEY_WEIGHT:
                tokens[first] |= KEYED
                keys[keyed] = mix64(passage)
                keyed += _U1
            text_weight += weight
            weight = 0
            passage = _START
            first = filled
        if mark & CHARACTER != _ZERO:
            token = np.uint32(np.uint32(h >> _S37) << _S5) | CHARACTER
            weight += 1
            initial = False
        else:
            if mark & _NUMERAL == _ZERO:
                slot = h & slots
                while words[slot] != _U0:
                    if words[slot] == h:
                        h = values[slot]
                        mark |= _NUMERAL
                        break
                    slot = (slot + _U1) & slots
            token = np.uint32(np.uint32(h >> _S37) << _S5)
            if mark & _NUMERAL != _ZERO:
                token |= NUMBER
            if mark & _UPPER != _ZERO and weight > 0:
                token |= NAME
            initial = mark & (_ONE | _NUMERAL) == _ONE
            weight += 2
        tokens[filled] = token
        filled += _U1
        text_hash = (text_hash ^ h) * _K2
        text_hash ^= text_hash >> _S32
        passage = (passage ^ h) * _K2
        passage ^= passage >> _S32
        cut = (weight >= _CUT_FROM and (token >> _S5) & _CUT_MASK == _ZERO) or (
            weight >= _CUT_ALWAYS
        )
    if weight > 0:
        tokens[first] |= BOUNDARY
        if weight >= _KEY_WEIGHT:
            tokens[first] |= KEYED
            keys[keyed] = mix64(passage)
            keyed += _U1
        text_weight += weight
    whole[0] = mix64(text_hash)
    whole[1] = np.uint64(text_weight)
    return np.int64(filled), np.int64(keyed)


@njit(
    types.UniTuple(types.int64, 2)(
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint8, 1, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.uint64, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.Array(types.uint32, 1, "C", readonly=True),
        types.int64,
        types.uint32[::1],
        types.int64[::1],
        types.uint64[::1],
        types.int64[::1],
        types.uint64[:, ::1],
        types.int64[:, ::1],
        types.uint32[:, ::1],
        types.uint32[:, ::1],
    ),
    cache=True,
    nogil=True,
)
def analyse_column(
    data,
    offsets,
    headline_data,
    headline_offsets,
    table,
    expansions,
    words,
    values,
    a,
    b,
    rows,
    tokens,
    token_offsets,
    keys,
    key_offsets,
    hashes,
    sizes,
    bands,
    signatures,
):
    """Analyse a column of texts with their headlines (or an empty column of them).

    Fills, for text i of n: *tokens* (headline first, then body) and *token_offsets*,
    passage *keys* and *key_offsets*, hashes[i] = (hash of the folded body, of the folded
    headline or 0), sizes[i] = (headline tokens, body tokens, body's weight, shingles),
    bands[i] = band keys, and signatures[i] where that array has rows. A weight counts
    two for a word, one for a character. Returns how far tokens and keys are filled.
    """
    n = offsets.shape[0] - 1
    headlines = headline_offsets.shape[0] - 1
    whole = np.zeros(2, np.uint64)
    signature = np.empty(a.shape[0], np.uint32)
    scratch = np.empty(1024, np.uint32)
    none = np.empty(8, np.uint64)
    longest = 1
    for i in range(n):
        longest = max(longest, offsets[i + 1] - offsets[i])
    for i in range(headlines):
        longest = max(longest, headline_offsets[i + 1] - headline_offsets[i])
    raw = np.empty(longest // 2 + 2, np.uint64)
    marks = np.empty(longest // 2 + 2, np.uint32)
    n_tokens = 0
    n_keys = 0
    token_offsets[0] = 0
    key_offsets[0] = 0
    for i in range(n):
        start = n_tokens
        hashes[i, 1] = np.uint64(0)
        if i < headlines:
            needed = (headline_offsets[i + 1] - headline_offsets[i]) // 6 + 8
            if none.shape[0] < needed:
                none = np.empty(needed, np.uint64)
            n_tokens, _ = tokenise(
                headline_data,
                headline_offsets[i],
                headline_offsets[i + 1],
                table,
                expansions,
                words,
                values,
                tokens,
                n_tokens,
                none,
                0,
                whole,
                raw,
                marks,
            )
            if n_tokens > start:
                hashes[i, 1] = whole[0]
        body = n_tokens
        n_tokens, n_keys = tokenise(
            data,
            offsets[i],
            offsets[i + 1],
            table,
            expansions,
            words,
            values,
            tokens,
            n_tokens,
            keys,
            n_keys,
            whole,
            raw,
            marks,
        )
        count = shingle_count(tokens, body, n_tokens)
        hashes[i, 0] = whole[0]
        sizes[i, 0] = body - start
        sizes[i, 1] = n_tokens - body
        sizes[i, 2] = np.int64(whole[1])
        sizes[i, 3] = count
        token_offsets[i + 1] = n_tokens
        key_offsets[i + 1] = n_keys
        if scratch.shape[0] < count:
            scratch = np.empty(count * 2, np.uint32)
        if signature.shape[0] == 0:
            continue
        hash_all(tokens, body, n_tokens - body, count, scratch)
        sign_hashes(scratch, count, a, b, signature)
        if signatures.shape[0] > 0:
            for j in range(a.shape[0]):
                signatures[i, j] = signature[j]
        hash_rows(signature, rows, bands[i])
    return n_tokens, n_keys


@njit(
    types.uint32[::1](types.Array(types.uint32, 1, "C", readonly=True)),
    cache=True,
    nogil=True,
)
def hash_shingles(tokens):
    """Hashes of all shingles of one text's tokens, in order."""
    n = tokens.shape[0]
    count = shingle_count(tokens, 0, n)
    hashes = np.empty(count, np.uint32)
    hash_all(tokens, 0, n, count, hashes)
    return hashes
