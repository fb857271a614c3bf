"""The record of one article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dedupe.block import Block

Precision = Literal["day", "minute", "second"]
Access = Literal["free", "metered", "paywalled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One text as one outlet published it, as extraction found it.

    *blocks* are the extracted blocks in order, before repeats and boilerplate are
    taken out; *captions* are those of its pictures that say something of their own. Datetimes are aware and in UTC; *published_from* names where the value
    was read ("json-ld", "meta", "time", "text", "url"). *authors* are names only.
    *agency* is the canonical name from the agency table, or "" where the page credits
    agencies without naming one ("(وكالات)"), or None. *field_sources* maps a field's
    name to the witness that it came from. *content_hash* is a digest of the page's
    bytes: another text from the same bytes is a better extraction and no revision.
    """

    url: str
    headline: str
    blocks: tuple[Block, ...]
    canonical_url: str | None = None
    outlet: str | None = None
    subheadline: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    dateline: str | None = None
    agency: str | None = None
    language: str | None = None
    published: datetime | None = None
    published_precision: Precision | None = None
    published_from: str | None = None
    modified: datetime | None = None
    modified_precision: Precision | None = None
    modified_from: str | None = None
    fetched: datetime | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    captions: tuple[str, ...] = ()
    access: Access | None = None
    extractor: str = ""
    content_hash: str | None = None
    field_sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """The extracted blocks, parted by a blank line."""
        return "\n\n".join(block.text for block in self.blocks)
