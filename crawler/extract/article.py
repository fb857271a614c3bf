"""A page in, an article out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.errors import NotAnArticle
from crawler.extract.agency import find_agency
from crawler.extract.authors import find_authors
from crawler.extract.body import find_body
from crawler.extract.captions import part_captions
from crawler.extract.dateline import find_dateline
from crawler.extract.dates import find_dates
from crawler.extract.details import (
    find_access,
    find_canonical_url,
    find_image,
    find_section,
    find_tags,
)
from crawler.extract.headline import find_headline
from crawler.extract.language import find_language
from crawler.extract.not_an_article import refuse
from crawler.extract.page import read_page
from crawler.extract.rules import pick_rule
from storage.article import Article

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.extract.body import Body
    from crawler.extract.page import Page
    from crawler.extract.rules import Rule


def extract(
    html: bytes | str,
    url: str,
    *,
    content_type: str | None = None,
    fetched: datetime | None = None,
    outlet: str | None = None,
    rules: Sequence[Rule] = (),
) -> Article:
    """Take the article out of a page.

    *content_type* is the HTTP header of that name, which may declare the charset.
    *fetched* (aware) bounds the dates. *rules* are the outlet's own, where it needs any.
    Raises NotAnArticle, and nothing else, with the reason in ``reason``.
    """
    page = read_page(html, url, content_type=content_type)
    body = find_body(page, pick_rule(rules, fetched))
    refuse(page, body)
    return _assemble(page, body, fetched=fetched, outlet=outlet)


def _assemble(
    page: Page, body: Body, *, fetched: datetime | None, outlet: str | None
) -> Article:
    headline = find_headline(page)
    if headline is None:
        raise NotAnArticle("no headline")
    blocks, captions = part_captions(headline.value, body)
    # All that was found may be another headline of the page.
    if not blocks:
        raise NotAnArticle("empty page")
    authors = find_authors(page)
    dateline = find_dateline(blocks, headline.value)
    found = {
        "headline": headline,
        "language": find_language(page, "\n".join(b.text for b in blocks)),
        "agency": find_agency(page, blocks, dateline=dateline, authors=authors),
        "section": find_section(page),
        "tags": find_tags(page),
        "image": find_image(page),
        "canonical_url": find_canonical_url(page),
        "access": find_access(page),
    }
    values: dict[str, Any] = {name: f.value for name, f in found.items() if f}
    sources = {name: f.source for name, f in found.items() if f}
    if authors.source:
        sources["authors"] = authors.source
    return Article(
        url=page.url,
        outlet=outlet,
        blocks=blocks,
        captions=captions,
        subheadline=body.subheadline,
        byline=authors.byline,
        authors=authors.names,
        dateline=dateline.text if dateline else None,
        fetched=fetched,
        extractor=body.extractor,
        field_sources=sources,
        **values,
        **_dates(page, fetched),
    )


def _dates(page: Page, fetched: datetime | None) -> dict[str, Any]:
    dates = find_dates(page, fetched=fetched)
    values: dict[str, Any] = {}
    for name, moment in (("published", dates.published), ("modified", dates.modified)):
        if moment:
            values[name] = moment.when
            values[f"{name}_precision"] = moment.precision
            values[f"{name}_from"] = moment.source
    return values
