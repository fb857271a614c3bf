"""The language of an article: from its text, checked against what the page says."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from crawler.extract.found import Found
from crawler.extract.jsonld import first_text
from crawler.extract.meta import first_meta

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

    from crawler.extract.page import Page

_CODE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)
_OLD_CODES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "cn": "zh"}
# Where a script is written in one language of news only, the script says enough.
_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e01-\u0e3a]")),
    ("he", re.compile(r"[\u05d0-\u05ea]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
    ("bn", re.compile(r"[\u0980-\u09ff]")),
    ("ta", re.compile(r"[\u0b80-\u0bff]")),
    ("te", re.compile(r"[\u0c00-\u0c7f]")),
    ("km", re.compile(r"[\u1780-\u17ff]")),
    ("my", re.compile(r"[\u1000-\u109f]")),
    ("am", re.compile(r"[\u1200-\u137f]")),
)
_LEAST_SHARE = {"ja": 0.08}
_SAMPLE = 450
# Below this many letters a guess is worse than what the page declares.
_ENOUGH = 60


def find_language(page: Page, text: str) -> Found[str] | None:
    """Return the ISO 639-1 code of *text*, or None where nothing tells.

    The page's declaration stands where the text does not contradict it: declarations
    are often left over from a template, and guesses on close relatives (Indonesian and
    Malay, Serbian and Croatian) are weak.
    """
    declared = _declared(page)
    sample = text[:_SAMPLE]
    guessed, sure = _guess(sample)
    if not guessed:
        return Found(declared, "declared") if declared else None
    if declared == guessed:
        return Found(guessed, "text and declared")
    foreign = not declared or _is_in_another_script(sample, declared)
    if foreign or (sure and not _are_close(declared, guessed)):
        return Found(guessed, "text")
    return Found(declared, "declared")


def _declared(page: Page) -> str:
    for said in (
        page.tree.get("lang") or page.tree.get("xml:lang") or "",
        first_text(page, "inLanguage"),
        first_meta(page, "og:locale", "content-language", "language", "dc.language"),
    ):
        if code := _CODE.fullmatch(said.strip()):
            short = code.group(1).lower()
            return _OLD_CODES.get(short, short)
    return ""


_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_NOT_LATIN = {
    "ar",
    "fa",
    "ur",
    "ps",
    "ckb",
    "ru",
    "uk",
    "be",
    "bg",
    "mk",
    "kk",
    "ky",
    "mn",
    "el",
    "he",
    "hi",
    "mr",
    "ne",
    "bn",
    "ta",
    "te",
}


def _is_in_another_script(sample: str, declared: str) -> bool:
    """Tell whether *declared* is never written in the script of *sample*."""
    latin = len(_LATIN.findall(sample))
    others = sum(map(str.isalpha, sample)) - latin
    if declared in _NOT_LATIN:
        return latin > 4 * others
    return declared not in {"sr", "az", "uz", "zh", "ja", "ko"} and others > 4 * latin


def _guess(sample: str) -> tuple[str, bool]:
    size = sum(map(str.isalpha, sample))
    if size == 0:
        return "", False
    for code, script in _SCRIPTS:
        share = len(script.findall(sample)) / size
        if share > _LEAST_SHARE.get(code, 0.4):
            return code, True
    if size < _ENOUGH:
        return "", False
    code, probability = _identifier().classify(sample)
    return _OLD_CODES.get(code, code), probability > 0.85


@cache
def _identifier() -> LanguageIdentifier:
    # Only a process that guesses loads the model.
    from crawler.extract.language_model import load_identifier

    return load_identifier()


_CLOSE = (
    {"id", "ms", "jv"},
    {"sr", "hr", "bs", "sl"},
    {"no", "da", "sv"},
    {"cs", "sk"},
    {"es", "gl", "ca", "pt"},
    {"xh", "zu", "st", "rw", "sw", "tn"},
    {"hi", "mr", "ne"},
    {"fa", "ps", "ur", "ku", "ckb"},
    {"az", "tr", "tk", "uz"},
    {"nl", "af"},
    {"ru", "bg", "mk", "uk", "be", "kk", "ky"},
)


def _are_close(one: str, other: str) -> bool:
    return any({one, other} <= relatives for relatives in _CLOSE)
