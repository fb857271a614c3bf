"""Snippets: the passage of a text that says most about a query, hits marked.

The search index keeps no text, and its words are folded; a reader wants the original
letters, so the passage is cut from the article's own body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dedupe.text import fold, fold_character
from storage.search_query import composed, parse_query

_CHUNK = re.compile(r"\S+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_LENGTH = 240
_LEAD = 60  # characters before the first hit, for its context


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of the original, and the spans (start, end) of its hits."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()

    def marked(self, before: str, after: str) -> str:
        """Write the passage with every hit between *before* and *after*."""
        parts, at = [], 0
        for start, end in self.highlights:
            parts += [self.text[at:start], before, self.text[start:end], after]
            at = end
        return "".join([*parts, self.text[at:]])


@dataclass(frozen=True, slots=True)
class _Wanted:
    words: frozenset[str]
    prefixes: tuple[str, ...]
    runs: tuple[str, ...]  # as they stand in scripts without spaces

    def holds(self, word: str) -> bool:
        return word in self.words or (
            bool(self.prefixes) and word.startswith(self.prefixes)
        )


def cut_snippet(text: str, query: str, *, length: int = _LENGTH) -> Snippet:
    """Cut the passage of *text* with the most different hits of *query*."""
    hits = find_hits(text, query)
    start, end = _window(text, hits, length)
    inside = [(a - start, b - start) for a, b, _ in hits if start <= a and b <= end]
    before, after = "… " if start else "", " …" if end < len(text) else ""
    # A body's blocks are parted by blank lines; a snippet is one line.
    passage = re.sub(r"\s", " ", text[start:end])
    return Snippet(
        before + passage + after,
        tuple((a + len(before), b + len(before)) for a, b in inside),
    )


def find_hits(text: str, query: str) -> list[tuple[int, int, str]]:
    """Find where *query* stands in *text*: start, end and the folded word, in order."""
    wanted = _wanted(query)
    if not wanted.words and not wanted.prefixes and not wanted.runs:
        return []
    hits: list[tuple[int, int, str]] = []
    before = ""
    for chunk in _CHUNK.finditer(text):
        # Without spaces a chunk is no word, and is looked through by its characters.
        if max(chunk[0]) >= "\u0e00":
            hits += _hits_of_runs(chunk, wanted.runs)
            continue
        words = fold(composed(chunk[0])).split()
        whole = "".join(words)
        hit = next((w for w in (*words, whole) if wanted.holds(w)), None)
        # A word that is typed as one may stand in two.
        both = before + whole if "\u0600" <= whole[:1] <= "\u06ff" else ""
        if hit is not None or both in wanted.words:
            hits.append((*_trimmed(chunk), hit or both))
        before = whole
    return hits


def _wanted(query: str) -> _Wanted:
    words: set[str] = set()
    prefixes: set[str] = set()
    runs: set[str] = set()
    for term in parse_query(query):
        if term.joins == "NOT":
            continue
        for spelling in term.spellings:
            if spelling.is_split:
                continue
            *whole, last = spelling.words
            words.update(whole)
            (prefixes if spelling.is_prefix else words).add(last)
            runs.update(_unpaired(spelling.words))
    return _Wanted(frozenset(words), tuple(prefixes), tuple(runs))


def _unpaired(words: tuple[str, ...]) -> list[str]:
    """Join the pairs of characters of a run again; a word of letters is itself."""
    runs: list[str] = []
    for word in words:
        if runs and word[0] >= "\u0e00" and runs[-1][-1] == word[0]:
            runs[-1] += word[1:]
        else:
            runs.append(word)
    return runs


def _trimmed(chunk: re.Match[str]) -> tuple[int, int]:
    start, end = chunk.span()
    bare = _EDGES.sub("", chunk[0])
    if not bare:
        return start, end
    start += chunk[0].index(bare)
    return start, start + len(bare)


def _hits_of_runs(
    chunk: re.Match[str], runs: tuple[str, ...]
) -> list[tuple[int, int, str]]:
    folded, places = "", []
    for place, character in enumerate(chunk[0]):
        piece = fold_character(character)
        folded += piece
        places += [place] * len(piece)
    hits: list[tuple[int, int, str]] = []
    for run in runs:
        at = folded.find(run)
        while at >= 0:
            start = chunk.start() + places[at]
            hits.append((start, chunk.start() + places[at + len(run) - 1] + 1, run))
            at = folded.find(run, at + len(run))
    return _apart(sorted(hits, key=lambda hit: (hit[0], -hit[1])))


def _apart(hits: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for hit in hits:
        if not kept or hit[0] >= kept[-1][1]:
            kept.append(hit)
    return kept


def _window(
    text: str, hits: list[tuple[int, int, str]], length: int
) -> tuple[int, int]:
    best, most = 0, 0
    for at, (first, _, _) in enumerate(hits):
        inside = [h for h in hits[at : at + 50] if h[1] <= first + length - _LEAD]
        different = len({word for _, _, word in inside}) * 100 + len(inside)
        if different > most:
            best, most = first, different
    start = max(0, min(best - _LEAD, len(text) - length))
    end = min(len(text), start + length)
    return _word_start(text, start, best), _word_end(text, end, hits)


def _word_start(text: str, start: int, before: int) -> int:
    if start == 0:
        return 0
    space = next((i for i in range(start, before) if text[i].isspace()), None)
    return start if space is None else space + 1


def _word_end(text: str, end: int, hits: list[tuple[int, int, str]]) -> int:
    if end == len(text):
        return end
    for first, last, _ in hits:
        if first < end < last:
            return first
    space = next((i for i in range(end, end - 40, -1) if text[i].isspace()), None)
    return end if space is None else space
