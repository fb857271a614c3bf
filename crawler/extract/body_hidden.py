"""Text that the page hides: the rest of an article, or a copy for a machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.extract.body_candidates import Candidate, Node

_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# A copy is told by samples of its letters; so many are enough.
_SAMPLE = 25
_STEP = 100
_SAMPLES = 200
_SENTENCE = 40  # letters


def is_hidden(element: HtmlElement) -> bool:
    """Whether the markup itself hides *element*; a style sheet may do the same."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style))


def without_copies(candidates: list[Candidate]) -> list[Candidate]:
    """*candidates* without hidden elements of which half repeats what is shown.

    What is folded away behind a button says something new, and stays.
    """
    hidden: dict[Node, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.node.hidden and candidate.letters >= _SENTENCE:
            hidden.setdefault(candidate.node.hidden, []).append(candidate)
    if not hidden:
        return candidates
    shown = "\0".join(c.key for c in candidates if not c.node.hidden)
    copies = {root for root, said in hidden.items() if _is_copy(said, shown)}
    return [c for c in candidates if c.node.hidden not in copies]


def _is_copy(said: list[Candidate], shown: str) -> bool:
    key = "".join(candidate.key for candidate in said)
    step = max(_STEP, len(key) // _SAMPLES)
    samples = [key[at : at + _SAMPLE] for at in range(0, len(key), step)]
    return 2 * sum(sample in shown for sample in samples) >= len(samples)
