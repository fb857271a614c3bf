"""Pages that are no article, in thirteen languages."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crawler.errors import NotAnArticle
from crawler.extract.article import extract
from crawler.extract.page import read_page
from tests.page_stories import URL, Story, document, stories

TOLD = tomllib.loads(
    (Path(__file__).parent / "data" / "printed_refusals.toml").read_text("utf-8")
)
STORIES = {story.code: story for story in stories()}
FORM = '<form><input name="user"><input type="password" name="word"></form>'


def reason(html: str, url: str = URL) -> str:
    with pytest.raises(NotAnArticle) as refusal:
        extract(html, url)
    return refusal.value.reason


def teasers(s: Story) -> str:
    """A section's list: a linked headline, and the first words of its text."""
    return "".join(
        f'<article class="teaser"><h2><a href="/n/{n}">{s.related[n % 3]} {n}</a></h2>'
        f"<p>{s.lines[n % 6]}</p></article>"
        for n in range(18)
    )


@pytest.mark.parametrize("code", STORIES)
@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("headed", [True, False])
def test_a_page_that_says_what_it_is(kind: str, code: str, headed: bool) -> None:
    s = STORIES[code]
    said, line = TOLD[kind][code]
    form = FORM if kind == "login wall" else ""
    heading = f"<h1>{said}</h1>" if headed else ""
    body = f"<main>{heading}<p>{line}</p>{form}</main><ul>{s.cards}</ul>"
    assert reason(document(s, body, title=f"{said} | {s.outlet}")) == kind


@pytest.mark.parametrize("code", STORIES)
def test_a_list_of_teasers_is_a_section(code: str) -> None:
    s = STORIES[code]
    page = document(
        s, f"<main><h1>{s.section}</h1>{teasers(s)}</main>", title=s.section
    )
    assert reason(page, "https://www.outlet.test/region/harbour") == "section page"


@pytest.mark.parametrize("code", STORIES)
def test_a_front_page_is_told_by_its_address(code: str) -> None:
    s = STORIES[code]
    page = document(s, f"<main>{teasers(s)}</main>", title=s.outlet)
    assert reason(page, "https://www.outlet.test/") == "front page"


@pytest.mark.parametrize("code", STORIES)
def test_a_player_without_a_text_is_a_video(code: str) -> None:
    s = STORIES[code]
    body = f'<main><h1>{s.headline}</h1><video src="/v.mp4"></video></main>'
    head = '<meta property="og:type" content="video.other">'
    assert reason(document(s, body, head)) == "video shell"


@pytest.mark.parametrize("code", STORIES)
def test_an_article_about_errors_and_logging_in_is_one(code: str) -> None:
    s = STORIES[code]
    said = f"{TOLD['error page'][code][0]}, {TOLD['login wall'][code][0]}"
    told = [*s.lines, s.standfirst, s.comment, s.bio]
    text = "".join(f"<p>{line}</p>" for line in told)
    page = document(s, f"<article><h1>{said}</h1>{text}</article>", title=said)
    assert len(extract(page, URL).blocks) == len(told)


def test_half_a_character_in_json_leaves_the_rest_of_its_text() -> None:
    script = '<script type="application/ld+json">{"name": "The \\ud83dPaper"}</script>'
    assert read_page(f"<html>{script}</html>", URL).jsonld == [{"name": "The Paper"}]


def test_a_list_of_very_many_records_is_read_at_once() -> None:
    records = "{}," * 500_000 + "{}"
    script = f'<script type="application/ld+json">[{records}]</script>'
    assert len(read_page(f"<html>{script}</html>", URL).jsonld) == 500_001
