"""Reading schema.org records: which one is the article, and what its fields say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.extract.wording import split_url, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extract.page import Page

Record = dict[str, Any]

# https://schema.org/Article and what outlets use in its place.
_ARTICLE_ENDINGS = ("article", "posting", "liveblogposting", "report", "review")
_PAGE_TYPES = {"webpage", "itempage", "videoobject", "creativework"}


def types_of(record: Record) -> set[str]:
    """Return a record's types in lower case, without their vocabulary."""
    raw = record.get("@type") or ()
    names = [raw] if isinstance(raw, str) else raw
    if not isinstance(names, list | tuple):
        return set()
    return {
        name.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower()
        for name in names
        if isinstance(name, str)
    }


def article_records(page: Page) -> list[Record]:
    """Return the records about the page's article, the surest first.

    A record that names another address than the page's goes last: pages list their
    related articles in the same way.
    """
    if "article records" not in page.memo:
        page.memo["article records"] = _pick_records(page)
    records: list[Record] = page.memo["article records"]
    return records


def _pick_records(page: Page) -> list[Record]:
    articles = [r for r in page.jsonld if _is_article(r)]
    if not articles:
        articles = [r for r in page.jsonld if types_of(r) & _PAGE_TYPES]
    path = split_url(page.url).path.rstrip("/")
    return sorted(articles, key=lambda record: _strangeness(record, path))


def _is_article(record: Record) -> bool:
    return any(name.endswith(_ARTICLE_ENDINGS) for name in types_of(record))


def _strangeness(record: Record, path: str) -> int:
    named = [record.get("url"), record.get("mainEntityOfPage"), record.get("@id")]
    paths = {
        split_url(address).path.rstrip("/")
        for address in map(_address, named)
        if address.startswith("http")
    }
    if path and path in paths:
        return 0
    return 1 if record.get("headline") or not paths else 2


def _address(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value.strip() if isinstance(value, str) else ""


def iter_values(page: Page, *keys: str) -> Iterator[Any]:
    """Yield what the article's records say under *keys*, lists taken apart."""
    for record in article_records(page):
        for key in keys:
            value = record.get(key)
            yield from value if isinstance(value, list) else [value]


def text_of(value: Any, *keys: str) -> str:
    """Return the text of a field that may be a string or a record with a name."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        named = (value.get(key) for key in (*keys, "name", "@value"))
        value = next((v for v in named if v), None)
    if isinstance(value, list):
        value = value[0] if value else None
    return tidy(value) if isinstance(value, str) else ""


def first_text(page: Page, *keys: str) -> str:
    """Return the first text that the article's records hold under *keys*, or ""."""
    return next(filter(None, map(text_of, iter_values(page, *keys))), "")


def resolve(page: Page, value: Any) -> Any:
    """Return the record that a bare ``{"@id": ...}`` points to, else *value*."""
    if not isinstance(value, dict) or value.get("name"):
        return value
    name = value.get("@id")
    for record in page.jsonld:
        if name and record.get("@id") == name and record.get("name"):
            return record
    return value
