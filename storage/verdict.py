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
