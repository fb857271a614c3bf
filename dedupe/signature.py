"""MinHash signatures, bit-identical to datasketch's scheme "affine32".

Min-wise hashing: Broder, "On the resemblance and containment of documents" (1997).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.errors import SettingsMismatchError
from dedupe.kernels import tokens
from dedupe.parameters import DEFAULT, SCHEME, Parameters
from dedupe.shingles import analyse_texts
from dedupe.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray


@cache
def permutations(
    num_perm: int, seed: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The odd factors and the addends that datasketch draws for *seed*."""
    generator = np.random.RandomState(seed)
    factors = generator.randint(0, 1 << 31, num_perm, dtype=np.uint32)
    addends = generator.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    odd: NDArray[np.uint32] = factors * np.uint32(2) + np.uint32(1)
    return odd, addends


class Signer:
    """Signs texts under one set of parameters."""

    def __init__(self, parameters: Parameters = DEFAULT) -> None:
        self.parameters = parameters
        self._permutations = permutations(parameters.num_perm, parameters.seed)

    def sign(self, text: str) -> NDArray[np.uint32]:
        """Sign one text: uint32[num_perm], all ones where it has no words."""
        signed: NDArray[np.uint32] = self.sign_column(TextColumn.from_strings([text]))[
            0
        ]
        return signed

    def sign_column(self, texts: TextColumn) -> NDArray[np.uint32]:
        """Sign a column: uint32[n, num_perm]."""
        found = analyse_texts(
            texts, permutations=self._permutations, keep_signatures=True
        )
        return found.signatures

    def sign_hashes(self, hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Sign a set of 32-bit shingle hashes: uint32[num_perm]."""
        signature = np.empty(self.parameters.num_perm, np.uint32)
        hashes = np.ascontiguousarray(hashes, np.uint32)
        tokens.sign_one(hashes, *self._permutations, signature)
        return signature


def estimate_jaccard(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> float:
    """Share of equal minima of two signatures made under the same settings."""
    if len(a) != len(b):
        raise SettingsMismatchError(
            f"signatures of {len(a)} and {len(b)} minima cannot be compared; "
            "sign both under the same num_perm"
        )
    return float(np.mean(a == b))


def to_datasketch(
    signature: NDArray[np.uint32], parameters: Parameters = DEFAULT
) -> Any:
    """Wrap *signature* as a datasketch.MinHash."""
    from datasketch import MinHash

    return MinHash(
        num_perm=parameters.num_perm,
        seed=parameters.seed,
        scheme=SCHEME,
        hashvalues=signature,
    )


def from_datasketch(
    minhash: Any, parameters: Parameters = DEFAULT
) -> NDArray[np.uint32]:
    """Take the signature out of a datasketch.MinHash.

    Raises SettingsMismatchError where its scheme, seed or length is not ours.
    """
    theirs = (minhash.scheme, minhash.seed, len(minhash))
    ours = (SCHEME, parameters.seed, parameters.num_perm)
    if theirs != ours:
        raise SettingsMismatchError(
            f"signature has scheme, seed, num_perm {theirs}, the index has {ours}; "
            "sign the texts again"
        )
    return np.asarray(minhash.hashvalues, np.uint32).copy()
