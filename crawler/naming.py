"""What an outlet calls itself, by what its feeds, sitemaps and front page say."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Literal

from dedupe.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ClaimSource = Literal["og", "json-ld", "news sitemap", "feed", "title"]

# Fields that are meant to hold a name, before those that hold a name and a tagline.
_TRUST: dict[ClaimSource, float] = {
    "news sitemap": 1.5,
    "json-ld": 1.5,
    "og": 1.5,
    "feed": 1.0,
    "title": 0.5,
}
_LONGEST = 60
_PART = re.compile(r"\s+[|\-–—·•:»>/~]+\s+|\s*[|｜»•]\s*|:\s+|\s+::\s+")
# Words of a feed's or page's title that are about the feed or page, folded.
_GENERIC = frozenset(
    {
        "rss", "atom", "feed", "feeds", "rss feed", "news", "home", "home page",
        "homepage", "index", "latest", "latest news", "latest articles", "top stories",
        "top news", "breaking news", "all news", "all articles", "articles", "headlines",
        "front page", "sitemap", "startseite", "aktuell", "nachrichten", "accueil",
        "actualites", "a la une", "inicio", "portada", "noticias", "ultimas noticias",
        "home page news", "welcome", "untitled", "en", "world",
    }
)  # fmt: skip
_EDGES = re.compile(
    r"^(?:rss(?:\s+feeds?)?|feeds?)\s+(?:of\s+|from\s+|for\s+)?"
    r"|\s+(?:rss(?:\s+feeds?)?|feeds?|rss\s*2\.0)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A name that an outlet's own page or feed gives it."""

    source: ClaimSource
    text: str


def pick_name(claims: Iterable[Claim], host: str) -> str | None:
    """Pick the name that the claims agree on best; None where none of them is one.

    Every claim is parted at its dashes and bars, for a title holds a name and a tagline.
    Each part gains by every source that says it, by its source's trust, and by standing
    in the letters of *host*; a host name itself is no name.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    spelled: dict[str, str] = {}
    for source, parts in _parts_by_source(claims).items():
        for place, part in enumerate(parts):
            key = _key(part)
            scores[key] += _TRUST[source] + (0.25 if place == 0 else 0.0)
            spelled[key] = max(spelled.get(key, ""), part, key=len)
    named = {
        key: score + _likeness(key, host)
        for key, score in scores.items()
        if not _is_host(spelled[key], host)
    }
    if not named:
        return None
    return spelled[max(named, key=lambda key: (named[key], -len(key)))]


def _parts_by_source(claims: Iterable[Claim]) -> dict[ClaimSource, list[str]]:
    """Part the claims; a part counts once for a source, however often it says it."""
    found: dict[ClaimSource, dict[str, str]] = {}
    for claim in claims:
        parts = found.setdefault(claim.source, {})
        for part in _iter_parts(claim.text):
            parts.setdefault(_key(part), part)
    return {source: list(parts.values()) for source, parts in found.items()}


def _iter_parts(text: str) -> Iterator[str]:
    text = " ".join(unescape(text).split())
    for part in _PART.split(text):
        part = _EDGES.sub("", part.strip(" .,:;-–—|")).strip()
        if 2 <= len(part) <= _LONGEST and fold(part) not in _GENERIC:
            yield part


def _key(part: str) -> str:
    return fold(part).removeprefix("the ")


def _likeness(key: str, host: str) -> float:
    """Score how much of *host* the letters of a name make up, or their initials."""
    labels = [label.replace("-", "") for label in host.split(".")[:-1]]
    label = max(labels, key=len, default="")
    letters = "".join(c for c in key if c.isalnum())
    initials = "".join(word[0] for word in key.split())
    if not label or not letters:
        return 0.0
    if letters == label:
        return 2.0
    if letters in label or label in letters or (initials == label and len(label) > 2):
        return 1.0
    return 0.0


def _is_host(part: str, host: str) -> bool:
    name = part.lower().removeprefix("www.").partition("/")[0]
    return name == host or bool(re.fullmatch(r"[\d.:]+|localhost(?::\d+)?", name))
