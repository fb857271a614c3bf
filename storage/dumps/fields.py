"""Which field of a dump is the text, the headline, the URL: by name."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from storage.errors import MissingFieldError

if TYPE_CHECKING:
    from collections.abc import Collection

_LONGEST_NAME = 60
# In order of trust. A dump of pages may have both "title" and "headline".
_COMMON: dict[str, tuple[str, ...]] = {
    "text": (
        *("text", "body", "maintext", "article", "articlebody", "article_text"),
        *("full_text", "fulltext", "body_text", "content", "contents", "plain_text"),
        *("raw_text", "story", "clean_text", "cleaned_text", "document"),
    ),
    "headline": ("headline", "title", "headlines", "article_title", "heading"),
    "url": ("url", "link", "uri", "source_url", "canonical_url", "article_url"),
    "date": (
        *("published", "date_published", "datepublished", "publish_date"),
        *("published_at", "published_date", "publication_date", "pub_date", "pubdate"),
        *("date", "datetime", "timestamp", "created_at", "date_publish"),
    ),
    "outlet": (
        *("outlet", "publisher", "source", "source_domain", "domain", "site"),
        *("newspaper", "publication", "host", "website", "sitename", "source_name"),
    ),
    "id": ("id", "_id", "article_id", "doc_id", "docid", "uuid", "guid", "key"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The names of the fields that are read; None is found by its common names.

    A dot goes into nested values: "article.body".
    """

    text: str | None = None
    headline: str | None = None
    id: str | None = None
    url: str | None = None
    date: str | None = None
    outlet: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The six names in the record's order, "" for what the dump lacks."""
        return tuple(getattr(self, field.name) or "" for field in fields(self))


TEXT, HEADLINE, ID, URL, DATE, OUTLET = range(6)


def find_fields(wanted: Fields, available: Collection[str], where: str) -> Fields:
    """Return *wanted* with what it leaves open found among *available*.

    Raises MissingFieldError, which lists what is there, where no field is the text or
    a named one is absent.
    """
    lower: dict[str, str] = {}
    for name in available:
        lower.setdefault(name.lower(), name)
    found = wanted
    for role, common in _COMMON.items():
        named = getattr(wanted, role)
        if named is None:
            hit = next((lower[name] for name in common if name in lower), None)
            found = replace(found, **{role: hit})
        elif named not in available and named.split(".")[0] not in available:
            raise MissingFieldError(_absent(where, f'no field "{named}"', available))
    if found.text is None:
        raise MissingFieldError(
            _absent(where, "no field that holds the text", available) + " (--text)"
        )
    return found


def value_at(row: object, name: str) -> object:
    """Return the value of a field of a row, through nested values by dots, or None."""
    if isinstance(row, dict) and name in row:
        return row[name]
    for part in name.split("."):
        row = row.get(part) if isinstance(row, dict) else None
    return row


def _absent(where: str, what: str, available: Collection[str]) -> str:
    listed = ", ".join(map(_shortened, available)) or "nothing"
    return f"{where} has {what}; name one of: {listed}"


def _shortened(name: str) -> str:
    """Return a name on one line: without a header, the first row's text is one."""
    told = " ".join(name.split())
    return told if len(told) <= _LONGEST_NAME else f"{told[:_LONGEST_NAME]}..."
