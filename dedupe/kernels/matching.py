"""The shingles of one text, numbered, and which of them another text holds."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit

_MULTIPLIER = np.uint32(0x9E3779B1)
# A table is at most a quarter full: most shingles of a stranger meet an empty slot.
_ROOM = 4
_LEAST_BITS = 6
# A bitmap of 32,768 bits: of 1,000 shingles 97 in 100 that are not among them miss it.
BITMAP = 512
_WORD, _BIT, _LAST_BIT = np.uint32(23), np.uint32(17), np.uint32(63)
_U0, _U1 = np.uint64(0), np.uint64(1)


@njit(forceinline=True)
def slot_of(shingle, shift):
    """Where the search for a shingle begins in a table of 2 ** (32 - shift) slots."""
    return np.uint64(np.uint32(shingle * _MULTIPLIER) >> shift)


@njit(forceinline=True)
def table_bits(shingles):
    """Size of a table for so many *shingles*, in bits of its slots' numbers."""
    bits = _LEAST_BITS
    while (1 << bits) < _ROOM * shingles:
        bits += 1
    return bits


@njit(forceinline=True)
def number_shingles(hashes, hidden, table, bits, base, shown, rare, firsts):
    """Call each shingle of a text by its first place: firsts[s] is that of shingle s.

    A slot of *table* holds base plus a first place; below *base* it is empty. shown[f]
    says whether the shingle that stands first at f stands anywhere outside masked
    passages. *rare* is a bitmap of the hashes. Returns how many distinct shingles there
    are, how many are shown, and how many shingles are not hidden.
    """
    shift = np.uint32(32 - bits)
    mask = np.uint64((1 << bits) - 1)
    rare[:] = 0
    kinds = distinct = visible = 0
    for s in range(np.uint64(hashes.shape[0])):
        h = hashes[s]
        slot = slot_of(h, shift)
        entry = table[slot]
        while entry >= base and hashes[np.uint64(entry - base)] != h:
            slot = (slot + _U1) & mask
            entry = table[slot]
        if entry < base:
            entry = base + np.int32(s)
            table[slot] = entry
            shown[s] = 0
            rare[h >> _WORD] |= _U1 << np.uint64((h >> _BIT) & _LAST_BIT)
            kinds += 1
        first = np.uint64(entry - base)
        firsts[s] = first
        if hidden[s] == 0:
            visible += 1
            distinct += shown[first] == 0
            shown[first] = 1
    return kinds, distinct, visible


@njit(forceinline=True)
def compare_shingles(
    ours, theirs, hidden, table, bits, base, shown, rare, firsts, met, matches
):
    """Look up the right text's shingles, *theirs*, among the left one's.

    matches[s] becomes the first place of shingle s in the left text, or -1. Returns how
    many distinct shingles both show; how many of the left's count for neither, since
    the right has them only masked; and how many of the right's distinct ones, and of
    all its own, count for neither: an edited sentence is no difference because the
    original is no evidence. *met* is scratch.
    """
    shift = np.uint32(32 - bits)
    mask = np.uint64((1 << bits) - 1)
    end, count = np.uint64(ours.shape[0]), np.uint64(theirs.shape[0])
    met[:end] = 0
    neutral_b = 0
    s = _U0
    while s < count:
        h = theirs[s]
        matches[s] = -1
        # Most shingles of a stranger end here.
        if rare[h >> _WORD] >> np.uint64((h >> _BIT) & _LAST_BIT) & _U1 == _U0:
            s += _U1
            continue
        slot = slot_of(h, shift)
        entry = table[slot]
        while entry >= base and ours[np.uint64(entry - base)] != h:
            slot = (slot + _U1) & mask
            entry = table[slot]
        if entry < base:
            s += _U1
            continue
        place = np.uint64(entry - base)
        # What follows in both texts needs no search: in copies that is nearly all.
        while s < count and place < end and ours[place] == theirs[s]:
            first = np.uint64(firsts[place])
            matches[s] = firsts[place]
            met[first] |= np.uint8(1) + hidden[s]
            neutral_b += (hidden[s] | shown[first]) == 0
            s += _U1
            place += _U1
    shared = neutral_a = kinds_b = 0
    for kind in range(end):
        visible = met[kind] & 1
        shared += visible & shown[kind]
        kinds_b += visible & (1 - shown[kind])
        neutral_a += (met[kind] == 2) & shown[kind]
    return shared, neutral_a, kinds_b, neutral_b
