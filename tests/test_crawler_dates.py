"""When an article was published, from witnesses of different worth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.extract.dates import Dates, find_dates
from crawler.extract.page import read_page

FETCHED = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
URL = "https://www.harbour.example/news/storm"


def dates(html: str, url: str = URL) -> Dates:
    return find_dates(read_page(f"<html><body>{html}", url), fetched=FETCHED)


def record(**fields: str) -> str:
    pairs = ", ".join(f'"{name}": "{value}"' for name, value in fields.items())
    text = f'{{"@type": "NewsArticle", "headline": "Storm", {pairs}}}'
    return f'<script type="application/ld+json">{text}</script>'


META = '<meta property="article:published_time" content="2024-05-03T15:47:00+02:00">'


def told(found: Dates) -> tuple[str, str, str]:
    assert found.published is not None
    moment = found.published
    return moment.when.isoformat()[:16], moment.precision, moment.source


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            record(datePublished="2024-05-03T13:47:05Z"),
            ("2024-05-03T13:47", "second", "json-ld"),
        ),
        (META, ("2024-05-03T13:47", "second", "meta")),
        (
            '<h1>Storm</h1><time datetime="2024-05-03T13:47Z">May</time>',
            ("2024-05-03T13:47", "minute", "time"),
        ),
        (
            "<h1>Storm</h1><div>بغداد - ٣ أيار ٢٠٢٤</div>",
            ("2024-05-03T00:00", "day", "text"),
        ),
        (
            '<span class="pub-date">۱۴ اردیبهشت ۱۴۰۳</span>',
            ("2024-05-03T00:00", "day", "text"),
        ),
        (
            '<script>var a = {"publishedAt":"2024-05-03T13:47:00Z"}</script>',
            ("2024-05-03T13:47", "second", "script"),
        ),
    ],
)
def test_where_the_date_is_read_from(html: str, expected: tuple[str, str, str]) -> None:
    assert told(dates(html)) == expected


def test_url_is_the_last_resort() -> None:
    found = dates("<h1>Storm</h1>", "https://harbour.example/2024/05/03/storm")
    assert told(found) == ("2024-05-03T00:00", "day", "url")


def test_a_later_witness_adds_the_clock_to_a_mere_day() -> None:
    found = dates(record(datePublished="2024-05-03") + META)
    assert told(found) == ("2024-05-03T13:47", "second", "meta")


def test_a_later_witness_adds_the_zone_to_a_clock() -> None:
    found = dates(record(datePublished="2024-05-03T15:47:00") + META)
    assert told(found) == ("2024-05-03T13:47", "second", "meta")


def test_another_day_does_not_overrule_the_first_witness() -> None:
    found = dates(record(datePublished="2024-04-20") + META)
    assert told(found) == ("2024-04-20T00:00", "day", "json-ld")


def test_nothing_is_dated_after_the_page_was_fetched() -> None:
    found = dates(record(datePublished="2024-06-01T12:00:01Z") + META)
    assert told(found) == ("2024-05-03T13:47", "second", "meta")
    assert dates(record(datePublished="2031-01-01")).published is None


def test_a_page_without_a_date_has_none() -> None:
    assert dates("<h1>Storm</h1><p>It rained. © 2024</p>") == Dates()


def test_modified_is_apart_and_never_before_published() -> None:
    found = dates(
        record(datePublished="2024-05-03T10:00Z", dateModified="2024-05-04T10:00Z")
    )
    assert found.modified is not None
    assert found.modified.when == datetime(2024, 5, 4, 10, tzinfo=UTC)
    found = dates(
        record(datePublished="2024-05-03T10:00Z", dateModified="2024-05-01T10:00Z")
    )
    assert found.modified is None


def test_a_line_about_an_update_is_not_the_publication() -> None:
    found = dates(
        "<h1>Storm</h1><p>Updated: 9 May 2024</p><p>Published: 3 May 2024</p>"
    )
    assert told(found) == ("2024-05-03T00:00", "day", "text")


def test_teasers_do_not_date_the_article() -> None:
    found = dates('<h1>Storm</h1><aside><time datetime="2020-01-01">old</time></aside>')
    assert found.published is None


def test_a_clock_without_a_zone_may_be_ahead_of_utc() -> None:
    found = dates(record(datePublished="2024-06-01T19:30:00"))
    assert told(found) == ("2024-06-01T00:00", "day", "json-ld")
    found = dates(record(datePublished="2024-06-02"))
    assert told(found) == ("2024-06-01T00:00", "day", "json-ld")


def test_the_day_may_stand_at_the_end_of_the_title() -> None:
    assert told(dates("<title>Storm | Harbour | 03.05.2024</title>")) == (
        "2024-05-03T00:00",
        "day",
        "text",
    )


@pytest.mark.parametrize(
    "html",
    [
        "<div>2024年05月03日 08:12　来源：海港网</div><h1>Storm</h1>",
        "<h1>Storm</h1><p>Reporter A Updated Fri, 03 May 2024 08:12 GMT</p>",
        '<h1>Storm</h1><div class="time"><b>2024</b> <b>05/03</b> 08:12</div>',
        '<h1>Storm</h1><span class="date">الجمعة 03/مايو/2024 - 08:12 ص</span>',
    ],
)
def test_dates_that_are_printed_in_odd_places(html: str) -> None:
    found = dates(html.replace("<p>", '<p class="info">'))
    assert told(found) == ("2024-05-03T08:12", "minute", "text")


def test_the_time_beside_the_headline_goes_before_one_elsewhere() -> None:
    far = '<div><time datetime="2023-01-02T10:00Z">2 January</time></div>'
    rest = "<p>The harbour is open.</p>" * 50
    html = f"<div><h1>Storm</h1></div><div>3 May 2024</div>{rest}{far}"
    assert told(dates(html)) == ("2024-05-03T00:00", "day", "text")


def test_an_address_with_its_year_knows_better_than_a_text() -> None:
    html = "<h1>Storm</h1><ul><li>The law was signed on August 14, 1935</li></ul>"
    url = "https://www.harbour.example/2024/world/5/3/storm/index.html"
    assert told(dates(html, url)) == ("2024-05-03T00:00", "day", "url")


def test_a_comment_does_not_date_the_article() -> None:
    html = '<h1>Storm</h1><p>Open.</p><b class="comment-date">3 May 2024, 10:15</b>'
    far = "<p>The harbour is open.</p>" * 50
    assert dates(html.replace("<b", f"{far}<b")).published is None


def test_the_number_of_a_version_is_no_date() -> None:
    assert dates("<h1>Harbour charts 3.6.0 are out</h1>").published is None
