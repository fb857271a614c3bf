"""Stories changed by hand: another keep rule, merged, split.

Merging and splitting are answers about pairs, so they survive every later decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.errors import DatabaseError
from storage.keeping import Keeper, save_keeper
from storage.reviews import Answer, Review, save_review
from storage.settle import settle
from storage.stories import find_story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlite_utils import Database

    from storage.store import Store

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepReport:
    """The rule, how many stories there are, and how many show another article now."""

    rule: str
    stories: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReport:
    """The stories that came of a change by hand, with their articles."""

    stories: dict[int, tuple[int, ...]]


def keep(
    store: Store, rule: str, *, progress: Callable[[int], None] | None = None
) -> KeepReport:
    """Pick the shown article of every story by *rule*, from now on too.

    *rule* is "earliest", "longest" or preferred outlets' names, parted by commas.
    Raises DatabaseError for an outlet that the database does not know.
    """
    keeper = Keeper(rule)
    _refuse_unknown_outlets(store.db, rule)
    stories = changed = last = 0
    with store.transaction() as db:
        save_keeper(db, keeper)
    store.adder.stories.keeper = keeper
    while True:
        with store.transaction() as db:
            ids = [
                row[0]
                for row in db.conn.execute(
                    "SELECT id FROM stories WHERE id > ? ORDER BY id LIMIT ?",
                    [last, _BATCH],
                )
            ]
            changed += sum(store.adder.stories.show(story) for story in ids)
        if not ids:
            return KeepReport(rule=rule, stories=stories, changed=changed)
        stories, last = stories + len(ids), ids[-1]
        if progress is not None:
            progress(len(ids))


def merge_stories(
    store: Store, stories: Sequence[int], *, reviewer: str
) -> StoryReport:
    """Make one story of several: each article is called the same as the first's anchor.

    Raises DatabaseError where one is unknown or fewer than two are left.
    """
    ids = list(dict.fromkeys(_pick_story(store.db, story) for story in stories))
    if len(ids) < 2:
        raise DatabaseError("these are one story already: name two different ones")
    anchor = _anchor(store.db, ids[0])
    touched = _members(store.db, ids)
    with store.transaction() as db:
        pairs = [(anchor, other) for other in touched if other != anchor]
        _answer(store, db, pairs, "same", reviewer)
    return _settled(store, touched)


def split_story(
    store: Store, story: int, articles: Sequence[int], *, reviewer: str
) -> StoryReport:
    """Take *articles* out of a story: each is called different from all that stay.

    What stays is one story still, under the same id, also where only those that leave
    held it together, and what leaves of one text leaves together. Raises DatabaseError
    where an article is not in the story, or none would stay.
    """
    story = _pick_story(store.db, story)
    members = _members(store.db, [story])
    strangers = sorted(set(articles) - set(members))
    if strangers:
        raise DatabaseError(f"article {strangers[0]} is not in story {story}")
    stay = [article for article in members if article not in set(articles)]
    if not stay:
        raise DatabaseError(f"all articles of story {story} were named: leave one")
    with store.transaction() as db:
        _, minted = store.adder.stories.next_ids()
        pairs = [(one, other) for one in sorted(set(articles)) for other in stay]
        _answer(store, db, pairs, "different", reviewer)
    settle(store)
    for group in (stay, *_of_one_text(store.db, articles)):
        _hold_together(store, group, reviewer)
    _leave_id(store, story, stay, minted)
    return _settled(store, members)


def keep_article(store: Store, article: int) -> StoryReport:
    """Show *article* for its story, whatever the keep rule says."""
    with store.transaction() as db:
        row = db.conn.execute(
            "SELECT story FROM articles WHERE id = ?", [article]
        ).fetchone()
        if row is None:
            raise DatabaseError(f"no article {article}: give an id that is stored")
        db.conn.execute("UPDATE stories SET kept = ? WHERE id = ?", [article, row[0]])
        store.adder.stories.show(row[0])
    return _report(store.db, [article])


def _hold_together(store: Store, articles: Sequence[int], reviewer: str) -> None:
    """Call those the same as the largest part's anchor that fell out of its story."""
    stories = _stories(store.db, articles)
    sizes = Counter(stories[article] for article in sorted(articles))
    (largest, _), *others = sizes.most_common()
    if not others:
        return
    anchor = _anchor(store.db, largest)
    pairs = [(anchor, article) for article in articles if stories[article] != largest]
    with store.transaction() as db:
        _answer(store, db, pairs, "same", reviewer)
    settle(store)


def _leave_id(store: Store, story: int, stay: Sequence[int], minted: int) -> None:
    """Let those that stay have the story's id, if they got one from *minted* on."""
    with store.transaction() as db:
        # Other people's answers may part those that stay.
        ((now, _),) = Counter(_stories(db, stay).values()).most_common(1)
        if now >= minted:
            store.adder.stories.exchange(story, now)


def _of_one_text(db: Database, articles: Sequence[int]) -> list[list[int]]:
    """Return the articles by their text; one without a text has no group."""
    groups: dict[int, list[int]] = defaultdict(list)
    for article, text in db.conn.execute(
        f"SELECT id, text_hash FROM articles WHERE id IN ({_marks(articles)})"
        " AND text_hash IS NOT NULL ORDER BY id",
        list(articles),
    ):
        groups[text].append(article)
    return list(groups.values())


def _answer(
    store: Store,
    db: Database,
    pairs: Iterable[tuple[int, int]],
    answer: Answer,
    reviewer: str,
) -> None:
    for a, b in pairs:
        review = Review(a=a, b=b, answer=answer, reviewer=reviewer)
        save_review(db, review, now=store.now(), note="wirecopy story")


def _settled(store: Store, articles: Sequence[int]) -> StoryReport:
    settle(store)
    return _report(store.db, articles)


def _report(db: Database, articles: Sequence[int]) -> StoryReport:
    stories = sorted(set(_stories(db, articles).values()))
    return StoryReport(stories={s: tuple(_members(db, [s])) for s in stories})


def _pick_story(db: Database, story: int) -> int:
    found = find_story(db, story)
    if found is None:
        raise DatabaseError(f"no story {story}: give an id of the stories table")
    return found


def _anchor(db: Database, story: int) -> int:
    row = db.conn.execute("SELECT anchor FROM stories WHERE id = ?", [story]).fetchone()
    return int(row[0])


def _stories(db: Database, articles: Sequence[int]) -> dict[int, int]:
    rows = db.conn.execute(
        f"SELECT id, story FROM articles WHERE id IN ({_marks(articles)})",
        list(articles),
    )
    return dict(rows.fetchall())


def _members(db: Database, stories: Sequence[int]) -> list[int]:
    rows = db.conn.execute(
        f"SELECT id FROM articles WHERE story IN ({_marks(stories)}) ORDER BY id",
        list(stories),
    )
    return [row[0] for row in rows]


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))


def _refuse_unknown_outlets(db: Database, rule: str) -> None:
    if rule in ("earliest", "longest"):
        return
    for name in rule.split(","):
        row = db.conn.execute("SELECT 1 FROM outlets WHERE name = ?", [name.strip()])
        if row.fetchone() is None:
            raise DatabaseError(
                f"no outlet {name.strip()!r}: the rule is earliest, longest or outlets"
            )
