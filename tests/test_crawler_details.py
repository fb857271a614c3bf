"""Section, tags, picture, address, access and language of an article."""

from __future__ import annotations

import pytest

from crawler.extract.details import (
    find_access,
    find_canonical_url,
    find_image,
    find_section,
    find_tags,
)
from crawler.extract.language import find_language
from crawler.extract.page import Page, read_page

URL = "https://www.harbour.example/world/storm"


def page(head: str = "", lang: str = "") -> Page:
    declared = f' lang="{lang}"' if lang else ""
    return read_page(
        f"<html{declared}><head>{head}</head><body><p>x</p></body></html>", URL
    )


def record(fields: str) -> str:
    text = f'{{"@type":"NewsArticle","headline":"Storm",{fields}}}'
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    ("head", "section"),
    [
        (record('"articleSection":["World","Weather"]'), "World"),
        ('<meta property="article:section" content="World">', "World"),
        (
            record('"articleSection":"Home"') + '<meta name="section" content="World">',
            "World",
        ),
    ],
)
def test_section(head: str, section: str) -> None:
    found = find_section(page(head))
    assert found is not None
    assert found.value == section


def test_section_from_breadcrumbs_leaves_home_and_the_article_out() -> None:
    items = ",".join(f'{{"name":"{name}"}}' for name in ("Home", "World", "Storm"))
    text = f'{{"@type":"BreadcrumbList","itemListElement":[{items}]}}'
    found = find_section(page(f'<script type="application/ld+json">{text}</script>'))
    assert found is not None
    assert found.value == "World"


def test_tags_are_split_and_unique() -> None:
    found = find_tags(page('<meta name="keywords" content="storm, Hull ,Storm،ميناء">'))
    assert found is not None
    assert found.value == ("storm", "Hull", "ميناء")


def test_image_is_absolute_and_no_logo() -> None:
    logo = '<meta property="og:image" content="/static/logo.png">'
    found = find_image(page(logo + record('"image":{"url":"/img/storm.jpg"}')))
    assert found is not None
    assert found.value == "https://www.harbour.example/img/storm.jpg"


def test_canonical_url_is_what_the_page_claims() -> None:
    found = find_canonical_url(page('<link rel="canonical" href="/world/storm-hits">'))
    assert found is not None
    assert found.value == "https://www.harbour.example/world/storm-hits"
    assert find_canonical_url(page('<link rel="canonical" href="/">')) is None


@pytest.mark.parametrize(
    ("head", "access"),
    [
        (record('"isAccessibleForFree":false'), "paywalled"),
        (record('"isAccessibleForFree":"True"'), "free"),
        ('<meta property="article:content_tier" content="metered">', "metered"),
        ('<meta property="article:content_tier" content="locked">', "paywalled"),
    ],
)
def test_access(head: str, access: str) -> None:
    found = find_access(page(head))
    assert found is not None
    assert found.value == access


def test_a_page_that_says_nothing_leaves_every_detail_open() -> None:
    silent = page()
    finders = (find_section, find_tags, find_image, find_canonical_url, find_access)
    assert [finder(silent) for finder in finders] == [None] * 5


ENGLISH = (
    "The harbour was opened again on Monday after the storm had passed over the town. "
)
GERMAN = "Der Hafen wurde am Montag wieder geöffnet, nachdem der Sturm über die Stadt gezogen war. "


@pytest.mark.parametrize(
    ("text", "lang", "language"),
    [
        (ENGLISH * 3, "en-GB", "en"),
        (ENGLISH * 3, "", "en"),
        (GERMAN * 3, "en", "de"),
        ("Kort.", "nb-NO", "no"),
        ("港口在暴风雨过后重新开放，渔民们都很高兴。" * 3, "en", "zh"),
        ("港は嵐のあとに再び開かれ、漁師たちは喜んでいる。" * 3, "", "ja"),
        ("폭풍이 지나간 뒤 항구가 다시 열렸다." * 3, "en", "ko"),
        (
            "أعيد فتح الميناء يوم الاثنين بعد أن مرت العاصفة فوق المدينة. " * 3,
            "en",
            "ar",
        ),
        (
            "بندر روز دوشنبه پس از گذشتن توفان از شهر دوباره باز شد و ماهیگیران می‌خندند. "
            * 3,
            "fa",
            "fa",
        ),
        ("तूफान के गुजरने के बाद सोमवार को बंदरगाह फिर से खोल दिया गया। " * 3, "hi", "hi"),
    ],
)
def test_language(text: str, lang: str, language: str) -> None:
    found = find_language(page(lang=lang), text)
    assert found is not None
    assert found.value == language


def test_language_of_nothing_is_unknown() -> None:
    assert find_language(page(), "12 : 30") is None
