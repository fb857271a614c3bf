"""Where an article begins and ends: its standfirst, and short lines at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.extract.body_candidates import upwards
from crawler.extract.body_keys import size_of
from crawler.extract.body_layout import SENTENCE, form_of, is_running, is_text
from crawler.extract.body_phrases import is_date_line
from crawler.extract.body_zones import FOREIGN, zones_of
from crawler.extract.by_words import has_by
from dedupe.source_lines import is_source_line

if TYPE_CHECKING:
    from crawler.extract.body_candidates import Candidate
    from crawler.extract.body_layout import Layout

_LONG = 80  # letters
_LABEL = 35  # letters
_ABOVE = 40  # blocks
_MANY = 3
_ENDS = (".", "?", "!", ":", "؟", "。", "？", "।")


def find_standfirst(layout: Layout, kept: list[Candidate]) -> Candidate | None:
    """The block above the text that the page uses to describe itself."""
    first = next((c for c in kept if _is_lead(layout, c)), None)
    above: list[Candidate] = []
    for candidate in layout.candidates:
        if candidate is first:
            break
        if candidate.node.tag == "h1":
            above = []
        above.append(candidate)
    return next((c for c in above[:_ABOVE] if _is_standfirst(layout, c)), None)


def trim(layout: Layout, kept: list[Candidate]) -> list[Candidate]:
    """Drop short lines above the first paragraph, and labels below the last."""
    start = 0
    while start < len(kept) and not _opens(layout, kept[start]):
        if _is_first_of_many(layout, kept, start):
            break
        start += 1
    end = len(kept)
    while end > start and _leads_on(kept[end - 1]):
        end -= 1
    return kept[start:end] if start < end else kept


def _is_lead(layout: Layout, candidate: Candidate) -> bool:
    """Whether the block is an ordinary paragraph of the article."""
    return (
        is_running(candidate)
        and form_of(candidate.node) in layout.forms
        and "standfirst" not in zones_of(candidate.node)
        and not _is_apart(layout, candidate)
    )


def _is_apart(layout: Layout, candidate: Candidate) -> bool:
    """Whether the block says the description in a form that no other block has."""
    form = form_of(candidate.node)
    return (
        bool(form[1] or form[2] == "header")
        and layout.shapes[form] == 1
        and _describes(layout, candidate.key.casefold())
    )


def _is_standfirst(layout: Layout, candidate: Candidate) -> bool:
    if (
        candidate.letters < SENTENCE
        or candidate.node.tag == "h1"
        or candidate.kind in {"caption", "cell"}
        or layout.known.is_headline(candidate)
        or not is_text(candidate)
        or layout.zones(candidate) & (FOREIGN - {"byline"})
        or (candidate.letters <= _LONG and has_by(candidate.text))
    ):
        return False
    nearest = set[str]()
    for node, _ in zip(upwards(candidate.node), range(3), strict=False):
        if node is layout.box:
            break
        nearest |= zones_of(node)
    if "tagline" in nearest:
        return False
    return "standfirst" in nearest or _describes(layout, candidate.key.casefold())


def _describes(layout: Layout, key: str) -> bool:
    return any(
        key == description or (size_of(key) >= 60 and description.startswith(key[:60]))
        for description in layout.known.descriptions
    )


def _leads_on(candidate: Candidate) -> bool:
    """Whether the block announces what does not follow: a subhead, or "Also read:"."""
    if candidate.kind == "subhead":
        return True
    return (
        candidate.letters <= _LABEL
        and candidate.text.endswith((":", "："))
        and not is_source_line(candidate.text)
    )


def _is_first_of_many(layout: Layout, kept: list[Candidate], at: int) -> bool:
    """Whether a subhead above the first paragraph is the first of a list's."""
    first = kept[at]
    return (
        first.kind == "subhead"
        and _opens(layout, next(iter(kept[at + 1 :]), first))
        and sum(form_of(c.node) == form_of(first.node) for c in kept[at:]) >= _MANY
    )


def _opens(layout: Layout, candidate: Candidate) -> bool:
    if candidate.kind == "subhead" or is_date_line(candidate):
        return False
    if candidate.kind in {"caption", "cell"} or candidate.letters >= _LONG:
        return True
    if layout.known.is_headline(candidate):
        return True
    return form_of(candidate.node) in layout.forms and (
        candidate.letters >= SENTENCE or candidate.text.endswith(_ENDS)
    )
