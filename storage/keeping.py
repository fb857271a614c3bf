"""Which article of a story is shown, and which printed it first.

Times are intervals: a day is all of its day, and nothing was published after we
fetched it. Where intervals overlap nobody can say who was first, and it is a tie.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from storage.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

_WIDTH = {
    "day": timedelta(hours=23, minutes=59, seconds=59),
    "minute": timedelta(seconds=59),
    "second": timedelta(0),
}
_ALWAYS = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
_NEVER = datetime.fromisoformat("9999-12-30T00:00:00+00:00")
_SETTING = "keep"
_MEMBERS = """
SELECT articles.id, articles.story, articles.role, articles.headline,
    articles.text_hash, articles.words, articles.published,
    articles.published_precision, articles.fetched, articles.outlet,
    outlets.name, outlets.agency IS NOT NULL
FROM json_each(?) AS asked CROSS JOIN articles ON articles.id = asked.value
LEFT JOIN outlets ON outlets.id = articles.outlet"""


@dataclass(frozen=True, slots=True)
class Member:
    """What deciding a story needs to know of an article; times are ISO texts."""

    id: int
    story: int
    role: str
    headline: str
    text_hash: int | None
    words: int
    published: str | None
    precision: str | None
    fetched: str | None
    outlet: int | None
    outlet_name: str | None
    is_agency: bool

    @property
    def interval(self) -> tuple[datetime, datetime]:
        """The earliest and the latest moment at which it may have been published."""
        return _interval(self.published, self.precision, self.fetched)


# Each article that joins a story has those of all its members asked for again.
@lru_cache(maxsize=8192)
def _interval(
    published: str | None, precision: str | None, fetched: str | None
) -> tuple[datetime, datetime]:
    known = datetime.fromisoformat(fetched) if fetched else _NEVER
    if published is None:
        return _ALWAYS, known
    start = datetime.fromisoformat(published)
    end = start + _WIDTH[precision or "second"]
    return min(start, known), min(end, known)


@dataclass(frozen=True, slots=True)
class Keeper:
    """A keep rule: "earliest", "longest", or a list of preferred outlets' names."""

    rule: str = "earliest"

    def __post_init__(self) -> None:
        if not self.rule.strip():
            raise DatabaseError("the keep rule is empty: earliest, longest or outlets")

    def canonical(
        self, members: Sequence[Member], corrections: Iterable[tuple[int, int]] = ()
    ) -> Member:
        """Pick the member that is shown; ties go to the earliest, then the oldest.

        *corrections* are pairs of members of which one corrects the other: the text
        that was published later is preferred, whatever the rule.
        """
        old = _corrected(members, corrections)
        some = [one for one in members if one.text_hash not in old] or list(members)
        if self.rule == "earliest":
            return min(maybe_first(some), key=_by_credit)
        return min(some, key=self._key)

    def first(self, members: Sequence[Member]) -> int | None:
        """Find the member that printed the story first; None where it is a tie.

        Articles of one outlet do not tie with each other.
        """
        early = maybe_first(members)
        if len({member.outlet for member in early}) > 1:
            return None
        return min(early, key=_by_time).id

    def _key(self, member: Member) -> tuple[object, ...]:
        if self.rule == "longest":
            return (-member.words, *_by_time(member))
        names = [name.strip() for name in self.rule.split(",")]
        name = member.outlet_name
        place = names.index(name) if name in names else len(names)
        return (place, *_by_time(member))


def _corrected(
    members: Sequence[Member], corrections: Iterable[tuple[int, int]]
) -> set[int]:
    """Return the hashes of the texts that a later one corrects."""
    by_id = {member.id: member for member in members}
    old: set[int] = set()
    for pair in corrections:
        one, other = (by_id.get(article) for article in pair)
        if one is None or other is None or one.published == other.published:
            continue
        if one.published and other.published:
            first, last = sorted((one, other), key=lambda member: member.interval)
            # Times that may be the same do not tell which one corrects the other.
            sure = first.interval[1] < last.interval[0]
            if sure and first.text_hash is not None:
                old.add(first.text_hash)
    return old


def maybe_first(members: Sequence[Member]) -> list[Member]:
    """Return the members that none of the others is sure to precede."""
    limit = min(member.interval[1] for member in members)
    return [member for member in members if member.interval[0] <= limit]


def load_members(db: Database, articles: Iterable[int]) -> list[Member]:
    """Load what deciding their stories needs to know of *articles*."""
    asked = orjson.dumps(sorted(articles)).decode()
    rows = db.conn.execute(_MEMBERS, [asked])
    return [Member(*(*row[:-1], bool(row[-1]))) for row in rows]


def load_keeper(db: Database) -> Keeper:
    """Load the keep rule of a database."""
    row = db.conn.execute(
        "SELECT value FROM settings WHERE key = ?", [_SETTING]
    ).fetchone()
    return Keeper(orjson.loads(row[0])) if row else Keeper()


def save_keeper(db: Database, keeper: Keeper) -> None:
    """Keep the rule for every later decision."""
    db.conn.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [_SETTING, orjson.dumps(keeper.rule).decode()],
    )


def _by_credit(member: Member) -> tuple[object, ...]:
    return (not member.is_agency, member.fetched or "~", member.id)


def _by_time(member: Member) -> tuple[object, ...]:
    return (member.interval[0], member.fetched or "~", member.id)
