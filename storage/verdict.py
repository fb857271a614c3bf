"""The answer that adding an article gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one added article.

    *verdict* is "new" where it joined no story, or the pair verdict by which it did
    (exact, near, excerpt, correction), and then *of* is the article that it was
    verified against. "known": nothing had changed. "forgotten": a tombstone refused
    it, and *article* and *story* are None. *role* is "canonical" or "copy". *removed*
    counts the blocks taken out.
    """

    article: int | None
    story: int | None
    role: str | None
    verdict: str
    of: int | None = None
    removed: int = 0
    is_new: bool = False
    is_revision: bool = False

    @property
    def kind(self) -> str:
        """What to count it as: the verdict of a new article, else what came of it."""
        if self.is_revision:
            return "revision"
        # A known article may be decided anew, when its outlet's lines are known better.
        is_decided = self.is_new or self.article is None
        return self.verdict if is_decided else "known"
