"""What a deduplication says: stories, roles, and every decision that matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from dedupe.explain import explain_texts
from dedupe.verify import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from dedupe.explain import Explanation
    from dedupe.parameters import Parameters
    from dedupe.verify import Verdict

Role = Literal["canonical", "copy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTable:
    """Decisions about pairs of articles, row by row.

    *a* and *b* (uint32) are article numbers, *containment_a* the share of a found in b.
    *verdicts* and *reasons* are numbers into VERDICTS and REASONS of dedupe.verify.
    """

    a: NDArray[np.uint32]
    b: NDArray[np.uint32]
    verdicts: NDArray[np.uint8]
    reasons: NDArray[np.uint8]
    jaccard: NDArray[np.float32]
    containment_a: NDArray[np.float32]
    containment_b: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.a)

    @classmethod
    def none(cls) -> PairTable:
        """Return a table without rows."""
        articles, codes = np.zeros(0, np.uint32), np.zeros(0, np.uint8)
        figures = np.zeros(0, np.float32)
        return cls(
            a=articles, b=articles, verdicts=codes, reasons=codes,
            jaccard=figures, containment_a=figures, containment_b=figures,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The articles' texts as they came in, for explanations."""

    texts: Sequence[str]
    headlines: Sequence[str | None] | None
    published: Sequence[int | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """The stories of n articles.

    *story* (int64[n]) numbers the stories from 0, in the order of their first article.
    *canonical* (int64[stories]) is the article that each story shows. For a copy,
    *verdicts* (into VERDICTS), *similarity* (Jaccard) and *containment* (the higher way)
    say why it joined, and *of* which article it was verified against; a canonical has
    of -1. *pairs* are the accepted, the linked, and the rejected that came close;
    *pair_counts* counts them by verdict, also where they are not listed, and *others*
    the pairs that were only looked at, by reason.
    """

    story: NDArray[np.int64]
    canonical: NDArray[np.int64]
    verdicts: NDArray[np.uint8]
    similarity: NDArray[np.float32]
    containment: NDArray[np.float32]
    of: NDArray[np.int64]
    pairs: PairTable
    pair_counts: Mapping[str, int]
    others: Mapping[str, int]
    parameters: Parameters
    source: Texts | None = field(default=None, repr=False)

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self.story)

    @property
    def survivors(self) -> NDArray[np.int64]:
        """The canonical articles, ascending."""
        return np.sort(self.canonical)

    @property
    def is_canonical(self) -> NDArray[np.bool_]:
        """Which articles their stories show."""
        return self.of < 0

    def role(self, article: int) -> Role:
        """What an article is to its story."""
        return "canonical" if self.of[article] < 0 else "copy"

    def verdict(self, article: int) -> Verdict | None:
        """Why an article joined its story; None for the canonical."""
        return None if self.of[article] < 0 else VERDICTS[self.verdicts[article]]

    def members(self) -> Iterator[list[int]]:
        """The articles of each story, story by story."""
        order = np.argsort(self.story, kind="stable")
        bounds = np.searchsorted(self.story[order], np.arange(len(self.canonical) + 1))
        for start, end in pairwise(bounds.tolist()):
            yield order[start:end].tolist()

    def explain(self, a: int, b: int) -> Explanation:
        """Verdict, figures and shared passages of two articles, from their texts.

        Raises ValueError where the texts were not kept (a dump's are not).
        """
        if self.source is None:
            raise ValueError("the texts were not kept; explain them with explain_texts")
        source = self.source
        title = source.headlines or [None] * len(self)
        time = source.published or [None] * len(self)
        return explain_texts(
            source.texts[a], source.texts[b], headlines=(title[a], title[b]),
            published=(time[a], time[b]), parameters=self.parameters,
        )  # fmt: skip
