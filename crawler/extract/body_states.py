"""Find an article that a page keeps as data: the state of a single-page application.

Frameworks print what their scripts render as JSON (``__NEXT_DATA__``, ``__NUXT__``,
``window.__INITIAL_STATE__``). How an outlet names its fields is anyone's guess; that a
text is many strings of prose at one place of the data is not.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from crawler.extract.body_keys import key_of, size_of
from crawler.extract.page import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extract.page import Page

# Where in a script an object may begin.
_BEGINS = re.compile(r"(?:=|\bJSON\.parse\(|\bpush\()\s*(?=[{\[\"'])")
# React prints rows, each with a number of its own, in strings that it pushes.
_ROW = re.compile(r"(?:^|\n)[0-9a-f]{1,4}:(?=[{\[])")
_LONGEST = 3_000_000  # characters of scripts that are read as data
_SHORTEST = 150
_MOST_STARTS = 20
_PROSE = 40  # letters
_DEEPEST = 60
_NOT_PROSE = re.compile(
    r"^(?:https?:|/|data:|#|\{|\[)|[{};]\s*\w+[:=(]|^[0-9a-f]+:[{\[\"]"
)
_ENDED = re.compile(r"[.!?…。！？؟۔।:：][\"'”’»)\]」』）]*$")

# A place in the data: the keys to it, with "" for a place in a list, and those places.
Spot = tuple[tuple[str, ...], tuple[int, ...]]


def read_states(page: Page) -> list[str]:
    """The paragraphs of the place that holds most of the prose, or none."""
    groups: dict[tuple[str, ...], list[tuple[tuple[int, ...], str]]] = defaultdict(list)
    for number, state in enumerate(_states(page)):
        for (path, at), text in _strings(state):
            groups[path].append(((number, *at), text))
    best = max(groups.values(), key=_prose, default=[])
    return _paragraphs(best) if _prose(best) else []


def _states(page: Page) -> Iterator[Any]:
    left = _LONGEST
    for script in page.tree.iter("script"):
        text = (script.text or "").strip()
        kind = (script.get("type") or "").lower()
        if len(text) < _SHORTEST or len(text) > left or "ld+json" in kind:
            continue
        left -= len(text)
        if "json" in kind:
            yield parse_json(text)
        else:
            yield from _assigned(text)


def _assigned(script: str) -> Iterator[Any]:
    """Yield the objects that *script* assigns, parses or pushes."""
    decoder = json.JSONDecoder(strict=False)
    end = tries = 0
    for match in _BEGINS.finditer(script):
        if match.end() < end:
            continue
        tries += 1
        if tries > _MOST_STARTS:
            return
        try:
            value, end = decoder.raw_decode(script, match.end())
        except (ValueError, RecursionError):
            continue
        yield parse_json(value) if isinstance(value, str) else value
        for text in value if isinstance(value, list) else ():
            if isinstance(text, str):
                yield from map(parse_json, _ROW.split(text))


def _strings(state: Any) -> Iterator[tuple[Spot, str]]:
    """Yield every string in *state*, in order, and where it is."""
    waiting: list[tuple[Spot, Any]] = [(((), ()), state)]
    while waiting:
        (path, at), value = waiting.pop()
        if isinstance(value, str):
            yield (path, at), value
        elif len(path) > _DEEPEST:
            continue
        elif isinstance(value, dict):
            inside = [(((*path, str(key)), at), v) for key, v in value.items()]
            waiting += reversed(inside)
        elif isinstance(value, list):
            listed = [(((*path, ""), (*at, n)), v) for n, v in enumerate(value)]
            waiting += reversed(listed)


def _prose(strings: list[tuple[tuple[int, ...], str]]) -> int:
    """How much of *strings* reads like text, in letters."""
    return sum(_size(text) for _, text in strings)


def _size(text: str) -> int:
    if "<" in text or _NOT_PROSE.search(text) or (text.isascii() and " " not in text):
        return 0
    size = size_of(key_of(text))
    return size if size >= _PROSE else 0


def _paragraphs(strings: list[tuple[tuple[int, ...], str]]) -> list[str]:
    """Join the pieces that a rich text cuts a paragraph into."""
    found: list[str] = []
    before: tuple[int, ...] = ()
    for at, text in strings:
        inside = len(at) > 2 and at[:-1] == before
        if inside and found and not _ENDED.search(found[-1]):
            found[-1] += text
        elif text.strip():
            found.append(text)
        before = at[:-1]
    return [line for text in found for line in map(str.strip, text.split("\n")) if line]
