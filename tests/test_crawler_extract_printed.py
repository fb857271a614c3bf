"""Dates, author lines and titles as newspapers of thirteen languages print them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crawler.extract.authors import find_authors
from crawler.extract.headline import find_headline
from crawler.extract.page import read_page
from crawler.extract.stamps import read_stamp
from tests.page_stories import URL, Story, document, stories

DATA = Path(__file__).parent / "data"
DATES = tomllib.loads((DATA / "printed_dates.toml").read_text("utf-8"))
BYLINES = tomllib.loads((DATA / "printed_bylines.toml").read_text("utf-8"))
STORIES = {story.code: story for story in stories()}
LINES = [(code, *line) for code, told in BYLINES.items() for line in told.items()]


def read(text: str) -> str:
    stamp = read_stamp(text)
    return f"{stamp.when:%Y-%m-%d %H:%M} {stamp.precision}" if stamp else "nothing"


@pytest.mark.parametrize("text", DATES["minute"])
def test_a_day_and_a_clock_are_read(text: str) -> None:
    assert read(text).startswith("2026-05-14 10:30")
    assert not read(text).endswith("day")


@pytest.mark.parametrize("text", DATES["day"])
def test_a_day_alone_is_a_day(text: str) -> None:
    assert read(text) == "2026-05-14 00:00 day"


@pytest.mark.parametrize("text", DATES["nothing"])
def test_what_names_no_day_is_never_now(text: str) -> None:
    assert read(text) == "nothing"


@pytest.mark.parametrize(("text", "when"), DATES["halves"].items())
def test_halves_of_the_day_and_zones(text: str, when: str) -> None:
    assert read(text).startswith(when)


@pytest.mark.parametrize(("code", "line", "names"), LINES)
def test_the_names_of_a_printed_author_line(code: str, line: str, names: str) -> None:
    s = STORIES[code]
    body = f'<h1>{s.headline}</h1><div class="byline author">{line}</div>'
    page = read_page(document(s, f"{body}{''.join(s.paragraphs())}"), URL)
    assert "|".join(find_authors(page).names) == names


TITLES = [
    *("{h} - {o}", "{h} | {o}", "{o} - {h}", "{o} | {h}", "{o}: {h}", "{h}_{s}_{o}"),
    *("{h} | {s} | {o}", "{h} - {s} - {o}", "{h} | {o} - {s}", "{h}--{s}--{o}"),
    *("{h} : {s} : {o}", "{h}｜{o}", "{h} ǀ {o}", "{h} « {o}", "{h} · {o}", "{h}-{o}"),
]


def titled(s: Story, pattern: str, body: str, head: str = "") -> str | None:
    title = pattern.format(h=s.headline, o=s.outlet, s=s.section)
    html = document(s, body, head.replace("TITLE", title), title=title)
    found = find_headline(read_page(html, URL))
    return found.value if found else None


@pytest.mark.parametrize("pattern", TITLES)
@pytest.mark.parametrize("code", STORIES)
def test_the_outlet_and_its_sections_are_cut_off_titles(
    code: str, pattern: str
) -> None:
    """The outlet's name is known from its links home alone, its sections from the menu."""
    s = STORIES[code]
    own = s.headline.replace("\u3000", " ")
    text = "".join(s.paragraphs())
    og = '<meta property="og:title" content="TITLE">'
    assert titled(s, pattern, text) == own
    assert titled(s, pattern, text, og) == own
    assert titled(s, pattern, f"<h1>{s.headline}</h1>{text}", og) == own
    logo = f'<h1 class="logo"><a href="/">{s.outlet}</a></h1>'
    assert titled(s, pattern, f"{logo}<h2>{s.headline}</h2>{text}") == own
