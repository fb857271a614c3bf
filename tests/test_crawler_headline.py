"""The headline, from witnesses that disagree."""

from __future__ import annotations

import json

import pytest

from crawler.extract.headline import find_headline
from crawler.extract.page import Page, read_page


def page(
    *, og: str = "", record: str = "", h1: str = "", title: str = "", site: str = ""
) -> Page:
    head = f"<title>{title}</title>" if title else ""
    head += f'<meta property="og:title" content="{og}">' if og else ""
    head += f'<meta property="og:site_name" content="{site}">' if site else ""
    if record:
        told = {"@type": "NewsArticle", "headline": record}
        head += f'<script type="application/ld+json">{json.dumps(told)}</script>'
    body = f"<h1>{h1}</h1>" if h1 else ""
    text = "<p>The harbour reopened on Monday after the storm.</p>"
    html = f"<html><head>{head}</head><body>{body}{text}</body></html>"
    return read_page(html, "https://www.harbour-news.example/world/1")


def headline(found: Page) -> str:
    told = find_headline(found)
    assert told is not None
    return told.value


@pytest.mark.parametrize(
    "printed",
    [
        "Harbour reopens after storm - Harbour News",
        "Harbour reopens after storm | Harbour News",
        "Harbour reopens after storm – World – Harbour News",
        "Harbour reopens after storm - World - harbour-news.example",
        "Harbour reopens after storm | World | Harbour News | 3.5.2024",
        "Harbour reopens after storm | Opinion | The Harbour News",
        "Harbour reopens after storm * Harbour News * by Ann Bell",
        "Harbour News | Harbour reopens after storm",
        "Opinion | Harbour reopens after storm",
        "Harbour reopens after storm ｜ Harbour News",
    ],
)
def test_names_of_outlet_and_section_are_cut_off(printed: str) -> None:
    found = page(og=printed, title=printed, site="Harbour News")
    assert headline(found) == "Harbour reopens after storm"


@pytest.mark.parametrize(
    ("printed", "site", "expected"),
    [
        ("港口暴风雨后重新开放-海港新闻网", "海港新闻网", "港口暴风雨后重新开放"),
        ("港口暴风雨后重新开放_国际_海港新闻网", "海港新闻网", "港口暴风雨后重新开放"),
        (
            "港が再開、住民に安堵の声：東浜新聞デジタル",
            "東浜新聞デジタル",
            "港が再開、住民に安堵の声",
        ),
        ("폭풍 뒤 항구 다시 열려 | 동해일보", "동해일보", "폭풍 뒤 항구 다시 열려"),
        ("الميناء يعاود العمل - صحيفة الساحل", "صحيفة الساحل", "الميناء يعاود العمل"),
        ("तूफान के बाद बंदरगाह खुला | तट समाचार", "तट समाचार", "तूफान के बाद बंदरगाह खुला"),
    ],
)
def test_tails_of_other_scripts(printed: str, site: str, expected: str) -> None:
    assert headline(page(og=printed, title=printed, site=site)) == expected


@pytest.mark.parametrize(
    "own",
    [
        "Storm over - what comes next for the harbour",
        "Harbour – a town waits – and hopes",
        "Budget 3.0 | Tax office hires collectors",
        "Officials: Harbour reopens after - report",
        "- We will wait",
    ],
)
def test_dashes_of_the_headline_stay(own: str) -> None:
    found = page(
        og=own, record=own, h1=own, title=f"{own} - Harbour News", site="Harbour News"
    )
    assert headline(found) == own


def test_heading_that_has_the_kicker_leaves_open_graph_in_place() -> None:
    found = page(
        og="Harbour reopens after storm",
        record="Storm in the north: Harbour reopens after storm",
        h1="Storm in the north: Harbour reopens after storm",
        title="Storm in the north: Harbour reopens after storm - Harbour News",
    )
    assert headline(found) == "Harbour reopens after storm"


def test_what_is_printed_outweighs_what_was_written_for_search() -> None:
    found = page(
        og="Harbour storm latest",
        title="Harbour storm latest",
        record="Fishermen return to a harbour in ruins",
        h1="Fishermen return to a harbour in ruins",
    )
    assert headline(found) == "Fishermen return to a harbour in ruins"


def test_an_attribute_that_a_quote_broke_off_is_not_believed() -> None:
    found = page(og="Winner and ", h1='Winner and "royal" guest at the harbour')
    assert headline(found) == 'Winner and "royal" guest at the harbour'


def test_entities_escaped_twice_are_read() -> None:
    found = page(og="Harbour &amp;quot;open&amp;quot; &amp;amp; dry", h1="")
    assert headline(found) == 'Harbour "open" & dry'


def test_title_alone_is_cut_where_the_page_prints_the_line() -> None:
    html = (
        "<title>Harbour opens - report - Gazette of Elsewhere</title>"
        "<font size=5><b>Harbour opens - report</b></font><p>The harbour opened.</p>"
    )
    assert headline(read_page(html, "https://x.example/1")) == "Harbour opens - report"


def test_teasers_in_h1_are_passed_over() -> None:
    html = (
        "<title>Harbour reopens after storm</title><h1>Most read</h1>"
        "<h1>Other town votes</h1><h1>Harbour reopens after storm</h1>"
    )
    found = read_page(html, "https://x.example/1")
    assert headline(found) == "Harbour reopens after storm"


def test_nothing_is_made_up() -> None:
    found = read_page("<p>Text without any heading.</p>", "https://x.example/1")
    assert find_headline(found) is None


@pytest.mark.parametrize(
    "tail", ["-港口网", "_港口日报", "-社会-海港新闻", "--港口学会官网"]
)
def test_what_chinese_outlets_are_called_is_cut_off(tail: str) -> None:
    assert headline(page(title=f"风暴过后港口重新开放{tail}")) == "风暴过后港口重新开放"


def test_a_headline_cut_short_is_told_in_full_by_another() -> None:
    found = page(
        og="Harbour reopens after the...", h1="Harbour reopens after the storm"
    )
    assert headline(found) == "Harbour reopens after the storm"
