"""What each outlet of the demo prints: made-up stories, reprinted in made-up ways."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# Fixed, so that two demos of one version make the same database.
FIRST_DAY = datetime(2026, 11, 16, tzinfo=UTC)

# A sub-editor's changes, whole words only.
EDITS = {
    "en": {"said": "stated", "about": "some", "because": "since", "will": "is to"},
    "ar": {"وقال": "وأكد", "وكان": "وقد كان", "بحسب": "حسب"},
    "ja": {"話した": "述べた", "話している": "述べている", "という": "とのことだ"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutlet:
    """One made-up outlet; *agency* is its credit where it is a wire service."""

    host: str
    name: str
    language: str
    look: str
    agency: str | None = None
    habit: str | None = None
    byline: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One story as one outlet printed it: what its page shows."""

    outlet: DemoOutlet
    path: str
    headline: str
    paragraphs: tuple[str, ...]
    published: datetime
    agency: str | None


@cache
def load_outlets() -> dict[str, DemoOutlet]:
    """Read the outlets of the demo by their short names."""
    rows = tomllib.loads(_read("outlets.toml"))
    return {
        name: DemoOutlet(**row | {"lines": tuple(row.get("lines", ()))})
        for name, row in rows.items()
    }


def iter_prints() -> Iterator[Print]:
    """Yield every page of the demo, story by story."""
    for language in ("en", "ar", "ja"):
        stories = tomllib.loads(_read(f"stories_{language}.toml"))["stories"]
        by_name = {story["name"]: story for story in stories}
        for story in stories:
            yield from _prints_of(story, by_name)


def _prints_of(story: dict[str, Any], stories: dict[str, Any]) -> Iterator[Print]:
    outlets = load_outlets()
    agency = outlets[story["prints"][0][0]].agency
    born = FIRST_DAY + timedelta(days=story["day"], hours=story["hour"])
    wire = _wire_text(story, stories, agency, born)
    for name, how, minutes in story["prints"]:
        outlet, published = outlets[name], born + timedelta(minutes=minutes)
        yield Print(
            outlet=outlet,
            path=f"/{published:%Y/%m/%d}/{story['name']}",
            headline=story["renamed"] if how == "renamed" else story["headline"],
            paragraphs=_reprint(wire, how, outlet.language),
            published=published,
            agency=agency,
        )


def _wire_text(
    story: dict[str, Any], stories: dict[str, Any], agency: str | None, born: datetime
) -> tuple[str, ...]:
    own = list(story["paragraphs"])
    if agency:
        own[0] = _dateline(story["place"], agency, born) + own[0]
    earlier = stories.get(story.get("follows", ""), {"paragraphs": []})["paragraphs"]
    background = [earlier[at] for at in story.get("repeats_paragraphs", ())]
    return tuple(own + background)


def _dateline(place: str, agency: str, born: datetime) -> str:
    if agency.isascii():
        return f"{place}, {born:%b} {born.day} ({agency}) - "
    if "وكالة" in agency:
        return f"{place} ({agency}) - "
    return f"【{place}＝{agency}】"


def _reprint(paragraphs: tuple[str, ...], how: str, language: str) -> tuple[str, ...]:
    if how == "trimmed":
        return paragraphs[: max(2, round(len(paragraphs) * 0.6))]
    if how == "edited":
        return tuple(_edit(paragraph, language) for paragraph in paragraphs)
    return paragraphs


def _edit(paragraph: str, language: str) -> str:
    edits = EDITS[language]
    if language != "ja":
        return " ".join(edits.get(word, word) for word in paragraph.split(" "))
    for old, new in edits.items():
        paragraph = paragraph.replace(old, new)
    return paragraph


def _read(name: str) -> str:
    return (resources.files("crawler.demo") / name).read_text("utf-8")
