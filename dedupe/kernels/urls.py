"""Hints that bring together the URLs which may name one article."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit

# No URL; a URL whose hint only its normal form can tell.
NO_URL, UNSURE = np.uint64(0), np.uint64(1)

_PRIME = np.uint64(0x100000001B3)
_START = np.uint64(0xCBF29CE484222325)
_LOWER = np.uint8(0x20)


@njit(cache=True, nogil=True)
def _lower(byte):
    return byte | _LOWER if 65 <= byte <= 90 else byte


@njit(cache=True, nogil=True)
def _hash(data, start, end):
    """FNV-1a of the lower-case bytes."""
    h = _START
    for at in range(start, end):
        h = (h ^ np.uint64(_lower(data[at]))) * _PRIME
    return h


@njit(cache=True, nogil=True)
def _is_word(byte):
    return (
        48 <= byte <= 57
        or 65 <= byte <= 90
        or 97 <= byte <= 122
        or byte == 45
        or byte == 95
    )


@njit(cache=True, nogil=True)
def _is_safe(byte):
    """Tell whether the byte is always written as it is in a path."""
    if _is_word(byte):
        return True
    # ! $ & ' ( ) * + , - . / : = @ ~
    return byte == 33 or byte == 36 or 38 <= byte <= 47 or byte in (58, 61, 64, 126)


@njit(cache=True, nogil=True)
def _host_span(data, start, end):
    """Return where the host of a URL stands: after "//", up to a port or the path."""
    at = start
    while at + 1 < end and not (data[at] == 47 and data[at + 1] == 47):
        if data[at] in (63, 35):
            return start, start
        at += 1
    if at + 1 >= end:
        return start, start
    at += 2
    first = at
    while at < end and data[at] not in (47, 63, 35, 58):
        if data[at] == 64:
            first = at + 1
        at += 1
    return first, at


@njit(cache=True, nogil=True)
def _hint(data, start, end, dress):
    """Hash the longest word of the path, or say that it is not sure to be stable."""
    if start == end:
        return NO_URL
    _, at = _host_span(data, start, end)
    best = word = at
    longest = 0
    while True:
        ends = at == end or data[at] in (63, 35, 59)
        if not ends and not _is_safe(data[at]):
            return UNSURE
        if ends or not _is_word(data[at]):
            h = _hash(data, word, at)
            for known in dress:
                if h == known:
                    return UNSURE
            if at - word > longest:
                best, longest = word, at - word
            if ends:
                break
            word = at + 1
        at += 1
    return UNSURE if longest == 0 else _hash(data, best, best + longest)


@njit(cache=True, nogil=True)
def url_hints(data, offsets, dress, out):
    """Fill *out* (uint64[n]) with a hint for each URL of a column.

    URLs with one normal form have one hint. *dress* are the hashes of the words that
    the normal form may drop from a path; a URL with one of them, or with escapes, is
    UNSURE, an empty one NO_URL.
    """
    for row in range(out.shape[0]):
        out[row] = _hint(data, offsets[row], offsets[row + 1], dress)


@njit(cache=True, nogil=True)
def hash_words(data, offsets, out):
    """Fill *out* (uint64[n]) with the hash of each lower-case text of a column."""
    for row in range(out.shape[0]):
        out[row] = _hash(data, offsets[row], offsets[row + 1])


@njit(cache=True, nogil=True)
def _is_www(data, at):
    for i in range(3):
        if data[at + i] | _LOWER != 119:
            return False
    return data[at + 3] == 46


@njit(cache=True, nogil=True)
def outlet_hashes(outlet_data, outlets, url_data, urls, out):
    """Fill *out* (uint64[n]) with a hash of the outlet's name, else of the URL's host.

    "www." is left out; where there is neither, the hash is 0.
    """
    for row in range(out.shape[0]):
        start, end = outlets[row], outlets[row + 1]
        if start < end:
            out[row] = _hash(outlet_data, start, end)
            continue
        start, end = _host_span(url_data, urls[row], urls[row + 1])
        if end - start > 4 and _is_www(url_data, start):
            start += 4
        out[row] = _hash(url_data, start, end) if start < end else np.uint64(0)
