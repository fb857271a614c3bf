"""Every setting of the duplication engine, in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass

from dedupe.errors import ParameterError

# Stored beside every signature: values of two schemes must never be compared.
SCHEME = "affine32"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Settings of signing, proposing and verifying; the defaults are the measured ones.

    Lengths are in folded words; a character of a script without spaces counts as half
    a word there. A shingle is two words, or three characters in those scripts.

    Signing: *num_perm* minima of *seed*'s permutations, cut into *bands* of *rows*.

    Proposing: a key held by more than *bucket_cap* texts pairs each of them with the
    *hubs* first ones only. A passage held by *stranger_groups* or more groups of texts
    that share little else is no evidence (*mask_strangers* turns that off).

    Verifying: two texts are near copies from *near_jaccard*, one is an excerpt of the
    other from *excerpt_containment* when it has *excerpt_words* or the same headline.
    Either way runs of five words must reach *run_jaccard* or *run_containment* too.
    Texts of fewer than *brief_words* join only when equal, within *brief_hours*.
    A number counts as a template's slot where one differs every *slot_spacing* words.
    Where *slot_numbers* differences or more, and a share of *slot_share*, are numbers,
    the texts are a template filled twice, and so they are where numbers and names make
    up *fact_share* of the differences, or where one number makes up
    half of the differences in fewer than *slot_words* words; *far_slot_share* is the share for one number
    or more once the texts are *far_hours* apart. A single differing number within
    *correction_hours* under the same headline is a correction. *follow_up_containment*
    links texts that share much and add much. A text that holds *digest_parts* texts
    which are strangers to each other is a digest.

    Under different headlines and *far_hours* apart (or at unknown times) two rules are
    stricter. Texts that both have a part of *own_share* to themselves, and one of them
    half as much apart from masked passages, are a follow-up where they have fewer than
    one difference in *edit_spacing* shared words: a copy is edited or cut, it does not
    put another text around the same lines. Texts that share all but
    *own_least*, with *few_differences* at most, are a template where *few_fact_share*
    of them are numbers or names and one stands in *few_spacing* words.

    Recording: rejected pairs are kept from *record_jaccard* or *record_containment*.
    """

    num_perm: int = 128
    seed: int = 1
    bands: int = 32
    rows: int = 4
    bucket_cap: int = 100
    hubs: int = 8
    mask_strangers: bool = True
    stranger_groups: int = 4
    near_jaccard: float = 0.55
    excerpt_containment: float = 0.88
    excerpt_words: int = 40
    brief_words: int = 25
    brief_hours: float = 48.0
    slot_numbers: int = 2
    slot_share: float = 0.30
    slot_words: int = 120
    slot_spacing: int = 100
    fact_share: float = 0.8
    run_jaccard: float = 0.32
    run_containment: float = 0.6
    own_share: float = 0.2
    edit_spacing: int = 20
    few_differences: int = 4
    few_fact_share: float = 0.5
    few_spacing: int = 200
    own_least: float = 0.03
    far_hours: float = 72.0
    far_slot_share: float = 0.26
    correction_hours: float = 48.0
    follow_up_containment: float = 0.30
    follow_up_words: int = 20
    headline_hours: float = 72.0
    headline_words: int = 4
    digest_parts: int = 3
    record_jaccard: float = 0.3
    record_containment: float = 0.5

    def __post_init__(self) -> None:
        if self.num_perm < 2:
            raise ParameterError(f"num_perm must be at least 2, got {self.num_perm}")
        if self.bands < 1 or self.rows < 1:
            raise ParameterError(
                f"bands and rows must be at least 1, got {self.bands} and {self.rows}"
            )
        if self.bands * self.rows > self.num_perm:
            raise ParameterError(
                f"{self.bands} bands of {self.rows} rows need "
                f"{self.bands * self.rows} permutations, got {self.num_perm}"
            )
        for name in ("bucket_cap", "hubs", "stranger_groups", "digest_parts"):
            if getattr(self, name) < 2:
                raise ParameterError(
                    f"{name} must be at least 2, got {getattr(self, name)}"
                )
        if self.hubs > self.bucket_cap:
            raise ParameterError(
                f"hubs must be at most bucket_cap, got {self.hubs} and {self.bucket_cap}"
            )
        for name in _SHARES:
            if not 0 <= getattr(self, name) <= 1:
                raise ParameterError(
                    f"{name} must lie between 0 and 1, got {getattr(self, name)}"
                )


_SHARES = (
    "near_jaccard",
    "excerpt_containment",
    "slot_share",
    "fact_share",
    "run_jaccard",
    "run_containment",
    "own_share",
    "few_fact_share",
    "own_least",
    "far_slot_share",
    "follow_up_containment",
    "record_jaccard",
    "record_containment",
)
DEFAULT = Parameters()
