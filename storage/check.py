"""Is a database whole: file, keys, index, search, stories; and repairing it.

Everything that is derived can be derived again; what is not (a damaged file, a missing
row of articles) is named, and left to a backup.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.counts import count_again, find_miscounted
from storage.search import index_everything
from storage.search_query import index_words
from storage.settle import count_waiting, empty_index, queue_everything, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from storage.store import Store

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is not as it should be; *repaired* says whether it was mended."""

    part: str
    what: str
    count: int
    examples: tuple[int, ...] = ()
    repaired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was looked at, what was found, and how many articles wait for settle."""

    articles: int
    stories: int
    waiting: int
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong, or all that was is mended."""
        return all(problem.repaired for problem in self.problems)


# Each finds ids that should not be there. A damaged row is found by one of them only.
_QUERIES: dict[str, tuple[str, str]] = {
    "articles without a story": (
        "stories",
        (
            "SELECT articles.id FROM articles LEFT JOIN stories"
            " ON stories.id = articles.story WHERE stories.id IS NULL"
        ),
    ),
    "stories without exactly one canonical": (
        "stories",
        (
            "SELECT stories.id FROM stories LEFT JOIN articles"
            " ON articles.story = stories.id GROUP BY stories.id"
            " HAVING sum(articles.role = 'canonical') IS NOT 1"
            " OR max(articles.role = 'canonical' AND articles.id = stories.canonical)"
            " IS NOT 1"
        ),
    ),
    "stories whose counts are wrong": (
        "stories",
        (
            "SELECT stories.id FROM stories JOIN articles ON articles.story = stories.id"
            " GROUP BY stories.id HAVING count(*) <> stories.size"
            " OR count(DISTINCT coalesce(articles.outlet, -1)) <> stories.outlets"
        ),
    ),
    "aliases of live or missing stories": (
        "aliases",
        (
            "SELECT story_aliases.id FROM story_aliases LEFT JOIN stories AS heir"
            " ON heir.id = story_aliases.story"
            " WHERE heir.id IS NULL OR story_aliases.id IN (SELECT id FROM stories)"
        ),
    ),
    "articles of one text of which not one is in the index": (
        "index",
        (
            "SELECT min(id) FROM articles WHERE text_hash IS NOT NULL AND words >= 60"
            " GROUP BY text_hash HAVING sum(indexed) <> 1"
        ),
    ),
    "index entries without an article": (
        "index",
        (
            "SELECT DISTINCT article FROM (SELECT article FROM bands"
            " UNION SELECT article FROM passage_keys UNION SELECT article FROM signatures)"
            " WHERE article NOT IN (SELECT id FROM articles WHERE indexed)"
        ),
    ),
    "indexed articles without a signature": (
        "index",
        (
            "SELECT id FROM articles WHERE indexed"
            " AND id NOT IN (SELECT article FROM signatures)"
        ),
    ),
    "articles that search does not know": (
        "search",
        "SELECT id FROM articles EXCEPT SELECT id FROM search_docsize",
    ),
    "search entries without an article": (
        "search",
        "SELECT id FROM search_docsize EXCEPT SELECT id FROM articles",
    ),
}


def check(store: Store, *, repair: bool = False) -> CheckReport:
    """Check everything; with *repair* derive anew what can be derived."""
    db = store.db
    problems = _look(store)
    if repair and problems:
        _repair(store, {problem.part for problem in problems})
        left = {problem.what for problem in _look(store)}
        problems = [
            Problem(
                part=p.part,
                what=p.what,
                count=p.count,
                examples=p.examples,
                repaired=p.what not in left,
            )
            for p in problems
        ]
    count = db.conn.execute
    return CheckReport(
        articles=count("SELECT count(*) FROM articles").fetchone()[0],
        stories=count("SELECT count(*) FROM stories").fetchone()[0],
        waiting=count_waiting(store),
        problems=tuple(problems),
    )


def _look(store: Store) -> list[Problem]:
    damage = _check_file(store.db)
    # What is read from a damaged file proves nothing more.
    if damage:
        return damage
    return [
        *_check_keys(store.db),
        *_check_rows(store.db),
        *_check_counts(store.db),
        *_check_texts(store),
    ]


def _check_file(db: Database) -> list[Problem]:
    try:
        found = [row[0] for row in db.conn.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found == ["ok"]:
        return []
    what = f"damaged: {found[0]}; restore a backup"
    return [Problem(part="file", what=what, count=len(found))]


def _check_keys(db: Database) -> list[Problem]:
    problems = []
    broken = db.conn.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        what = f"rows of {tables} that point at nothing"
        problems.append(Problem(part="keys", what=what, count=len(broken)))
    return problems


def _check_rows(db: Database) -> list[Problem]:
    problems = []
    for what, (part, sql) in _QUERIES.items():
        ids = [row[0] for row in db.conn.execute(sql)]
        if ids:
            examples = tuple(ids[:_SHOWN])
            problems.append(
                Problem(part=part, what=what, count=len(ids), examples=examples)
            )
    return problems


def _check_counts(db: Database) -> list[Problem]:
    wrong = find_miscounted(db)
    if not wrong:
        return []
    what, examples = "outlets whose counts are wrong", tuple(wrong[:_SHOWN])
    return [Problem(part="counts", what=what, count=len(wrong), examples=examples)]


def _check_texts(store: Store) -> list[Problem]:
    """Derive every article's index entries and words again, and compare."""
    wrong: dict[tuple[str, str], list[int]] = {}
    for article, headline, body, kinds, indexed, size in store.db.conn.execute(
        "SELECT articles.id, headline, body, block_kinds, indexed, search_docsize.sz"
        " FROM articles LEFT JOIN search_docsize ON search_docsize.id = articles.id"
    ):
        if (len(body.split("\n\n")) if body else 0) != len(kinds):
            key = ("articles", "bodies whose blocks and kinds differ")
            wrong.setdefault(key, []).append(article)
        words = [len(index_words(text).split()) for text in (headline, body)]
        if size is not None and _varints(size) != words:
            key = ("search", "articles whose words in search are others")
            wrong.setdefault(key, []).append(article)
        if indexed and not _is_indexed(store, article, headline, body):
            key = ("index", "articles whose keys in the index are others")
            wrong.setdefault(key, []).append(article)
    return [
        Problem(part=part, what=what, count=len(ids), examples=tuple(ids[:_SHOWN]))
        for (part, what), ids in wrong.items()
    ]


def _is_indexed(store: Store, article: int, headline: str, body: str) -> bool:
    entry = store.adder.decider.sign(headline, body).entry
    assert entry is not None
    execute = store.db.conn.execute
    return all(
        execute(
            f"SELECT 1 FROM {table} WHERE key = ? AND article = ?", [key, article]
        ).fetchone()
        for table, keys in (("bands", entry.bands), ("passage_keys", entry.passages))
        for _, key in keys
    )


def _varints(data: bytes) -> list[int]:
    """Read the token counts that FTS5 keeps of each row, a column each."""
    numbers, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    return numbers


def _repair(store: Store, parts: set[str]) -> None:
    mend: dict[str, Callable[[Store], None]] = {
        "aliases": _mend_aliases,
        "index": _mend_index,
        "search": _mend_search,
        "stories": _mend_stories,
    }
    for part, step in mend.items():
        if part in parts:
            step(store)
    settle(store)
    if "counts" in parts:
        with store.transaction() as db:
            count_again(db)


def _mend_aliases(store: Store) -> None:
    with store.transaction() as db:
        db.conn.execute(
            "DELETE FROM story_aliases WHERE id IN (SELECT id FROM stories)"
            " OR story NOT IN (SELECT id FROM stories)"
        )


def _mend_index(store: Store) -> None:
    with store.transaction() as db:
        empty_index(db, "check")
    store.forget_caches()


def _mend_search(store: Store) -> None:
    with store.transaction() as db:
        index_everything(db)


def _mend_stories(store: Store) -> None:
    with store.transaction() as db:
        orphans = db.conn.execute(
            "SELECT id, headline FROM articles WHERE story IS NULL"
            " OR story NOT IN (SELECT id FROM stories)"
        ).fetchall()
        for article, headline in orphans:
            story = store.adder.stories.mint(headline)
            db.conn.execute(
                "UPDATE articles SET story = ? WHERE id = ?", [story, article]
            )
            db.conn.execute(
                "UPDATE stories SET anchor = ? WHERE id = ?", [article, story]
            )
        db.conn.execute(
            "DELETE FROM stories WHERE id NOT IN"
            " (SELECT story FROM articles WHERE story IS NOT NULL)"
        )
        queue_everything(db, "check")
