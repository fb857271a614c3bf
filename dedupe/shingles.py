"""Tokens, shingles and passage keys of texts, from the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.corrections import tell_marks, without_marks
from dedupe.entities import without_entities
from dedupe.fold_table import fold_table
from dedupe.kernels import analyse
from dedupe.number_words import number_table
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_TEXTS = TextColumn(np.zeros(0, np.uint8), np.zeros(1, np.int64))
_NOTHING = np.zeros(0, np.uint32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What the kernel found in n texts.

    *tokens* of text i stand from token_offsets[i] (headline first, then body), its
    passage *keys* from key_offsets[i]. *folds* and *headlines* (uint64) are hashes of
    the folded body and headline (0: none; see dedupe.corrections). The columns of *sizes* (int64) are headline
    tokens, body tokens, the body's weight (two for a word, one for a character of a
    script without spaces) and shingles. *bands* (uint32[n, bands]) and *signatures*
    (uint32[n, num_perm]) are empty where they were not asked for.
    """

    tokens: NDArray[np.uint32]
    token_offsets: NDArray[np.int64]
    keys: NDArray[np.uint64]
    key_offsets: NDArray[np.int64]
    folds: NDArray[np.uint64]
    headlines: NDArray[np.uint64]
    sizes: NDArray[np.int64]
    bands: NDArray[np.uint32]
    signatures: NDArray[np.uint32]


def analyse_texts(
    texts: TextColumn,
    headlines: TextColumn | None = None,
    *,
    permutations: tuple[NDArray[np.uint32], NDArray[np.uint32]] = (_NOTHING, _NOTHING),
    bands: int = 0,
    rows: int = 0,
    keep_signatures: bool = False,
) -> Analysis:
    """Analyse *texts* in one pass of the kernel; it holds no lock while it runs."""
    texts = without_entities(texts)
    n = len(texts)
    titles, marked = without_marks(without_entities(headlines or _NO_TEXTS))
    # Two bytes at least go to each token: a letter and what parts it from the next.
    size = _bytes(texts) + _bytes(titles)
    tokens = np.empty(size // 2 + 2 * n + 1, np.uint32)
    keys = np.empty(size // 6 + n + 1, np.uint64)
    token_offsets, key_offsets = np.empty(n + 1, np.int64), np.empty(n + 1, np.int64)
    hashes, sizes = np.empty((n, 2), np.uint64), np.empty((n, 4), np.int64)
    band_keys = np.empty((n, bands), np.uint32)
    signatures = np.empty(
        (n if keep_signatures else 0, len(permutations[0])), np.uint32
    )
    n_tokens, n_keys = analyse.analyse_column(
        texts.data, texts.offsets, titles.data, titles.offsets,
        *fold_table(), *number_table(), *permutations, rows,
        tokens, token_offsets, keys, key_offsets, hashes, sizes, band_keys, signatures,
    )  # fmt: skip
    return Analysis(
        tokens=tokens[:n_tokens], token_offsets=token_offsets,
        keys=keys[:n_keys], key_offsets=key_offsets,
        folds=hashes[:, 0], headlines=tell_marks(hashes[:, 1], marked), sizes=sizes,
        bands=band_keys, signatures=signatures,
    )  # fmt: skip


def _bytes(column: TextColumn) -> int:
    return int(column.offsets[-1] - column.offsets[0])


def shingle_hashes(text: str) -> NDArray[np.uint32]:
    """Hashes of the shingles of *text*, in order, repeats included."""
    found = analyse_texts(TextColumn.from_strings([text]))
    hashes: NDArray[np.uint32] = analyse.hash_shingles(found.tokens)
    return hashes
