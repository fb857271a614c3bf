"""Reading a page's meta elements, and what they and the rest call the outlet."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from crawler.extract.jsonld import iter_values, text_of, types_of
from crawler.extract.wording import element_text, letters, split_url, tidy, unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extract.page import Page

_NAMED = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "al:ios:app_name",
    "al:android:app_name",
    "twitter:app:name:iphone",
    "publisher",
    "dc.publisher",
    "dc.source",
    "article:publisher",
    "copyright",
    "cre",
)
_HOME_LINKS = 6
_LONGEST_NAME = 40  # characters
_ORGANISATIONS = {"organization", "newsmediaorganization", "website"}
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|\d{4}|[\s,.-])+", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|der|die|das|le|la|les|el|il|de|het|o)\s", re.IGNORECASE)
_SHARED_LABELS = {"www", "com", "org", "net", "co", "news", "gov", "edu", "amp", "m"}


def iter_meta(page: Page, *names: str) -> Iterator[str]:
    """Yield the tidied contents of the meta elements of these names, in their order."""
    for name in names:
        for content in page.meta.get(name, ()):
            if text := tidy(content):
                yield text


def first_meta(page: Page, *names: str) -> str:
    """Return the first content of the meta elements of these names, or ""."""
    return next(iter_meta(page, *names), "")


def outlet_names(page: Page) -> tuple[str, ...]:
    """Return what the page calls its outlet, as printed."""
    named = [
        _COPYRIGHT.sub(" ", text).strip()
        for text in iter_meta(page, *_NAMED)
        if not text.startswith("http") and len(text) <= 60
    ]
    named += [text_of(value) for value in iter_values(page, "publisher")]
    for record in page.jsonld:
        if types_of(record) & _ORGANISATIONS:
            named += [text_of(record.get(k)) for k in ("name", "alternateName")]
    named += [handle.removeprefix("@") for handle in iter_meta(page, "twitter:site")]
    return unique(named)


def outlet_keys(page: Page) -> frozenset[str]:
    """Return the letters of every name of the outlet, those in its host among them."""
    if "outlet keys" not in page.memo:
        page.memo["outlet keys"] = _read_outlet_keys(page)
    keys: frozenset[str] = page.memo["outlet keys"]
    return keys


def is_outlet(name: str, keys: frozenset[str]) -> bool:
    """Tell whether *name*, but for an article before it, is among the outlet's *keys*."""
    return letters(name) in keys or letters(_ARTICLE.sub("", name)) in keys


def _home_names(page: Page) -> Iterator[str]:
    """Yield what the links to the outlet's front page say, or show: its name."""
    parts = split_url(page.url)
    home = {"/", f"//{parts.netloc}", f"{parts.scheme}://{parts.netloc}"}
    left = _HOME_LINKS
    for link in page.tree.iter("a"):
        href = (link.get("href") or "").strip()
        if not href or (href != "/" and href.rstrip("/") not in home):
            continue
        left -= 1
        shown = [image.get("alt") or "" for image in islice(link.iter("img"), 3)]
        for text in (element_text(link), link.get("title") or "", *shown):
            if 1 < len(text) <= _LONGEST_NAME:
                yield tidy(text)
        if left == 0:
            return


def _read_outlet_keys(page: Page) -> frozenset[str]:
    host = (split_url(page.url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    keys = {letters(label) for label in labels[:-1]} - _SHARED_LABELS
    keys |= {letters(host), letters(".".join(labels[-2:]))}
    for name in (*outlet_names(page), *_home_names(page)):
        key = letters(name)
        keys |= {key, key.removeprefix("the")}
    return frozenset(key for key in keys if len(key) > 1)
