"""The same story, laid out in ways that hide where it begins and ends."""

from __future__ import annotations

import pytest

from crawler.extract.article import extract
from dedupe.blocks import clean
from tests.page_layouts import LAYOUTS
from tests.page_stories import URL, Story, stories

STORIES = {story.code: story for story in stories()}


def body(layout: str, s: Story) -> list[str]:
    if layout == "mixed":
        return [*s.lines[:3], s.subhead, *s.lines[3:]]
    return list(s.lines[:2] if layout == "brief" else s.lines)


@pytest.mark.parametrize("code", STORIES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_in_every_language(layout: str, code: str) -> None:
    s = STORIES[code]
    article = extract(LAYOUTS[layout](s), URL)
    kept = clean(article.headline, article.blocks, subheadline=article.subheadline).kept
    assert [block.text for block in kept] == body(layout, s)
    assert article.headline == s.headline.replace("\u3000", " ")
