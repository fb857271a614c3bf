"""Made-up articles for the storage tests: distinct prose from a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dedupe.block import Block
from storage.article import Article

if TYPE_CHECKING:
    from storage.store import Store

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
_SYLLABLES = [
    "ba",
    "ko",
    "ri",
    "ten",
    "mu",
    "sal",
    "do",
    "vi",
    "gar",
    "ne",
    "lo",
    "shi",
    "pra",
    "zu",
    "el",
    "tor",
    "mi",
    "han",
    "ces",
    "wu",
]


def prose(seed: int, paragraphs: int = 5) -> list[str]:
    """Write paragraphs of two sentences each; another seed shares no sentence."""
    rng = random.Random(seed)

    def word() -> str:
        return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4)))

    def sentence() -> str:
        return " ".join(word() for _ in range(rng.randint(9, 16))).capitalize() + "."

    return [f"{sentence()} {sentence()}" for _ in range(paragraphs)]


def make_article(
    number: int,
    *,
    text: int | None = None,
    outlet: str = "Harbour Post",
    minutes: int | None = None,
    blocks: list[str] | None = None,
    **fields: object,
) -> Article:
    """Make article *number*, printing the prose of seed *text* (its own by default)."""
    seed = number if text is None else text
    when = START + timedelta(minutes=number if minutes is None else minutes)
    values = {
        "url": f"http://{outlet.replace(' ', '-').lower()}.test/news/story-{number}",
        "headline": " ".join(prose(seed + 100_000, 1)[0].split()[:7]),
        "outlet": outlet,
        "published": when,
        "published_precision": "minute",
        "fetched": when + timedelta(hours=1),
        "language": "en",
    }
    return Article(
        blocks=tuple(Block(line) for line in blocks or prose(seed)),
        **{**values, **fields},  # type: ignore[arg-type]
    )


def stories(store: Store) -> dict[int, list[int]]:
    """The articles of each story, oldest first."""
    found: dict[int, list[int]] = {}
    for story, article in store.db.conn.execute(
        "SELECT story, id FROM articles ORDER BY id"
    ):
        found.setdefault(story, []).append(article)
    return found
