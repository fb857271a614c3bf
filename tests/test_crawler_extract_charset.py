from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.charset import decode

TEXTS = {
    "ar": (
        "قال رئيس البلدية إن أعمال ترميم الميناء القديم ستبدأ في الربيع المقبل، وإن"
        " المجلس خصص لها ميزانية كافية بعد أن طالب بها الصيادون أعواما طويلة."
    ),
    "ru": (
        "Городской совет решил отремонтировать старый мол до начала зимних штормов,"
        " сообщил во вторник мэр. Работы начнутся в марте и продлятся до осени."
    ),
    "tr": (
        "Belediye meclisi eski dalgakıranın kış fırtınalarından önce onarılmasına karar"
        " verdi. Çalışmalar mart ayında başlayacak, balıkçılar şimdilik bekleyecek."
    ),
    "zh": (
        "市议会星期二决定在冬季风暴到来之前修复旧防波堤。市长说，工程将于明年三月开始，"
        "预计需要七个月时间，渔船在此期间必须使用北部港池。"
    ),
    "zh-tw": (
        "市議會星期二決定在冬季風暴到來之前修復舊防波堤。市長說，工程將於明年三月開始，"
        "預計需要七個月時間，漁船在此期間必須使用北部港池。"
    ),
    "ko": (
        "시의회는 화요일 겨울 폭풍이 오기 전에 오래된 방파제를 수리하기로 결정했다."
        " 시장은 공사가 내년 삼월에 시작되어 일곱 달 동안 계속될 것이라고 말했다."
    ),
    "ja": (
        "市議会は火曜日、冬の嵐が来る前に古い防波堤を修理することを決めた。市長による"
        "と、工事は来年三月に始まり、七か月ほどかかる見込みだという。"
    ),
}
LEGACY = [
    ("ar", "windows-1256"),
    ("ru", "windows-1251"),
    ("ru", "koi8-r"),
    ("tr", "iso-8859-9"),
    ("zh", "gb18030"),
    ("zh-tw", "big5"),
    ("ko", "euc-kr"),
    ("ja", "shift_jis"),
    ("ja", "euc-jp"),
]


def page(text: str, head: str = "", lang: str = "") -> str:
    attribute = f' lang="{lang}"' if lang else ""
    body = f"<p>{text}</p>" * 3
    return f"<html{attribute}><head>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(("lang", "charset"), LEGACY)
def test_a_declared_charset_is_read(lang: str, charset: str) -> None:
    html = page(TEXTS[lang], f'<meta charset="{charset}">')
    assert decode(html.encode(charset)) == html
    bare = page(TEXTS[lang])
    assert decode(bare.encode(charset), f"text/html; charset={charset}") == bare


@pytest.mark.parametrize(("lang", "charset"), LEGACY)
def test_an_undeclared_charset_is_told_from_language_and_bytes(
    lang: str, charset: str
) -> None:
    html = page(TEXTS[lang], lang=lang)
    assert decode(html.encode(charset)) == html


@pytest.mark.parametrize("wrong", ["iso-8859-1", "utf-8", "windows-1252"])
@pytest.mark.parametrize(("lang", "charset"), LEGACY)
def test_a_wrong_declaration_is_overruled(lang: str, charset: str, wrong: str) -> None:
    html = page(TEXTS[lang], f'<meta charset="{wrong}">', lang=lang)
    assert decode(html.encode(charset)) == html


@pytest.mark.parametrize(
    ("lang", "charset", "wrong"),
    [
        ("ar", "windows-1256", "windows-1251"),
        ("ru", "windows-1251", "koi8-r"),
        ("ru", "koi8-r", "windows-1251"),
        ("zh", "gb18030", "big5"),
        ("ko", "euc-kr", "gb2312"),
    ],
)
def test_a_declaration_of_a_neighbour_is_overruled(
    lang: str, charset: str, wrong: str
) -> None:
    html = page(TEXTS[lang], f'<meta charset="{wrong}">')
    assert decode(html.encode(charset)) == html


@pytest.mark.parametrize("lang", TEXTS)
def test_utf8_wins_over_what_is_declared(lang: str) -> None:
    html = page(TEXTS[lang], '<meta charset="windows-1252">')
    assert decode(html.encode(), "text/html; charset=gb2312") == html


def test_broken_utf8_loses_its_broken_characters_only() -> None:
    html = page(TEXTS["ar"], '<meta charset="utf-8">')
    raw = html.encode()
    cut = raw[:300] + raw[301:]
    assert decode(cut).replace("\ufffd", "")[400:] in html
    assert decode(raw[:-40].rsplit(b" ", 1)[0] + b"\xd8").count("\ufffd") == 1


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(charset: str) -> None:
    html = page(TEXTS["ru"], '<meta charset="koi8-r">')
    assert decode(html.encode(charset)) == html


def test_western_pages_stay_western() -> None:
    html = page("Le maire a annoncé que la jetée, détruite l’été dernier, rouvrira.")
    assert decode(html.encode("windows-1252")) == html


@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=x", ""]))
def test_any_bytes_become_text(raw: bytes, content_type: str | None) -> None:
    assert isinstance(decode(raw, content_type), str)
