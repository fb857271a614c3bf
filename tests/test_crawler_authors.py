"""The names in author lines of many languages, and the witness that is believed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.authors import Authors, find_authors
from crawler.extract.names import names_in
from crawler.extract.page import read_page


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Bell", ["Ann Bell"]),
        ("By Ann Bell and Omar Haddad", ["Ann Bell", "Omar Haddad"]),
        ("Ann Bell, Omar Haddad & Li Na", ["Ann Bell", "Omar Haddad", "Li Na"]),
        ("Written by Ann Bell, Senior Political Correspondent", ["Ann Bell"]),
        ("Ann Bell / Journalist", ["Ann Bell"]),
        ("By: Ann Bell HPN Executive News Editor", ["Ann Bell"]),
        ("Storm closes the harbour By ANN BELL - AP Sports Writers", ["ANN BELL"]),
        ("Par ANNE BELL, LUC ROY Envoyés spéciaux à Toulon", ["ANNE BELL", "LUC ROY"]),
        ("港口新闻记者 李小明 王芳", ["李小明", "王芳"]),
        ("采写：港口见习记者 林小北", ["林小北"]),
        ("港口发布 +关注", ["港口发布"]),
        ("文小明", ["文小明"]),
        ("작성 고길동 기자", ["고길동"]),
        ("고길동 바다 칼럼니스트", ["고길동"]),
        ("作者：未知 责任编辑：王芳", []),
        ("资料图：风暴中的港口。李小明 摄", []),
        ("《港口的风暴》", []),
        ("Moderation: Anna Glock", []),
        ("Harbour Post GmbH, Bremen, Germany", []),
        ("Ann Bell ann.bell@harbour.example @annbell", ["Ann Bell"]),
        ("By ANN BELL and OMAR HADDAD Associated Press", ["ANN BELL", "OMAR HADDAD"]),
        ("By Ann Bell, AP Sports Writer", ["Ann Bell"]),
        ("By Ann Bell Published 10:02 AM EST Nov 19, 2019", ["Ann Bell"]),
        ("by Ann Bell Monday, November 18, 2019", ["Ann Bell"]),
        ("Ann Bell for Harbour News", ["Ann Bell"]),
        ("Ann Bell (text), Omar Haddad (photos)", ["Ann Bell", "Omar Haddad"]),
        ("Von Anna Glocke und Otto Hafen", ["Anna Glocke", "Otto Hafen"]),
        ("Par Anne Cloche et Omar Haddad", ["Anne Cloche", "Omar Haddad"]),
        ("Por Ana Campana y José Puerto", ["Ana Campana", "José Puerto"]),
        ("di Anna Campana e Luca Porto", ["Anna Campana", "Luca Porto"]),
        ("Av Anna Klokke og Ola Havn", ["Anna Klokke", "Ola Havn"]),
        ("Автор: Анна Колокол, Олег Порт", ["Анна Колокол", "Олег Порт"]),
        ("بقلم: ليلى حداد", ["ليلى حداد"]),
        ("كتب أحمد مرسى", ["أحمد مرسى"]),
        ("كتبت: ليلى حداد - تصوير أحمد مرسى", ["ليلى حداد"]),
        ("نویسنده: لیلا بندری", ["لیلا بندری"]),
        ("作者：李娜、王海", ["李娜", "王海"]),
        ("记者 李娜", ["李娜"]),
        ("東浜、西島 김하늘 기자 haneul@harbour.example", ["김하늘"]),
        ("김하늘 기자", ["김하늘"]),
        ("लेखक: अनु घंटी", ["अनु घंटी"]),
        ("Yazar: Ayşe Çan", ["Ayşe Çan"]),
        ("admin", []),
        ("", []),
        ("https://harbour.example/authors/ann", []),
    ],
)
def test_names_in(line: str, names: list[str]) -> None:
    assert list(names_in(line)) == names


def test_family_name_first_is_turned_around() -> None:
    assert names_in("Bell, Ann", inverted=True) == ("Ann Bell",)


@given(st.text(max_size=200))
def test_any_line_gives_short_names_once(line: str) -> None:
    names = names_in(line)
    assert len(set(names)) == len(names)
    assert all(name.strip() == name and 0 < len(name) <= 60 for name in names)


def authors(html: str) -> Authors:
    text = f"<html><head><title>Storm</title></head><body><h1>Storm</h1>{html}</body>"
    return find_authors(read_page(text, "https://www.harbour.example/1"))


def record(author: str) -> str:
    return (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Storm",'
        f'"author":{author}}}</script>'
    )


def test_records_name_people_in_several_ways() -> None:
    listed = '[{"@type":"Person","name":"Ann Bell"},{"givenName":"Omar","familyName":"Haddad"}]'
    assert authors(record(listed)).names == ("Ann Bell", "Omar Haddad")
    assert authors(record('"Ann Bell and Omar Haddad"')).names == (
        "Ann Bell",
        "Omar Haddad",
    )


def test_a_record_that_only_points_is_followed() -> None:
    html = (
        '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle",'
        '"headline":"Storm","author":{"@id":"#ann"}},'
        '{"@type":"Person","@id":"#ann","name":"Ann Bell"}]}</script>'
    )
    assert authors(html).names == ("Ann Bell",)


def test_people_are_looked_for_behind_the_outlet() -> None:
    found = authors(
        record('{"@type":"Organization","name":"Harbour"}')
        + '<p class="byline">By <a href="/author/ann">Ann Bell</a> <a href="/x">Share</a></p>'
    )
    assert found.names == ("Ann Bell",)
    assert found.source == "markup"


def test_the_outlet_is_named_where_nobody_else_signs() -> None:
    assert authors(record('{"name":"Harbour"}')).names == ("Harbour",)


@pytest.mark.parametrize(
    "html",
    [
        "<p>By Ann Bell</p><p>The storm is over.</p>",
        "<p><strong>Ann Bell</strong></p><p>The storm is over.</p>",
        "<ul><li><strong>Author</strong> Ann Bell</li></ul>",
    ],
)
def test_a_byline_without_markup(html: str) -> None:
    found = authors(html)
    assert (found.names, found.source) == (("Ann Bell",), "text")


@pytest.mark.parametrize(
    "html",
    [
        '<aside><span class="author">Ann Bell</span></aside>',
        '<div class="comment"><span class="author">Ann Bell</span></div>',
        '<div class="related"><p><span class="byline">By Ann Bell</span></p></div>',
        "<p>The storm is over, said Ann Bell of the harbour.</p>",
    ],
)
def test_authors_of_other_texts_are_none_of_this_one(html: str) -> None:
    assert authors(html).names == ()


def test_a_bold_line_names_nobody_where_letters_have_no_case() -> None:
    text = "<p>风暴已经过去，港口重新开放。</p>"
    assert authors(f"<p><strong>港口开放</strong></p>{text}").names == ()
    spoken = authors(f"<p><strong>本报记者 李小明</strong></p>{text}")
    assert spoken.names == ("李小明",)


def test_a_record_inside_a_record_as_text_is_read() -> None:
    inner = json.dumps({"name": "Ann Bell"})
    told = {"@type": "NewsArticle", "author": inner}
    html = f'<script type="application/ld+json">{json.dumps(told)}</script>'
    assert authors(html).names == ("Ann Bell",)
