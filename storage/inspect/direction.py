"""How a stored string is shown safely: its direction, its links, its control characters.

Jinja escapes markup; what is left for us are the characters that reorder a line, the
URLs that run something, and the formulas that a spreadsheet would evaluate.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# ISO 639 codes written from right to left, whatever the script tag says.
_RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "arz", "azb", "bal", "ckb", "dv", "fa", "he", "iw", "khw", "ks"}
    | {"lrc", "mzn", "nqo", "pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi"}
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
# Embeddings, overrides, isolates and marks: harmless inside an isolated element, but a
# page's title and an attribute have no element to isolate them.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def direction(language: str | None) -> str:
    """Return "rtl", "ltr", or "auto" where the language is unknown or no language."""
    if not language or not _LANGUAGE.fullmatch(language):
        return "auto"
    primary, *rest = language.lower().replace("_", "-").split("-")
    if "latn" in rest or "cyrl" in rest:
        return "ltr"
    return "rtl" if primary in _RIGHT_TO_LEFT or "arab" in rest else "ltr"


def language_tag(language: str | None) -> str:
    """Return *language* where it is fit for a lang attribute, else ""."""
    return language if language and _LANGUAGE.fullmatch(language) else ""


def plain(text: object) -> str:
    """Return *text* for a title or an attribute: one line, nothing that reorders it."""
    return " ".join(_CONTROLS.sub("", _BIDI.sub("", str(text))).split())


def printable(text: str) -> str:
    """Drop the characters that neither HTML nor XML allows; keep everything else."""
    return _CONTROLS.sub("", text)


def web_url(url: object) -> str | None:
    """Return *url* if following it only fetches a page; None for every other scheme."""
    text = str(url or "").strip()
    # Browsers ignore such characters inside a scheme ("java\nscript:").
    if not text or any(ord(character) <= 32 for character in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


def without_formula(cell: object) -> object:
    """Return *cell* as a spreadsheet shows it: text that would be evaluated is quoted.

    See OWASP, "CSV Injection": an apostrophe before the first character. Numbers, also
    negative ones, stay what they are.
    """
    if not isinstance(cell, str) or not cell.lstrip().startswith(_FORMULA_STARTS):
        if isinstance(cell, str) and cell.startswith(("\t", "\r")):
            return "'" + cell
        return cell
    return cell if _NUMBER.fullmatch(cell) else "'" + cell
