"""What a reader types, as an FTS5 expression over folded words.

The syntax is what people know from elsewhere: words are all wanted, "a phrase" keeps
its order, stem* is a beginning, -word is unwanted, OR is either. Spellings that folding
cannot bring together (ü and ue, a Persian affix apart or joined) are added here, to the
query, and never to the index.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from dedupe.text import fold, is_character_script

_TERM = re.compile(r'(?P<not>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
# Ranking takes time with the square of them.
_MOST_TERMS = 64
NON_JOINER = "\u200c"
_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "ae", "Ö": "oe"}
    | {"Ü": "ue", "Å": "aa", "Ø": "oe"}
)
# Between consonants, "ue" may stand for ü; in "neue" or "quer" it does not. "aeu" is äu.
_MAY_BE_UMLAUT = re.compile(
    r"(?<![aeiouq])([aou])e(?![aeiouy]|$)|(?<![aeiouq])(a)e(?=u[^aeiouy])|(?<![a-z])aa"
)
# Shorter ones are mostly words of other languages, unless they begin so: Oel, not fuel.
_SHORTEST_UMLAUT_WORD = 5
_UMLAUT_BEGINS = ("ae", "oe", "ue")
# Arabic script writes parts of a word apart, joined, or joined by nothing that is seen.
_SPLIT_LENGTHS = range(5, 15)


@dataclass(frozen=True, slots=True)
class Spelling:
    """Folded words that stand side by side; the last one may be a beginning only."""

    words: tuple[str, ...]
    is_prefix: bool = False
    is_split: bool = False  # one word as typed, by chance parted where a text parts it

    @property
    def expression(self) -> str:
        """The spelling in FTS5's language; a folded word holds no quote."""
        return f'"{" ".join(self.words)}"' + ("*" if self.is_prefix else "")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for, in every spelling of it; *joins* is "AND", "OR" or "NOT"."""

    spellings: tuple[Spelling, ...]
    joins: str = "AND"

    @property
    def expression(self) -> str:
        """Any of the spellings, in brackets."""
        return "(" + " OR ".join(one.expression for one in self.spellings) + ")"


def index_words(text: str) -> str:
    """Return the words that *text* is found by, folded and parted by spaces.

    Runs of a script without spaces become overlapping pairs of characters and the
    last character, so that every character starts a word.
    """
    folded = fold(composed(text))
    if folded.isascii():
        return folded
    return " ".join(w for word in folded.split() for w in _split(word))


@lru_cache(maxsize=256)
def parse_query(query: str) -> tuple[Term, ...]:
    """Read the first words of *query*; any text can be asked for, also nonsense."""
    terms: list[Term] = []
    plain: list[str | None] = []
    joins = "AND"
    for found in islice(_TERM.finditer(query), _MOST_TERMS):
        word = found["word"]
        if word == "OR" and terms:
            joins = "OR"
            continue
        asked = word if word is not None else found["phrase"]
        spellings = _spellings(asked, is_phrase=word is None)
        if spellings:
            terms.append(Term(spellings, "NOT" if found["not"] else joins))
            plain.append(None if word is None or found["not"] else _unparted(asked))
        joins = "AND"
    return tuple(_joined(terms, plain))


def match_expression(query: str) -> str | None:
    """Return the FTS5 expression of *query*; None where it asks for nothing."""
    terms = parse_query(query)
    wanted = [term for term in terms if term.joins != "NOT"]
    if not wanted:
        return None
    expression = ""
    for term in wanted:
        # OR binds the two words beside it, as readers mean it.
        if term.joins == "OR" and expression:
            head, _, last = expression.rpartition(" AND ")
            either = f"({last} OR {term.expression})"
            expression = f"{head} AND {either}" if head else either
        else:
            expression += (" AND " if expression else "") + term.expression
    unwanted = [term.expression for term in terms if term.joins == "NOT"]
    return " NOT ".join([f"({expression})", *unwanted])


def composed(text: str) -> str:
    """Join half-width voicing marks to their letters; folding sees each for itself."""
    if "\uff9e" in text or "\uff9f" in text:
        return unicodedata.normalize("NFKC", text)
    return text


def _unparted(text: str) -> str:
    """Fold *text* with the words whole that a non-joiner parts in Arabic script."""
    return fold(text.replace(NON_JOINER, ""))


def _split(word: str) -> list[str]:
    if max(word) < "\u0e00":
        return [word]
    found: list[str] = []
    for run, is_characters in _runs(word):
        if is_characters:
            found += [run[i : i + 2] for i in range(len(run))]
        else:
            found.append(run)
    return found


def _runs(word: str) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for character in word:
        kind = _is_character(character)
        if runs and runs[-1][1] == kind:
            runs[-1] = (runs[-1][0] + character, kind)
        else:
            runs.append((character, kind))
    return runs


@lru_cache(maxsize=4096)
def _is_character(character: str) -> bool:
    return is_character_script(ord(character))


def _spellings(asked: str, *, is_phrase: bool) -> tuple[Spelling, ...]:
    is_prefix = asked.endswith("*") and not is_phrase
    folded = fold(composed(asked))
    texts = [folded, fold(composed(asked.translate(_SPELT_OUT)))]
    if NON_JOINER in asked:
        texts.append(_unparted(asked))
    if len(folded) >= _SHORTEST_UMLAUT_WORD or folded.startswith(_UMLAUT_BEGINS):
        texts.append(_MAY_BE_UMLAUT.sub(lambda m: m[1] or m[2] or "a", folded))
    spellings = [_spelling(text, is_prefix=is_prefix) for text in texts]
    if not is_prefix:
        spellings += [Spelling(parts, is_split=True) for parts in _splits(folded)]
    return tuple(dict.fromkeys(one for one in spellings if one.words))


def _splits(word: str) -> list[tuple[str, ...]]:
    """Part a word of Arabic script in two, wherever a text may part it."""
    if len(word) not in _SPLIT_LENGTHS or not _is_arabic(word):
        return []
    return [(word[:at], word[at:]) for at in range(2, len(word) - 1)]


def _spelling(folded: str, *, is_prefix: bool) -> Spelling:
    words = [w for word in folded.split() for w in _split(word)]
    # A run's last pair is one character in the index only where the run ends there.
    if len(words) > 1 and len(words[-1]) == 1 and words[-2].endswith(words[-1]):
        words = words[:-1] if _is_character(words[-1]) else words
    last = words[-1] if words else ""
    alone = len(last) == 1 and _is_character(last)
    return Spelling(tuple(words), is_prefix or alone)


def _joined(terms: list[Term], plain: list[str | None]) -> list[Term]:
    """Let neighbours in Arabic script stand for one word too: می شود, میشود."""
    joined = list(terms)
    for at in range(len(terms) - 1):
        left, right = plain[at], plain[at + 1]
        if not left or not right or not (_is_arabic(left) and _is_arabic(right)):
            continue
        both = Spelling((left.replace(" ", "") + right.replace(" ", ""),))
        for place in (at, at + 1):
            term = joined[place]
            joined[place] = Term((*term.spellings, both), term.joins)
    return joined


def _is_arabic(word: str) -> bool:
    return all("\u0600" <= c <= "\u06ff" for c in word)
