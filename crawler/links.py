"""Which links of a page lead to articles; works on any outlet, in any script."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from storage.urls import host_of

if TYPE_CHECKING:
    from tldextract import TLDExtract

_DATE = re.compile(
    r"(?:19|20)\d\d[/\-_.]?(?:0?[1-9]|1[0-2])(?:[/\-_.]?(?:0?[1-9]|[12]\d|3[01]))?"
)
_NUMBER = re.compile(r"\d{5,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|m3u8|zip|css|js|json|xml|rss|atom|ics|"
    r"docx?|xlsx?|apk|exe|woff2?)$",
    re.IGNORECASE,
)
# Parts of a path that lead to lists, people, media and service pages.
_NOT_ARTICLES = frozenset(
    {
        "tag", "tags", "topic", "topics", "thema", "themen", "category", "categories",
        "author", "authors", "autor", "autoren", "auteur", "search", "suche", "login",
        "signin", "signup", "register", "account", "subscribe", "subscription", "abo",
        "newsletter", "newsletters", "about", "about-us", "contact", "contact-us",
        "impressum", "privacy", "datenschutz", "terms", "cookies", "advertise", "jobs",
        "careers", "rss", "feed", "feeds", "sitemap", "archive", "archiv", "shop",
        "store", "epaper", "e-paper", "wp-content", "wp-admin", "wp-login.php", "cart",
        "profile", "user", "users", "calendar", "share", "print", "comments", "help",
        "faq", "games", "horoscope", "weather", "wetter", "static", "assets", "cdn-cgi",
    }
)  # fmt: skip
ENOUGH = 3
_loading = Lock()
_TRAPS = re.compile(r"(.+/)\1{2,}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of a page with the text that a reader sees."""

    url: str
    text: str = ""


def is_article_link(anchor: Anchor) -> bool:
    """Tell whether a link probably leads to an article.

    Evidence is counted: a date or a long number in the path, a slug of several words,
    a long link text; paths to lists, people, media and service pages never pass.
    """
    if is_trap(anchor.url):
        return False
    parts = urlsplit(anchor.url)
    if parts.scheme not in {"http", "https"}:
        return False
    path = unquote(parts.path)
    folders = [part for part in path.lower().split("/") if part]
    if not folders and not parts.query:
        return False
    if _FILE.search(path) or not _NOT_ARTICLES.isdisjoint(folders):
        return False
    return (
        _path_evidence(path, folders, parts.query) + _text_evidence(anchor.text)
        >= ENOUGH
    )


def is_trap(url: str) -> bool:
    """Tell whether a URL grows without end, or is none: folders repeated, parameters."""
    if len(url) > 1000:
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return bool(
        _TRAPS.search(parts.path)
        or parts.path.count("/") > 15
        or parts.query.count("&") > 12
    )


def in_scope(url: str, domains: frozenset[str]) -> bool:
    """Tell whether *url* belongs to an outlet: a host under one of its domains."""
    return registered_domain(url) in domains


def registered_domain(url: str) -> str:
    """Return the registered domain of a URL ("bbc.co.uk"), or its host without one."""
    return _domain_of(host_of(url))


@lru_cache(maxsize=8192)
def _domain_of(host: str) -> str:
    # Sources are read in threads: the first loads the list, and the others wait for it.
    with _loading:
        suffixes = _suffixes()
    return suffixes(host).top_domain_under_public_suffix or host


@cache
def _suffixes() -> TLDExtract:
    from tldextract import TLDExtract

    # The list that ships with the library: a crawl asks nobody but the outlets.
    suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None)
    # It is read at the first question.
    suffixes("example.org")
    return suffixes


def _path_evidence(path: str, folders: list[str], query: str) -> int:
    last = folders[-1] if folders else ""
    slug = max(folders, key=len, default="")
    words = len(_WORD.findall(slug))
    evidence = 2 if _DATE.search(path) else 0
    evidence += 2 if _NUMBER.search(path) or _NUMBER.search(query) else 0
    evidence += min(words // 2, 3) if len(slug) >= 16 else 0
    evidence += 1 if last.endswith((".html", ".htm", ".shtml", ".php", ".aspx")) else 0
    return evidence


def _text_evidence(text: str) -> int:
    words = len(text.split())
    if words >= 5 or len(text) >= 30:
        return 2
    # Scripts without spaces say as much in fewer characters.
    dense = sum(ord(letter) > 0x2E7F for letter in text)
    return 2 if dense >= 10 else int(words >= 3)
