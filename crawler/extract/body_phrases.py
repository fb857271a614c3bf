"""Lines that pages print around every article, told by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.extract.body_candidates import Candidate


def is_furniture(candidate: Candidate) -> bool:
    """Whether the block is a call to read, share or subscribe, and not text."""
    return False
