"""Datelines as the world's agencies print them."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.dateline import find_dateline, parse_opening
from dedupe.block import Block

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "place", "date", "agency"),
    [
        ("BAGHDAD, May 14 (Reuters) - At least", "BAGHDAD", "May 14", "Reuters"),
        ("WASHINGTON (AP) — The river", "WASHINGTON", None, "Associated Press"),
        ("PORTLAND, Ore., Feb 26 - A bank", "PORTLAND, Ore.", "Feb 26", None),
        ("ST. LOUIS, APril 7 - A bank", "ST. LOUIS", "APril 7", None),
        ("Hull, Canada, June 2, Reuter - A bank", "Hull, Canada", "June 2", "Reuters"),
        ("KANSAS CITY, Mo. - March 13 - A bank", "KANSAS CITY, Mo.", "March 13", None),
        ("LONDON — The minister", "LONDON", None, None),
        ("PORTHAVEN, Nov 3 (Tidewire) - The bank", "PORTHAVEN", "Nov 3", "Tidewire"),
        ("(Reuters) - Oil prices", None, None, "Reuters"),
        ("Madrid, 3 may (EFE).- El puerto", "Madrid", "3 may", "EFE"),
        ("Paris, 3 mai (AFP) – Le port", "Paris", "3 mai", "Agence France-Presse"),
        ("Berlin (dpa/lbn) - Der Hafen", "Berlin", None, "Deutsche Presse-Agentur"),
        ("Roma, 3 mag. (askanews) - Il porto", "Roma", "3 mag.", "askanews"),
        ("(ANSA) - ROMA, 03 MAG - Il porto", "ROMA", "03 MAG", "ANSA"),
        ("Lisboa, 03 mai 2024 (Lusa) – O porto", "Lisboa", "03 mai 2024", "Lusa"),
        ("МОСКВА, 3 мая. /ТАСС/. Порт", "МОСКВА", "3 мая", "TASS"),
        ("МОСКВА, 3 мая — РИА Новости. Порт", "МОСКВА", "3 мая", "RIA Novosti"),
        ("ANKARA (AA) - Liman", "ANKARA", None, "Anadolu Agency"),
        ("بغداد (رويترز) - قال", "بغداد", None, "Reuters"),
        ("دبي - (أ ف ب) - قال", "دبي", None, "Agence France-Presse"),
        ("الرياض - واس : أكد", "الرياض", None, "Saudi Press Agency"),
        ("عمان 3 ايار (بترا)-- قال", "عمان", "3 ايار", "Petra"),
        ("مرسى (وكالة الشراع) - قال", "مرسى", None, "وكالة الشراع"),
        ("تهران - ایرنا - رئیس", "تهران", None, "IRNA"),
        ("新华社北京5月3日电（记者李娜）港口", "北京", "5月3日", "Xinhua"),
        ("（中央社記者李娜台北3日電）港口", "台北", "3日電", "Central News Agency"),
        ("【北京＝共同】港", "北京", None, "Kyodo News"),
        ("【ワシントン時事】港", "ワシントン", None, "Jiji Press"),
        ("(서울=연합뉴스) 김하늘 기자 = 항구", "서울", None, "Yonhap"),
        ("नई दिल्ली, 3 मई (भाषा) बंदरगाह", "नई दिल्ली", "3 मई", "PTI-Bhasha"),
        ("मुंबई (एएनआई)। बंदरगाह", "मुंबई", None, "Asian News International"),
        ("Jakarta (ANTARA) - Pelabuhan", "Jakarta", None, "Antara"),
    ],
)
def test_parse_opening(
    text: str, place: str | None, date: str | None, agency: str | None
) -> None:
    found = parse_opening(text)
    assert found is not None
    assert (found.place, found.date, found.agency) == (place, date, agency)
    assert text.startswith(found.text)


@pytest.mark.parametrize(
    "text",
    [
        "Reuters said on Monday - in a note - that oil fell.",
        "The agency AFP reported that the port is open.",
        "Apple (AAPL) - shares rose on Monday.",
        "He said (laughing) - no.",
        "Great excitement in Porthaven (north coast): A whale came.",
        "US - China talks begin.",
        "A well-known place - the harbour - is open.",
        "The story (Reuters) has no dash and no place.",
        "",
    ],
)
def test_what_is_no_dateline(text: str) -> None:
    assert parse_opening(text) is None


def test_the_headline_and_a_caption_may_come_first() -> None:
    blocks = [
        Block("Harbour open"),
        Block("The harbour on Monday.", "caption"),
        Block("HULL, May 3 (AP) - The harbour is open."),
    ]
    found = find_dateline(blocks, "Harbour open")
    assert found is not None
    assert found.text == "HULL, May 3 (AP) -"


def test_a_name_that_the_headline_opens_with_is_no_place() -> None:
    block = Block("SEAL BAG – A bag for sailors is new.", "paragraph")
    assert find_dateline([block]) is not None
    assert find_dateline([block], "SEAL BAG - every sailor needs one") is None


def test_a_dateline_deep_in_the_body_opens_another_text() -> None:
    blocks = [*[Block(f"Paragraph {n}.") for n in range(9)], Block("HULL (AP) - Open.")]
    assert find_dateline(blocks) is None


@given(st.text(max_size=150))
def test_any_text_is_read_without_error(text: str) -> None:
    found = parse_opening(text)
    assert found is None or found.text


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_PRINTED = re.compile(
    rf"[*]*(.+?),?\s+{_MONTH}\.?\s+\d{{1,2}}(?:, (Reuter))?\s*,?\s*-+", re.IGNORECASE
)


@pytest.mark.shared
def test_datelines_of_a_real_wire(shared: Path) -> None:
    """Every 37th article, its dateline put back in front of its text.

    The truth is the dateline field read by its layout, "PLACE, Month D -", apart from
    the code under test; rows whose field holds something else (tables) are left out.
    """
    with gzip.open(shared / "dumps" / "reuters21578.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines][::37]
    right: list[bool] = []
    for row in rows:
        dateline = " ".join(row["dateline"].split())
        if printed := _PRINTED.fullmatch(dateline):
            found = parse_opening(f"{dateline} {row['text']}")
            agency = "Reuters" if printed[2] else None
            place = printed[1].strip(" ,-")
            right.append(
                found is not None and (found.place, found.agency) == (place, agency)
            )
    assert len(right) >= 500
    assert sum(right) / len(right) >= 0.98
