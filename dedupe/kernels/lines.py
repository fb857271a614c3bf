"""Where lines and rare bytes of a column are, and a column without some lines."""

from __future__ import annotations

import numpy as np

from dedupe.kernels.compiler import njit
from dedupe.kernels.copying import copy, enlarged

_LOW = np.uint64(0x0E0E0E0E0E0E0E0E)
_HIGH = np.uint64(0x8080808080808080)
_ZERO64 = np.uint64(0)
_LOOK = 1024


@njit(cache=True, nogil=True)
def find_newlines(data, found):
    """Write the places of all line feeds and carriage returns; return how many.

    Where *found* is too short the count is still right, and the caller asks again.
    """
    count = 0
    whole = data.shape[0] // 8 * 8
    words = data[:whole].view(np.uint64)
    for w in range(words.shape[0]):
        word = words[w]
        if (word - _LOW) & ~word & _HIGH != _ZERO64:
            for i in range(8 * w, 8 * w + 8):
                if data[i] == 10 or data[i] == 13:
                    if count < found.shape[0]:
                        found[count] = i
                    count += 1
    for i in range(whole, data.shape[0]):
        if data[i] == 10 or data[i] == 13:
            if count < found.shape[0]:
                found[count] = i
            count += 1
    return count


@njit(cache=True, nogil=True)
def cut_lines(data, offsets, newlines, starts, ends, firsts):
    """Write the lines of each article that hold more than ASCII white space, trimmed.

    Line j of n is data[starts[j] : ends[j]]; article i has the lines from firsts[i] to
    before firsts[i + 1]. Returns the number of lines.
    """
    count = 0
    at = 0
    for i in range(offsets.shape[0] - 1):
        firsts[i] = count
        start, stop = offsets[i], offsets[i + 1]
        while at < newlines.shape[0] and newlines[at] < start:
            at += 1
        while start < stop:
            if at < newlines.shape[0] and newlines[at] < stop:
                end = newlines[at]
                at += 1
            else:
                end = stop
            low, high = start, end
            while low < high and data[low] <= 32:
                low += 1
            while high > low and data[high - 1] <= 32:
                high -= 1
            if low < high:
                starts[count] = low
                ends[count] = high
                count += 1
            start = end + 1
    firsts[offsets.shape[0] - 1] = count
    return count


@njit(cache=True, nogil=True)
def cut_spans(data, offsets, spans):
    """Copy a column without *spans*, rows of (start, end) that ascend and don't overlap.

    Returns the new data and offsets, which begin at 0.
    """
    gone = 0
    for s in range(spans.shape[0]):
        gone += spans[s, 1] - spans[s, 0]
    out = np.empty(offsets[-1] - offsets[0] - gone, np.uint8)
    new = np.zeros(offsets.shape[0], np.int64)
    at = 0
    s = 0
    for i in range(offsets.shape[0] - 1):
        start = offsets[i]
        while s < spans.shape[0] and spans[s, 0] < offsets[i + 1]:
            size = spans[s, 0] - start
            copy(data, start, size, out, at)
            at += size
            start = spans[s, 1]
            s += 1
        size = offsets[i + 1] - start
        copy(data, start, size, out, at)
        at += size
        new[i + 1] = at
    return out, new


@njit(cache=True, nogil=True)
def find_byte(data, wanted):
    """Return the places of the bytes that are *wanted*, which should be rare."""
    found = np.empty(64, np.int64)
    count = 0
    byte, size = np.uint8(wanted), data.shape[0]
    for start in range(0, size, _LOOK):
        # Unsigned, so that the processor compares many bytes at a time.
        first, last = np.uint64(start), np.uint64(min(start + _LOOK, size))
        misses = np.uint8(1)
        for at in range(first, last):
            misses &= np.uint8(data[at] != byte)
        if misses:
            continue
        if found.shape[0] < count + _LOOK:
            found = enlarged(found, count, 2 * (count + _LOOK))
        for at in range(first, last):
            if data[at] == byte:
                found[count] = at
                count += 1
    return found[:count]
