"""From UTF-8 bytes to tokens, passage keys and signatures, in one pass a text."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import borrowing, njit, types
from dedupe.kernels.scanning import (
    _DOT,
    _ENDS,
    _LOWER,
    _NEWLINE,
    _NUMERAL,
    _ONE,
    _U0,
    _U1,
    _UPPER,
    scan_words,
)
from dedupe.kernels.tokens import (
    _K2,
    _S5,
    _S32,
    _S37,
    _START,
    _ZERO,
    BOUNDARY,
    CHARACTER,
    KEYED,
    NAME,
    NUMBER,
    hash_all,
    hash_rows,
    mix64,
    shingle_count,
    sign_hashes,
)

# Passages: at least six words (a character is half a word); a stretch without
# sentence ends is cut where a word's hash says so, which survives re-cutting.
_KEY_WEIGHT = 12
_CUT_FROM = 48
_CUT_ALWAYS = 120
_CUT_MASK = np.uint32(15)
# So many words with a capital for each without one: here it marks no name.
_CAPITALS = 4


@borrowing(
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
    count = scan_words(data, start, end, table, expansions, raw, marks)
    slots = np.uint64(words.shape[0] - 1)
    filled = np.uint64(n_tokens)
    keyed = np.uint64(n_keys)
    first = filled
    text_hash = passage = _START
    text_weight = weight = 0
    cut = initial = False
    capitals = smalls = 0
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
            capitals += mark & _UPPER != _ZERO
            smalls += mark & _LOWER != _ZERO
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
    if capitals > _CAPITALS * smalls:
        for at in range(np.uint64(n_tokens), filled):
            tokens[at] &= ~NAME
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
