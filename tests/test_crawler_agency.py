"""Which agency a text is credited to, and which it is only about."""

from __future__ import annotations

import pytest

from crawler.extract.agencies import find_agency_named, load_agencies
from crawler.extract.agency import find_agency
from crawler.extract.authors import find_authors
from crawler.extract.dateline import find_dateline
from crawler.extract.page import read_page
from crawler.outlets import load_catalogue
from dedupe.block import Block

OPENING = "The harbour reopened on Monday after a storm that lasted three days."


def agency(*texts: str, head: str = "", body: str = "") -> str | None:
    html = f"<html><head><title>Storm</title>{head}</head><body><h1>Storm</h1>{body}"
    page = read_page(html, "https://www.harbour.example/1")
    blocks = tuple(Block(text) for text in texts)
    found = find_agency(
        page, blocks, dateline=find_dateline(blocks), authors=find_authors(page)
    )
    return found.value if found else None


@pytest.mark.parametrize(
    ("credit", "name"),
    [
        ("(Reuters)", "Reuters"),
        ("(AFP)", "Agence France-Presse"),
        ("Source: AFP", "Agence France-Presse"),
        ("Source: Tidewire", "Tidewire"),
        ("(Reporting by Tidewire)", "Tidewire"),
        ("(Reporting by Meridional Press)", "Meridional Press"),
        ("Copyright Tidewire. All rights reserved.", "Tidewire"),
        ("© 2024 The Associated Press. All rights reserved.", "Associated Press"),
        ("Quelle: dpa", "Deutsche Presse-Agentur"),
        ("Mit Material von dpa", "Deutsche Presse-Agentur"),
        ("Fuente: EFE", "EFE"),
        ("Fonte: Lusa", "Lusa"),
        ("avec AFP", "Agence France-Presse"),
        ("Источник: ТАСС", "TASS"),
        ("Kaynak: Anadolu Ajansı", "Anadolu Agency"),
        ("المصدر: رويترز", "Reuters"),
        ("المصدر: وكالة الشراع", "وكالة الشراع"),
        ("المصدر: أ.ف.ب", "Agence France-Presse"),
        ("(أ ف ب)", "Agence France-Presse"),
        ("منبع: ایسنا", "ISNA"),
        ("来源：新华社", "Xinhua"),
        ("(एजेंसी)", ""),
        ("(وكالات)", ""),
        ("المصدر", ""),
        ("(Agencies)", ""),
        ("(mit Agenturen)", ""),
    ],
)
def test_credit_lines(credit: str, name: str) -> None:
    assert agency(OPENING, credit) == name


@pytest.mark.parametrize(
    "text",
    [
        "Reuters reported on Monday that the harbour was open.",
        "The editor of the Associated Press resigned on Monday.",
        "قالت وكالة رويترز إن الميناء مفتوح.",
        "据新华社报道，港口已经开放。",
        "(Reporting by Ann Bell; editing by Omar Haddad)",
        "Source: the harbour master said so in a long letter to all the fishermen",
        "来源：港口交警",
        "Quelle: cosy and cuddly…",
        "Copyright Harbour. All rights reserved.",
    ],
)
def test_a_text_about_an_agency_is_no_credit(text: str) -> None:
    assert agency(OPENING, text) is None


def test_an_agency_closes_the_last_paragraph() -> None:
    assert agency(OPENING, "The mayor was glad. (AFP)") == "Agence France-Presse"
    assert agency(OPENING, "The mayor was glad (by far).") is None


def test_a_named_agency_outweighs_agencies_unnamed() -> None:
    assert agency(f"HULL (AP) - {OPENING}", "(وكالات)") == "Associated Press"


def test_the_byline_may_be_an_agency() -> None:
    assert (
        agency(OPENING, body='<p class="byline">By Ann Bell, AFP</p>')
        == "Agence France-Presse"
    )


def test_metadata_may_credit_an_agency() -> None:
    record = '{"@type":"NewsArticle","headline":"Storm","creditText":"Reuters"}'
    head = f'<script type="application/ld+json">{record}</script>'
    assert agency(OPENING, head=head) == "Reuters"


def test_nobody_is_credited() -> None:
    assert agency(OPENING) is None


def test_the_table_is_wide_and_consistent() -> None:
    table = load_agencies()
    assert len(table) >= 80
    assert len({row.name for row in table}) == len(table)
    languages = {code for row in table for code in row.names}
    assert languages >= {
        "en",
        "ar",
        "fr",
        "es",
        "de",
        "ru",
        "tr",
        "fa",
        "zh",
        "pt",
        "ja",
        "ko",
        "hi",
        "it",
    }
    for row in table:
        assert len(row.country) == 2
        assert find_agency_named(row.name) is not None


def test_every_agency_of_the_catalogue_is_in_the_table() -> None:
    names = {row.name for row in load_agencies()}
    credited = {outlet.agency for outlet in load_catalogue()}
    assert credited - {None} <= names


@pytest.mark.parametrize("name", ["the river", "Monday", "", "AP said", "press"])
def test_other_words_are_no_agencies(name: str) -> None:
    assert find_agency_named(name) is None
