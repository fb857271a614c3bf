"""Dates and URLs of dumps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.text_column import TextColumn
from storage.dumps.dates import epochs, epochs_of_column
from storage.dumps.url_groups import find_url_groups, hints_of
from storage.urls import url_key

DATES = {
    "2024-05-14": 1715644800,
    "2024-05-14T10:30:00Z": 1715682600,
    "2024-05-14 10:30": 1715682600,
    "2024-05-14T12:30:00.25+02:00": 1715682600,
    "2024-05-14T05:00:00-0530": 1715682600,
    "14-MAY-2024 10:30:00.00": 1715682600,
    "Tue, 14 May 2024 10:30:00 GMT": 1715682600,
    "1715682600": 1715682600,
    "1715682600000": 1715682600,
    "1715682600000000": 1715682600,
    "1715682600000000000": 1715682600,
    "20240514": 1715644800,
}


def test_dates_in_the_common_forms() -> None:
    found = epochs_of_column(TextColumn.from_strings(DATES))
    assert found.tolist() == list(DATES.values())
    odd = TextColumn.from_strings(
        ["", "no date " * 99, "yesterday", "2024-02-30", "2024-05-14T25:00"]
    )
    assert np.isnan(epochs_of_column(odd)).all()
    assert np.isnan(epochs([10**30, -(10**30), np.inf, np.nan])).all()
    assert epochs([1715682600, None, True]).tolist()[0] == 1715682600


def test_a_number_is_the_date_that_its_digits_are() -> None:
    texts = TextColumn.from_strings(["20240514", "2024", "1715682600"])
    numbers = epochs([20240514, 2024, 1715682600])
    assert np.array_equal(numbers, epochs_of_column(texts), equal_nan=True)
    assert numbers[0] == 1715644800


URLS = st.builds(
    "{}://{}example.org{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["", "www.", "m.", "amp."]),
    st.sampled_from(
        [
            *("/", "/news/a-long-slug-12345.html", "/news/A-long-slug", "/amp/story-1"),
            *(
                "/story-1",
                "/story-1/amp",
                "/story-1/page/2",
                "/index.html",
                "/a%20b",
                "/a b",
            ),
            *(
                "/printable",
                "/2024/05/14/",
                "//2024/05/14",
                "/خبر",
                "/x;jsessionid=abcdefghij",
            ),
        ]
    ),
    st.sampled_from(
        ["", "/", "?utm_source=a-very-long-word", "?id=7", "#part", "?page=2"]
    ),
)


@given(st.lists(URLS, max_size=12))
def test_url_groups_are_those_of_url_key(urls: list[str]) -> None:
    by_key: dict[str, list[int]] = {}
    for row, url in enumerate(urls):
        by_key.setdefault(url_key(url), []).append(row)
    expected = sorted(rows for rows in by_key.values() if len(rows) > 1)
    hints = hints_of(TextColumn.from_strings(urls))
    assert sorted(find_url_groups(hints, TextColumn.from_strings(urls))) == expected
