"""Stories in the database: a local repair around the articles that changed.

Which articles are one story is decided by dedupe.stories; here the component of the
pair graph around a change is loaded, and its groups get ids, canonicals and counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from storage.keeping import Keeper, Member, load_members
from storage.pairs import CONNECTING, linking_pairs, save_verdicts
from storage.partition import Group

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from storage.pairs import StoredPair
    from storage.partition import Partition


_COLUMNS = (
    *("kept", "name", "anchor", "canonical", "first"),
    *("size", "outlets", "first_published", "last_published"),
)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM stories WHERE id = ?"
_SIZES = (
    "SELECT asked.value, coalesce(stories.size, 1) FROM json_each(?) AS asked"
    " LEFT JOIN stories ON stories.id = asked.value"
)
_CHOSEN = (
    "SELECT kept FROM stories WHERE id IN (SELECT value FROM json_each(?))"
    " AND kept IS NOT NULL"
)
# Members of stories that are decided together, if not all of one story.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What a repair changed: articles that moved from one story id to another."""

    moved: tuple[int, ...]
    stories: tuple[int, ...]


class Stories:
    """Keeps articles.story, articles.role and the stories table in step with pairs."""

    def __init__(self, db: Database, partition: Partition, keeper: Keeper) -> None:
        self._db = db
        self._partition = partition
        self.keeper = keeper

    def mint(self, headline: str) -> int:
        """Make a story for an article that is about to be inserted; return its id."""
        cursor = self._db.conn.execute(
            "INSERT INTO stories (name) VALUES (?)", [headline]
        )
        return int(cursor.lastrowid or 0)

    def next_ids(self) -> tuple[int, int]:
        """Return the ids of the next article and the next story; none is used again."""
        last = dict(
            self._db.conn.execute(
                "SELECT name, seq FROM sqlite_sequence"
                " WHERE name IN ('articles', 'stories')"
            ).fetchall()
        )
        return last.get("articles", 0) + 1, last.get("stories", 0) + 1

    def begin(self, story: int, article: int, row: Mapping[str, Any]) -> None:
        """Write the story of one article, which nothing joins."""
        self._db.conn.execute(
            "INSERT INTO stories (id, name, anchor, canonical, first,"
            " first_published, last_published) VALUES (?1, ?2, ?3, ?3, ?3, ?4, ?4)",
            [story, row["headline"], article, row["published"]],
        )

    def repair(self, changed: Iterable[int]) -> Repair:
        """Decide the stories around *changed* anew and write what differs.

        An id goes with most of its members (tie: the oldest story); an id that is
        left over becomes an alias of the story that most of its members went to.
        """
        members, pairs = self._component(changed)
        division = self._partition(list(members.values()), pairs)
        save_verdicts(self._db, division.changed)
        groups = division.groups
        ids = self._assign(groups, members)
        moved = [
            article
            for group, story in zip(groups, ids, strict=True)
            for article in group.members
            if members[article].story != story
        ]
        corrections = corrections_of(pairs)
        chosen = self._chosen({member.story for member in members.values()})
        for group, story in zip(groups, ids, strict=True):
            self._write(group, story, members, corrections, chosen)
        self._retire(groups, ids, members)
        return Repair(moved=tuple(moved), stories=tuple(ids))

    def parts(self, stories: Collection[int]) -> Iterator[list[int]]:
        """Go through *stories* in parts that repair() may hold in memory at once."""
        rows = self._db.conn.execute(_SIZES, [orjson.dumps([*stories]).decode()])
        part: list[int] = []
        held = 0
        for story, size in rows.fetchall():
            part.append(story)
            held += size
            if held >= _AT_ONCE:
                yield part
                part, held = [], 0
        if part:
            yield part

    def show(self, story: int) -> bool:
        """Pick the shown article of a story anew; return whether it is another one."""
        rows = self._db.conn.execute("SELECT id FROM articles WHERE story = ?", [story])
        members = {m.id: m for m in load_members(self._db, [row[0] for row in rows])}
        (anchor,) = self._db.conn.execute(
            "SELECT anchor FROM stories WHERE id = ?", [story]
        ).fetchone()
        group = Group(anchor=anchor, members=tuple(sorted(members)))
        before = {m.id for m in members.values() if m.role == "canonical"}
        corrections = corrections_of(linking_pairs(self._db, members))
        chosen = self._chosen([story])
        return self._write(group, story, members, corrections, chosen) not in before

    def exchange(self, one: int, other: int) -> None:
        """Give each of two stories the id of the other; what redirects to one stays."""
        anchors = [
            self._db.conn.execute(
                "SELECT anchor FROM stories WHERE id = ?", [story]
            ).fetchone()[0]
            for story in (one, other)
        ]
        groups = [
            Group(anchor=anchor, members=tuple(sorted(self._members_of([story]))))
            for anchor, story in zip(anchors, (one, other), strict=True)
        ]
        found = load_members(self._db, [a for group in groups for a in group.members])
        members = {member.id: member for member in found}
        corrections = corrections_of(linking_pairs(self._db, members))
        chosen = self._chosen([one, other])
        for group, story in zip(groups, (other, one), strict=True):
            self._write(group, story, members, corrections, chosen)

    def _component(
        self, changed: Iterable[int]
    ) -> tuple[dict[int, Member], list[StoredPair]]:
        """Load all that is linked to *changed*, and all of the stories met."""
        members: dict[int, Member] = {}
        pairs: dict[tuple[int, int], StoredPair] = {}
        seen: set[int] = set()
        front = set(changed)
        while front:
            found = load_members(self._db, front)
            members |= {member.id: member for member in found}
            linked = linking_pairs(self._db, front)
            pairs |= {(pair.a, pair.b): pair for pair in linked}
            near = {
                end
                for pair in linked
                if pair.verdict in CONNECTING
                for end in (pair.a, pair.b)
            }
            stories = {member.story for member in found} - seen
            seen |= stories
            near |= self._members_of(stories)
            front = near - members.keys()
        kept = [p for p in pairs.values() if p.a in members and p.b in members]
        return members, kept

    def _members_of(self, stories: Iterable[int]) -> set[int]:
        execute = self._db.conn.execute
        return {
            row[0]
            for story in stories
            for row in execute("SELECT id FROM articles WHERE story = ?", [story])
        }

    def _assign(
        self, groups: Sequence[Group], members: Mapping[int, Member]
    ) -> list[int]:
        votes = [
            (-count, story, place)
            for place, group in enumerate(groups)
            for story, count in Counter(members[a].story for a in group.members).items()
        ]
        ids: dict[int, int] = {}
        for _, story, place in sorted(votes):
            if place not in ids and story not in ids.values():
                ids[place] = story
        for place, group in enumerate(groups):
            if place not in ids:
                ids[place] = self.mint(members[group.anchor].headline)
        return [ids[place] for place in range(len(groups))]

    def _write(
        self,
        group: Group,
        story: int,
        members: Mapping[int, Member],
        corrections: Sequence[tuple[int, int]],
        chosen: Collection[int],
    ) -> int:
        """Write one story and its members' roles; return the article that it shows.

        That is one *chosen* by a person, if any: the story's own before another's.
        """
        own = [members[article] for article in group.members]
        before = self._load(story)
        by_person = [member for member in own if member.id in chosen]
        kept = min(
            by_person, key=lambda m: (m.id != before.get("kept"), m.id), default=None
        )
        canonical = kept or self.keeper.canonical(own, corrections)
        days = [member.published for member in own if member.published]
        now = {
            "kept": kept and kept.id,
            "name": canonical.headline,
            "anchor": group.anchor,
            "canonical": canonical.id,
            "first": self.keeper.first(own),
            "size": len(own),
            "outlets": len({member.outlet for member in own}),
            "first_published": min(days, default=None),
            "last_published": max(days, default=None),
        }
        self._update(story, {k: v for k, v in now.items() if v != before.get(k)})
        for member in own:
            role = "canonical" if member.id == canonical.id else "copy"
            if (member.story, member.role) != (story, role):
                self._db.conn.execute(
                    "UPDATE articles SET story = ?, role = ? WHERE id = ?",
                    [story, role, member.id],
                )
        return canonical.id

    def _chosen(self, stories: Collection[int]) -> set[int]:
        """Return the articles of *stories* that a person wants shown."""
        rows = self._db.conn.execute(_CHOSEN, [orjson.dumps([*stories]).decode()])
        return {row[0] for row in rows}

    def _load(self, story: int) -> dict[str, Any]:
        row = self._db.conn.execute(_SELECT, [story]).fetchone()
        return {} if row is None else dict(zip(_COLUMNS, row, strict=True))

    def _update(self, story: int, changed: dict[str, Any]) -> None:
        """Write what changed alone: each index that a column has costs a page."""
        if changed:
            sets = ", ".join(f"{column} = ?" for column in changed)
            self._db.conn.execute(
                f"UPDATE stories SET {sets} WHERE id = ?", [*changed.values(), story]
            )

    def _retire(
        self,
        groups: Sequence[Group],
        ids: Sequence[int],
        members: Mapping[int, Member],
    ) -> None:
        went: dict[int, Counter[int]] = defaultdict(Counter)
        for group, story in zip(groups, ids, strict=True):
            for article in group.members:
                went[members[article].story][story] += 1
        for old in went.keys() - set(ids):
            heir = min(went[old], key=lambda story: (-went[old][story], story))
            self.alias(old, heir)

    def leave(self, article: int) -> set[int]:
        """Take an article out of its story; return the members that are left.

        A story that nobody prints any more goes, and its aliases with it.
        """
        execute = self._db.conn.execute
        (story,) = execute(
            "SELECT story FROM articles WHERE id = ?", [article]
        ).fetchone()
        left = self._members_of([story]) - {article}
        for column in ("anchor", "canonical", "first", "kept"):
            execute(
                f"UPDATE stories SET {column} = NULL WHERE id = ? AND {column} = ?",
                [story, article],
            )
        execute("UPDATE articles SET story = NULL WHERE id = ?", [article])
        if not left:
            execute("DELETE FROM stories WHERE id = ?", [story])
        return left

    def alias(self, old: int, heir: int) -> None:
        """Let the story id *old* redirect to *heir*, and what redirected to it."""
        execute = self._db.conn.execute
        execute("UPDATE story_aliases SET story = ? WHERE story = ?", [heir, old])
        execute("INSERT INTO story_aliases (id, story) VALUES (?, ?)", [old, heir])
        execute("DELETE FROM stories WHERE id = ?", [old])


def corrections_of(pairs: Iterable[StoredPair]) -> list[tuple[int, int]]:
    """Return the pairs of which one article corrects the other."""
    return [(pair.a, pair.b) for pair in pairs if pair.verdict == "correction"]


def find_story(db: Database, story: int) -> int | None:
    """Return the story that *story* is, or redirects to."""
    row = db.conn.execute(
        "SELECT id FROM stories WHERE id = ? UNION ALL"
        " SELECT story FROM story_aliases WHERE id = ?",
        [story, story],
    ).fetchone()
    return None if row is None else int(row[0])
