"""What a user asks of a dump, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from storage.dumps.fields import Fields

if TYPE_CHECKING:
    from pathlib import Path

    from storage.dumps.formats import Format

Only = Literal["inside", "across"]
Unit = Literal["article", "paragraph", "headline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupeRequest:
    """One run over *inputs* (files, folders, globs, "file.db::table", "-").

    *keep* is "earliest", "longest", or preferred outlets, the best first. *only*
    "inside" cleans articles and compares none, "across" compares them as they are.
    *memory* bounds the verification records that stay in memory, in bytes; the rest
    goes to a file in *spill*. *strict* raises at the first reject.
    """

    inputs: tuple[str, ...]
    output: Path | None = None
    format: Format | None = None
    fields: Fields = field(default_factory=Fields)
    first_line_is_headline: bool = True
    unit: Unit = "article"
    keep: str = "earliest"
    only: Only | None = None
    annotate: bool = False
    strict: bool = False
    stories: Path | None = None
    pairs: Path | None = None
    removed: Path | None = None
    rejects: Path | None = None
    report: Path | None = None
    against: Path | None = None
    into: Path | None = None
    memory: int | None = None
    spill: Path | None = None
    threads: int = 2

    @property
    def lists_pairs(self) -> bool:
        """Whether decided pairs are shown, not only counted."""
        return self.pairs is not None or self.report is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeStory:
    """A story of many articles: the canonical's id and headline, and how many."""

    id: str
    headline: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupeReport:
    """What became of a dump: survivors + copies + rejects = rows.

    *copies* counts by verdict ("revision" is an earlier text of a survivor's URL),
    *rejects*, *removed* (blocks taken out of articles) and *looked_at* (pairs that were
    compared and are not listed) by reason, *pairs* by verdict. *known* are articles
    whose story the database of --against has already.
    """

    inputs: tuple[str, ...]
    output: str | None
    rows: int
    survivors: int
    copies: dict[str, int]
    rejects: dict[str, int]
    stories: int
    seconds: float
    pairs: dict[str, int] = field(default_factory=dict)
    looked_at: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    largest: tuple[LargeStory, ...] = ()
    duplicate_ids: int = 0
    alarms: tuple[str, ...] = ()
    known: int | None = None

    @property
    def articles(self) -> int:
        """The rows that could be read."""
        return self.rows - sum(self.rejects.values())
