"""One story in thirteen languages, on pages as many publishing systems make them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract.article import extract
from dedupe.blocks import clean
from tests.page_shapes import SHAPES
from tests.page_stories import URL, Story, stories

STORIES = {story.code: story for story in stories()}
WHEN = datetime(2026, 5, 14, 10, 30, tzinfo=UTC)
# What a shape says of the story, apart from its text.
UNDATED = {"initial_state", "state_of_strings", "interview", "listed", "gallery"}
UNDATED |= {"credited", "relative_only"}
UNSIGNED = {"portal", "persian_agency", "by_line_breaks", "single_breaks", "divs"}
UNSIGNED |= {"spans", "tables", "initial_state", "state_of_strings", "read_more"}
UNSIGNED |= {"listed", "gallery", "wire", "credited"}
APART = {"newspaper_theme", "drupal", "arc", "persian_agency", "hindi_portal"}
APART |= {"live_blog"}
AGENCY = {"wire", "credited", "portal"}


def body(shape: str, s: Story) -> list[str]:
    """What the clean body holds."""
    told = list(s.lines)
    if shape == "gutenberg":
        return [*told[:3], s.subhead, *told[3:]]
    if shape == "interview":
        return [
            text
            for n, question in enumerate(s.questions)
            for text in (question, told[n], told[n + 3])
        ]
    if shape == "live_blog":
        return [x for n, line in enumerate(told) for x in (f"{s.subhead} {n}", line)]
    if shape == "listed":
        heads = [f"{n}. {s.tags[n]}" for n in range(3)]
        return [
            x for n, head in enumerate(heads) for x in (head, *told[2 * n : 2 * n + 2])
        ]
    if shape == "paywalled":
        return told[:4]
    if shape == "by_line_breaks":
        return [s.standfirst, *told]
    if shape == "wire":
        return [s.dateline + told[0], *told[1:]]
    return told


@pytest.mark.parametrize("code", STORIES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_in_every_language(shape: str, code: str) -> None:
    s = STORIES[code]
    article = extract(SHAPES[shape](s), URL)
    kept = clean(article.headline, article.blocks, subheadline=article.subheadline).kept
    # An agency's name in brackets at the end is its credit, and may stay.
    credit = [s.closing] if shape in AGENCY and s.closing[0] in "(（" else []
    assert [b.text for b in kept if b.text not in credit] == body(shape, s)
    assert article.headline == s.headline.replace("\u3000", " ")
    assert article.subheadline == (s.standfirst if shape in APART else None)
    assert article.language == code
    assert article.published == (None if shape in UNDATED else WHEN)
    assert article.authors == (() if shape in UNSIGNED else (s.author,))
    assert article.agency == (s.agency if shape in AGENCY else None)
    if shape == "wire" and s.place:
        assert (article.dateline or "").strip() == s.dateline.strip()
    if shape == "paywalled":
        assert article.access == "paywalled"


@pytest.mark.parametrize("code", STORIES)
def test_a_calendar_and_a_clock_of_any_language_is_a_moment(code: str) -> None:
    article = extract(SHAPES["by_line_breaks"](STORIES[code]), URL)
    assert article.published == WHEN
    assert article.published_precision == "minute"
    assert article.published_from == "text"
