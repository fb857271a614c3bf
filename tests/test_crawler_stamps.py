"""One date as machines and newspapers write it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.calendars import from_solar_hijri
from crawler.extract.stamps import read_stamp


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "when", "precision"),
    [
        ("2024-05-03", utc(2024, 5, 3), "day"),
        ("2024-05-03T15:47:42.389Z", utc(2024, 5, 3, 15, 47, 42), "second"),
        ("2024-05-03T15:47+02:00", utc(2024, 5, 3, 13, 47), "minute"),
        ("2024-05-03 15:47:00 +0330", utc(2024, 5, 3, 12, 17), "second"),
        ("20240503T154700Z", utc(2024, 5, 3, 15, 47), "second"),
        ("2024-05-03T00:00:00+08:00", utc(2024, 5, 3), "day"),
        ("1714751262", utc(2024, 5, 3, 15, 47, 42), "second"),
        ("May 3, 2024 3:47 PM GMT", utc(2024, 5, 3, 15, 47), "minute"),
        ("Fri, 03 May 2024 15:47:42 GMT", utc(2024, 5, 3, 15, 47, 42), "second"),
        ("03.05.2024, 15:47 Uhr", utc(2024, 5, 3, 15, 47), "minute"),
        ("3. Mai 2024 um 15:47 MESZ", utc(2024, 5, 3, 13, 47), "minute"),
        ("Publié le 3 mai 2024 à 15h47", utc(2024, 5, 3, 15, 47), "minute"),
        ("3 de mayo de 2024", utc(2024, 5, 3), "day"),
        ("3 maggio 2024", utc(2024, 5, 3), "day"),
        ("3 Mayıs 2024 15:47", utc(2024, 5, 3, 15, 47), "minute"),
        ("3 мая 2024, 15:47 МСК", utc(2024, 5, 3, 12, 47), "minute"),
        ("3 травня 2024", utc(2024, 5, 3), "day"),
        ("2024年5月3日 15時47分", utc(2024, 5, 3, 15, 47), "minute"),
        ("2024年05月03日 15:47", utc(2024, 5, 3, 15, 47), "minute"),
        ("令和6年5月3日", utc(2024, 5, 3), "day"),
        ("2024.05.03 15:47", utc(2024, 5, 3, 15, 47), "minute"),
        ("입력 2024. 5. 3. 오후 3:47", utc(2024, 5, 3, 15, 47), "minute"),
        ("الجمعة ٣ أيار ٢٠٢٤", utc(2024, 5, 3), "day"),
        ("3 أيار/مايو 2024 - 15:47", utc(2024, 5, 3, 15, 47), "minute"),
        ("3 ماي 2024", utc(2024, 5, 3), "day"),
        ("27 جانفي 2017", utc(2017, 1, 27), "day"),
        ("12 تشرين الثاني 2023", utc(2023, 11, 12), "day"),
        ("3 مايو 2024 3:47 م", utc(2024, 5, 3, 15, 47), "minute"),
        ("۱۴ اردیبهشت ۱۴۰۳ - ۱۵:۴۷", utc(2024, 5, 3, 15, 47), "minute"),
        ("۱۴۰۳/۰۲/۱۴", utc(2024, 5, 3), "day"),
        ("3 मई 2024", utc(2024, 5, 3), "day"),
        ("०३ मई २०२४, १५:४७", utc(2024, 5, 3, 15, 47), "minute"),
        ("3 พฤษภาคม 2567", utc(2024, 5, 3), "day"),
        ("3 tháng 5, 2024", utc(2024, 5, 3), "day"),
        ("13/05/2024", utc(2024, 5, 13), "day"),
    ],
)
def test_read_stamp(text: str, when: datetime, precision: str) -> None:
    stamp = read_stamp(text)
    assert stamp is not None
    assert (stamp.when, stamp.precision) == (when, precision)


def test_month_first_is_a_matter_of_country() -> None:
    american, other = (
        read_stamp("03/04/2024", month_first=True),
        read_stamp("03/04/2024"),
    )
    assert american is not None
    assert other is not None
    assert (american.when, other.when) == (utc(2024, 3, 4), utc(2024, 4, 3))


@pytest.mark.parametrize(
    "text", ["", "yesterday", "12:30", "31.02.2024", "1.2.3", "99/99/9999", "5 of 12"]
)
def test_what_is_no_date(text: str) -> None:
    assert read_stamp(text) is None


@given(st.text(max_size=60))
def test_any_text_gives_an_aware_date_or_none(text: str) -> None:
    stamp = read_stamp(text)
    assert stamp is None or stamp.when.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))
def test_what_isoformat_writes_is_read_back(when: datetime) -> None:
    when = when.replace(microsecond=0, tzinfo=UTC)
    stamp = read_stamp(when.isoformat())
    assert stamp is not None
    assert stamp.when == when


@pytest.mark.parametrize(
    ("year", "month", "day", "gregorian"),
    [
        (1357, 11, 22, date(1979, 2, 11)),
        (1399, 12, 30, date(2021, 3, 20)),
        (1403, 1, 1, date(2024, 3, 20)),
        (1404, 1, 1, date(2025, 3, 21)),
    ],
)
def test_solar_hijri(year: int, month: int, day: int, gregorian: date) -> None:
    assert from_solar_hijri(year, month, day) == gregorian


@pytest.mark.parametrize(("month", "day"), [(13, 1), (7, 31), (0, 1), (1, 32)])
def test_solar_hijri_refuses_days_that_do_not_exist(month: int, day: int) -> None:
    with pytest.raises(ValueError, match="Solar Hijri"):
        from_solar_hijri(1403, month, day)
