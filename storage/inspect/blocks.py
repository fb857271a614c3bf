"""An article's blocks as they were printed, what was taken out in its place."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from storage.inspect.wording import REASONS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_KINDS = {
    "p": "paragraph",
    "h": "subhead",
    "l": "list item",
    "q": "quote",
    "c": "caption",
    "t": "cell",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBlock:
    """A block and its place; *reason* says why it was taken out, None if it stayed."""

    position: int
    kind: str
    text: str
    reason: str | None = None
    repeats: int | None = None


def split_body(body: str) -> list[str]:
    """Return the blocks of a stored body, which are parted by a blank line."""
    return body.split("\n\n") if body else []


def printed_blocks(
    body: str, kinds: str, removed: Iterable[sqlite3.Row]
) -> list[ShownBlock]:
    """Return the blocks as extracted: the kept ones and, in place, the *removed*."""
    gone = {
        row["position"]: ShownBlock(
            position=row["position"],
            kind=row["kind"],
            text=row["text"],
            reason=REASONS.get(row["reason"], row["reason"]),
            repeats=row["repeats"],
        )
        for row in removed
    }
    free = (place for place in count() if place not in gone)
    kept = [
        ShownBlock(position=place, kind=_KINDS.get(kind, "paragraph"), text=text)
        for place, text, kind in zip(
            free, split_body(body), kinds.ljust(len(body), "p"), strict=False
        )
    ]
    return sorted([*kept, *gone.values()], key=lambda block: block.position)


def texts(blocks: Sequence[ShownBlock]) -> list[str]:
    """Return the text of every block, removed or not."""
    return [block.text for block in blocks]


def removed_of(conn: sqlite3.Connection, article: int) -> list[sqlite3.Row]:
    """Read what was taken out of *article*, in order."""
    return conn.execute(
        "SELECT position, kind, text, reason, repeats FROM removed_blocks"
        " WHERE article = ? ORDER BY position",
        (article,),
    ).fetchall()
