"""The smaller facts of an article: section, tags, picture, address, access."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawler.extract.found import Found
from crawler.extract.jsonld import article_records, iter_values, text_of, types_of
from crawler.extract.meta import iter_meta, outlet_keys
from crawler.extract.wording import letters, split_url, tidy, unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crawler.extract.page import Page
    from storage.article import Access

_LISTED = re.compile(r"[,;|،؛、，；]")
_HOME = {
    "home",
    "homepage",
    "startseite",
    "accueil",
    "inicio",
    "الرئيسية",
    "首页",
    "خانه",
}
_BLANK = re.compile(
    r"(?:logo|placeholder|default|blank|spacer|favicon|no[-_]?image)[^/]*\.\w{3,4}$",
    re.IGNORECASE,
)
_PAYWALL_TIERS = {"locked": "paywalled", "metered": "metered", "free": "free"}


def find_section(page: Page) -> Found[str] | None:
    """Return the section that the article is filed under, or None."""
    told = [(text_of(v), "json-ld") for v in iter_values(page, "articleSection")]
    told += [(v, "meta") for v in iter_meta(page, "article:section", "section")]
    told += [(name, "json-ld") for name in _breadcrumbs(page)]
    shunned = outlet_keys(page) | _HOME
    for text, source in told:
        name = _LISTED.split(text)[0].strip()
        if 1 < len(name) <= 60 and letters(name) not in shunned:
            return Found(name, source)
    return None


def _breadcrumbs(page: Page) -> Iterator[str]:
    """Yield the names of the breadcrumbs but the last, which is the article itself."""
    for record in page.jsonld:
        items = record.get("itemListElement")
        if "breadcrumblist" in types_of(record) and isinstance(items, list):
            for item in items[:-1]:
                if isinstance(item, dict):
                    yield text_of(item) or text_of(item.get("item"))


def find_tags(page: Page) -> Found[tuple[str, ...]] | None:
    """Return what the outlet tagged the article with, or None."""
    sources = (
        ("json-ld", (v for v in iter_values(page, "keywords") if isinstance(v, str))),
        ("meta", iter_meta(page, "article:tag")),
        ("meta", iter_meta(page, "news_keywords", "keywords")),
    )
    for source, values in sources:
        if tags := unique(_split_tags(values)):
            return Found(tags, source)
    return None


def _split_tags(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        for tag in _LISTED.split(tidy(value)):
            if 1 < len(tag.strip()) <= 60:
                yield tag.strip()


def find_image(page: Page) -> Found[str] | None:
    """Return the address of the lead image, or None."""
    told = [(v, "meta") for v in page.meta.get("og:image", [])]
    told += [(_address(v), "json-ld") for v in iter_values(page, "image")]
    told += [(v, "meta") for v in page.meta.get("twitter:image", [])]
    for text, source in told:
        address = _join(page.url, text)
        if address and not _BLANK.search(split_url(address).path):
            return Found(address, source)
    return None


def _address(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def find_canonical_url(page: Page) -> Found[str] | None:
    """Return the address that the page claims for itself, or None.

    A claim that points to the front page is a mistake of the outlet's, and no claim.
    """
    links = page.tree.iter("link")
    hrefs = [e.get("href") or "" for e in links if e.get("rel") == "canonical"]
    told = [(href, "link") for href in hrefs[:1]]
    told += [(v, "meta") for v in page.meta.get("og:url", [])]
    for text, source in told:
        address = _join(page.url, text)
        if address and split_url(address).path.strip("/"):
            return Found(address, source)
    return None


def _join(base: str, address: str) -> str:
    try:
        joined = urljoin(base, address.strip())
        return joined if split_url(joined).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def find_access(page: Page) -> Found[Access] | None:
    """Return whether the outlet says the article is free, metered or paywalled."""
    tiers = iter_meta(page, "article:content_tier", "og:content_tier", "content_tier")
    for tier in tiers:
        known = _PAYWALL_TIERS.get(tier.lower())
        if known == "paywalled":
            return Found("paywalled", "meta")
        if known == "metered":
            return Found("metered", "meta")
        if known == "free":
            return Found("free", "meta")
    said = [r.get("isAccessibleForFree") for r in article_records(page)]
    flags = {str(flag).lower().rsplit("/", 1)[-1] for flag in said if flag is not None}
    if "false" in flags:
        return Found("paywalled", "json-ld")
    return Found("free", "json-ld") if "true" in flags else None
