"""Tokens: their layout, their shingles, and the hashes and signatures made of them."""

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
_ZERO = np.uint32(0)
_NONE = np.uint32(0xFFFFFFFF)
_U1, _U2 = np.uint64(1), np.uint64(2)


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
