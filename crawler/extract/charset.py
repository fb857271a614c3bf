"""Bytes to text, whatever the page says about its own charset.

Labels mean what the WHATWG Encoding Standard says they mean ("latin-1" is
windows-1252, "gb2312" is gb18030): browsers read pages so, and pages rely on it.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from resiliparse.parse.encoding import detect_encoding
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Parts of a page that tell its charset as well as the whole.
_SAMPLE = 200_000  # bytes
_WORDS = 3_000
# UTF-8 with this many good sequences for a broken one was cut or pasted together.
_GOOD_FOR_BAD = 10
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_LANGUAGE = re.compile(rb"<html[^>]{0,500}?\blang\s*=\s*[\"']?([a-zA-Z-]{2,8})")
# What pages in a language were written in before UTF-8 (the Encoding Standard's
# fallbacks by locale).
_BEFORE_UTF8 = {
    **dict.fromkeys(("ar", "fa", "ur"), "cp1256"),
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky"), "cp1251"),
    **dict.fromkeys(("tr", "az", "ku"), "cp1254"),
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "sl", "hr"), "cp1250"),
    **dict.fromkeys(("zh-tw", "zh-hk"), "big5hkscs"),
    "zh": "gb18030",
    "ja": "cp932",
    "ko": "cp949",
    "el": "cp1253",
    "he": "cp1255",
    "th": "cp874",
    "vi": "cp1258",
    **dict.fromkeys(("et", "lv", "lt"), "cp1257"),
}
_WORD = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")
_EVERYDAY = frozenset("的一是不了在人有我他这這中大来來上国國个個到说說们們为為和")
_JUNK = re.compile(r"[\x80-\x9f\ufffd\ue000-\uf8ff]")
_SHIFTED_CASE = re.compile(r"[a-zà-öø-ÿа-яёα-ω][A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω]")
_SCRIPTS = re.compile(
    r"(?P<latin>[A-Za-zÀ-ɏḀ-ỿ])|(?P<cyrillic>[Ѐ-ԯ])|(?P<greek>[Ͱ-Ͽ])|(?P<arabic>[؀-ۿ])"
    r"|(?P<hebrew>[֐-׿])|(?P<thai>[฀-๿])|(?P<hangul>[가-힣])|(?P<kana>[぀-ヿ])"
    r"|(?P<han>[㐀-鿿])|(?P<other>.)"
)
# A script whose words mix it with another; Japanese and Korean mix with Han.
_MIXED = {frozenset({"kana", "han"}), frozenset({"hangul", "han"})}


def decode(html: bytes, content_type: str | None = None) -> str:
    """Decode a page; *content_type* is the HTTP header, where there was one."""
    bom = read_bom(html)[0]
    if bom:
        return _decoded(html, bom).removeprefix("\ufeff")
    if _is_utf8(html):
        return html.decode("utf-8", "replace")
    sample = html[:_SAMPLE]
    encodings = list(dict.fromkeys(_candidates(sample, content_type)))
    best = max(encodings, key=lambda name: _plausibility(_decoded(sample, name)))
    return _decoded(html, best)


def _is_utf8(html: bytes) -> bool:
    """Whether bytes are UTF-8, a few broken sequences apart."""
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        good = len(_SEQUENCE.findall(html))
        bad = html.decode("utf-8", "replace").count("\ufffd")
        return good > _GOOD_FOR_BAD * bad
    # ISO-2022-JP is made of ASCII bytes and escapes.
    return b"\x1b$" not in html


def _candidates(sample: bytes, content_type: str | None) -> Iterator[str]:
    """Yield encodings from the surest to the least sure; max() takes the first."""
    if b"\x1b$" in sample:
        yield "iso2022_jp"
    language = _LANGUAGE.search(sample)
    before = _before_utf8(language.group(1).decode().lower()) if language else None
    if before == "cp1254":
        # Turkish pages declared as Latin-1 differ in six letters.
        yield before
    for name in (
        http_content_type_encoding(content_type) if content_type else None,
        html_body_declared_encoding(sample),
        before,
        resolve_encoding(detect_encoding(sample) or ""),
    ):
        if name and name != "utf-8":
            yield _browsers(name)
    yield "cp1252"
    # Its syllables have the bytes of common Chinese characters.
    yield "cp949"


def _before_utf8(language: str) -> str | None:
    return _BEFORE_UTF8.get(language) or _BEFORE_UTF8.get(language.split("-")[0])


def _browsers(name: str) -> str:
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
    wider |= {"shift_jis": "cp932", "big5": "big5hkscs", "iso8859-9": "cp1254"}
    return wider.get(codecs.lookup(name).name, name)


def _decoded(html: bytes, name: str) -> str:
    try:
        return html.decode(name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return html.decode("utf-8", "replace")


def _plausibility(text: str) -> float:
    """The share of a text's non-ASCII words that a person could have written."""
    words = _WORD.findall(text)[:_WORDS]
    good = sum(map(_is_plausible, words))
    if _is_wordless(words):
        good //= 2
    junk = len(_JUNK.findall(text))
    return round(good / (len(words) + junk + 1), 2)


def _is_wordless(words: list[str]) -> bool:
    """Whether words are Han characters without those that every Chinese text has."""
    han = [word for word in words if "\u4e00" <= word[0] <= "\u9fff"]
    text = "".join(han)
    if len(han) * 2 < len(words) or len(text) < 50:
        return False
    return sum(character in _EVERYDAY for character in text) * 100 < len(text)


def _is_plausible(word: str) -> bool:
    scripts = {match.lastgroup for match in _SCRIPTS.finditer(word)}
    if len(scripts) > 1 and frozenset(scripts) not in _MIXED:
        return False
    if _SHIFTED_CASE.search(word):
        return False
    if scripts == {"latin"}:
        plain = sum(letter.isascii() for letter in word)
        return plain * 2 >= len(word) or len(word) < 3
    return scripts != {"han"} or _is_common(word)


def _is_common(word: str) -> bool:
    """Whether Han characters are among the 4,000 or 5,000 in daily use."""
    for name, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        raw = word.encode(name, "ignore")
        if len(raw) == 2 * len(word):
            daily = sum(first <= lead <= last for lead in raw[::2])
            if daily * 10 >= len(word) * 9:
                return True
    return False
