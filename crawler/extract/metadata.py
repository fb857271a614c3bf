"""Everything about an article but its body, read from one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.extract.agency import find_agency
from crawler.extract.authors import find_authors
from crawler.extract.dateline import find_dateline
from crawler.extract.dates import Dates, find_dates
from crawler.extract.details import (
    find_access,
    find_canonical_url,
    find_image,
    find_section,
    find_tags,
)
from crawler.extract.headline import find_headline
from crawler.extract.language import find_language
from crawler.extract.subheadline import find_subheadline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from crawler.extract.found import Found
    from crawler.extract.page import Page
    from dedupe.block import Block
    from storage.article import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The fields of an Article that bear the same names, and *dates*.

    *field_sources* maps a field's name to the witness that it was read from.
    """

    headline: str
    dates: Dates
    subheadline: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    dateline: str | None = None
    agency: str | None = None
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    canonical_url: str | None = None
    access: Access | None = None
    field_sources: Mapping[str, str] = field(default_factory=dict)

    def article_fields(self) -> dict[str, Any]:
        """Return the keyword arguments of Article that this record fills."""
        names = [n for n in self.__slots__ if n not in {"dates", "field_sources"}]
        fields: dict[str, Any] = {name: getattr(self, name) for name in names}
        for name in ("published", "modified"):
            moment = getattr(self.dates, name)
            if moment:
                fields[name] = moment.when
                fields[f"{name}_precision"] = moment.precision
                fields[f"{name}_from"] = moment.source
        return fields | {"field_sources": self.field_sources}


def find_metadata(
    page: Page, blocks: Sequence[Block], *, fetched: datetime | None = None
) -> Metadata:
    """Read what *page* says about its article; *blocks* are the body found in it.

    *fetched* (aware) is when the page was fetched: no date can lie after it. The
    headline is "" where no witness gives one.
    """
    sources: dict[str, str] = {}

    def told(name: str, found: Found[Any] | None, absent: Any = None) -> Any:
        if found is None:
            return absent
        sources[name] = found.source
        return found.value

    headline = told("headline", find_headline(page), "")
    authors = find_authors(page)
    dateline = find_dateline(blocks, headline)
    text = "\n".join(block.text for block in blocks[:12])
    agency = find_agency(page, blocks, dateline=dateline, authors=authors)
    if authors.names:
        sources["authors"] = authors.source
    return Metadata(
        headline=headline,
        dates=find_dates(page, fetched=fetched),
        subheadline=told("subheadline", find_subheadline(page, headline)),
        byline=authors.byline,
        authors=authors.names,
        dateline=dateline.text if dateline else None,
        agency=told("agency", agency),
        language=told("language", find_language(page, text or headline)),
        section=told("section", find_section(page)),
        tags=told("tags", find_tags(page), ()),
        image=told("image", find_image(page)),
        canonical_url=told("canonical_url", find_canonical_url(page)),
        access=told("access", find_access(page)),
        field_sources=sources,
    )
