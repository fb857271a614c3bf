"""Reading a page's meta elements, and what they and the rest call the outlet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extract.jsonld import iter_values, text_of, types_of
from crawler.extract.wording import letters, split_url, tidy, unique

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
_ORGANISATIONS = {"organization", "newsmediaorganization", "website"}
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|\d{4}|[\s,.-])+", re.IGNORECASE)
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


def _read_outlet_keys(page: Page) -> frozenset[str]:
    host = (split_url(page.url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    keys = {letters(label) for label in labels[:-1]} - _SHARED_LABELS
    keys |= {letters(host), letters(".".join(labels[-2:]))}
    for name in outlet_names(page):
        key = letters(name)
        keys |= {key, key.removeprefix("the")}
    return frozenset(key for key in keys if len(key) > 1)
