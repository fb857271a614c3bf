"""Two texts side by side: what runs through both, and what differs in between."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit
from dedupe.kernels.tokens import IDENTITY_SHIFT, NAME, NUMBER

_ZERO = np.uint32(0)
_FLAGS = np.uint32((1 << IDENTITY_SHIFT) - 1)
# A difference is a gap of at most this many tokens on either side.
_GAP = 8
_U1 = np.uint64(1)
# A run of equal tokens counts as found, away from the last one, from this length.
_RUN = 4
# Runs of five words are what copying leaves behind and a common subject does not.
LONG_RUN = 5
SWAPPED_NUMBER, SWAPPED_NAME = 2, 1


@njit(forceinline=True)
def _resume(tokens, a0, na, b0, nb, last_a, j):
    """Where the left text goes on with the two tokens at *j*, just after *last_a*."""
    token = tokens[b0 + j]
    following = tokens[b0 + j + 1]
    end = min(last_a + _GAP + 1, na - 1)
    for x in range(last_a, end):
        if (
            tokens[a0 + x] ^ token <= _FLAGS
            and tokens[a0 + x + 1] ^ following <= _FLAGS
        ):
            return x
    return np.int64(-1)


@njit(forceinline=True)
def _starts_run(tokens, a0, na, b0, nb, x, j):
    if x < 0 or x + _RUN > na or j + _RUN > nb:
        return False
    differing = _ZERO
    for k in range(_RUN):
        differing |= tokens[a0 + x + k] ^ tokens[b0 + j + k]
    return differing <= _FLAGS


@njit(forceinline=True)
def _equal_tokens(tokens, ours, theirs, most):
    """How many tokens are the same from two places on, *most* at most."""
    a, b = np.uint64(ours), np.uint64(theirs)
    length = np.uint64(0)
    while length < np.uint64(most) and (
        np.uint32(tokens[a + length] ^ tokens[b + length]) <= _FLAGS
    ):
        length += _U1
    return np.int64(length)


@njit(forceinline=True)
def _only_here(tokens, first, size, other, other_size):
    """What tokens of one side of a difference lack on the other: numbers or names."""
    found = 0
    for x in range(first, first + size):
        token = tokens[x]
        if token & (NUMBER | NAME) == _ZERO:
            continue
        there = False
        for y in range(other, other + other_size):
            if tokens[y] ^ token <= _FLAGS:
                there = True
                break
        if not there:
            found |= SWAPPED_NUMBER if token & NUMBER != _ZERO else SWAPPED_NAME
    return found


@njit(forceinline=True)
def align(tokens, a0, na, b0, nb, matches, count, hides, hidden):
    """Align the right text along the left one.

    matches[s], for its first *count* tokens, is where the left one has the shingle that
    starts there, or -1; hidden[s] marks the left one's masked tokens, if any *hides*.
    Returns the longest run and all aligned tokens; those that are not masked, and the
    runs of LONG_RUN among them; differences, and those of numbers and of names.
    """
    longest = np.int64(0)
    matched = np.int64(0)
    unmasked = np.int64(0)
    runs = np.int64(0)
    differences = numbers = names = 0
    last_a = np.int64(-1)
    last_b = np.int64(0)
    j = np.int64(0)
    while j < nb:
        found = np.int64(-1)
        if last_a >= 0 and j - last_b <= _GAP and j + 1 < nb:
            found = _resume(tokens, a0, na, b0, nb, last_a, j)
        if found < 0 and j < count:
            first = np.int64(matches[j])
            if _starts_run(tokens, a0, na, b0, nb, first, j):
                found = first
        if found < 0:
            j += 1
            continue
        gap_a = found - last_a
        gap_b = j - last_b
        if (
            last_a >= 0
            and gap_a >= 0
            and gap_a <= _GAP
            and gap_b <= _GAP
            and gap_a + gap_b > 0
            and hidden[last_a] == 0
        ):
            differences += 1
            swapped = _only_here(
                tokens, a0 + last_a, gap_a, b0 + last_b, gap_b
            ) | _only_here(tokens, b0 + last_b, gap_b, a0 + last_a, gap_a)
            if swapped & SWAPPED_NUMBER:
                numbers += 1
            elif swapped:
                names += 1
        length = _equal_tokens(tokens, a0 + found, b0 + j, min(na - found, nb - j))
        if hides:
            streak = 0
            for k in range(found, found + length):
                streak = streak + 1 if hidden[k] == 0 else 0
                runs += streak >= LONG_RUN
                unmasked += hidden[k] == 0
        else:
            runs += max(0, length - LONG_RUN + 1)
            unmasked += length
        longest = max(longest, length)
        matched += length
        last_a = found + length
        last_b = j + length
        j = last_b
    return longest, matched, unmasked, runs, differences, numbers, names
