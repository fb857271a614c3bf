"""The line that ends a body by saying whose text it was: "Source: X", "(وكالات)".

It is credit, not text. Extraction has read the agency from it before it goes.
"""

from __future__ import annotations

import re
from functools import cache

from dedupe.text import words

_MOST_WORDS = 12

_SOURCE = """
source sources src quelle quellen fuente fuentes fonte fontes fonti bron bronnen kaynak
kaynaklar zrodlo izvor vir kilde kalla lahde sumber sursa forras zdroj nguon
источник источники джерело извор πηγη πηγες מקור המקור المصدر مصدر المصادر منبع ماخذ
स्रोत 来源 來源 出典 출처
"""
_AGENCIES = """
agencies agences agencias agenturen agenzie ajanslar wires وكالات الوكالات агентства
"""
_REPORTING = "reporting writing editing compiled additional"
# Hindi vowel signs are no letters to a regular expression.
_LABEL = re.compile(
    r"^\W*(?P<label>(?=\w)[^\s:：/|\-–—\d]+(?:\s[^\s:：/|\-–—\d]+)?)\s*[:：/|\-–—]"
)


def is_source_line(text: str) -> bool:
    """Say whether *text*, as the last block, only names where the article is from."""
    line = words(text)
    if not line or len(line) > _MOST_WORDS:
        return False
    if _folded(_SOURCE) >= set(line):
        return True
    if line[0] == "copyright" and line[-2:] == ["rights", "reserved"]:
        return True
    bracketed = text.strip()[:1] in "([（" and text.strip().rstrip(".")[-1:] in ")]）"
    if bracketed:
        return _is_credit(line)
    label = _LABEL.match(text)
    return label is not None and set(words(label["label"])) <= _folded(_SOURCE)


def _is_credit(line: list[str]) -> bool:
    if line[0] in _folded(_REPORTING) and "by" in line:
        return True
    return line[0] in _folded(_SOURCE) or set(line) <= _folded(_AGENCIES)


@cache
def _folded(names: str) -> frozenset[str]:
    return frozenset(words(names))


def opening_words() -> frozenset[str]:
    """Return the folded words of which one opens every source line out of brackets."""
    return _folded(_SOURCE) | {"copyright"}
