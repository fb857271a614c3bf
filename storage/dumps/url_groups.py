"""Rows of one URL: one article, whose later texts are revisions of the earlier."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.kernels.urls import NO_URL, UNSURE, hash_words, url_hints
from dedupe.text_column import TextColumn
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# What url_key may drop from a path.
_DRESS = ("amp", "print", "printable", "mobile", "page", "index", "default")


@cache
def _dress_hashes() -> NDArray[np.uint64]:
    words = TextColumn.from_strings(_DRESS)
    found = np.empty(len(words), np.uint64)
    hash_words(words.data, words.offsets, found)
    return found


def hints_of(urls: TextColumn) -> NDArray[np.uint64]:
    """Return a hash for each URL that is equal where their url_key is; 0 for none.

    Only URLs that are not plain are put through url_key, which takes Python's time.
    """
    found = np.empty(len(urls), np.uint64)
    url_hints(urls.data, urls.offsets, _dress_hashes(), found)
    odd = np.flatnonzero(found == UNSURE)
    if len(odd):
        keys = TextColumn.from_strings(
            "//" + url_key(urls[row]) for row in odd.tolist()
        )
        again = np.empty(len(odd), np.uint64)
        url_hints(keys.data, keys.offsets, _dress_hashes(), again)
        found[odd] = again
    return found


def find_url_groups(
    hints: NDArray[np.uint64], urls: Sequence[str] | TextColumn
) -> list[list[int]]:
    """Return the rows of each URL that two rows or more have, ascending."""
    values, counts = np.unique(hints, return_counts=True)
    shared = values[(counts > 1) & (values != NO_URL)]
    if not len(shared):
        return []
    groups: dict[str, list[int]] = {}
    for row in np.flatnonzero(np.isin(hints, shared)).tolist():
        groups.setdefault(url_key(urls[row]), []).append(row)
    return [rows for rows in groups.values() if len(rows) > 1]
