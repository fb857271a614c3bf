"""Is a database whole: file, keys, index, search, stories; and repairing it.

Everything that is derived can be derived again; what is not (a damaged file, a missing
row of articles) is named, and left to a backup.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.counts import find_miscounted
from storage.key_filter import find_lossy
from storage.key_runs import key_blobs
from storage.opening import is_busy
from storage.recent_keys import find_row, last_turn
from storage.repairing import GARBLED, MISPLACED
from storage.repairing import repair as mend
from storage.search_query import index_words
from storage.settle import count_waiting

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.signing import Signed
    from storage.store import Store

_SHOWN = 5
_KEYS = ("bands", "passage_keys")


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


# settle() enters these anew where the index was emptied.
_WAITS = "(SELECT article FROM settle_queue)"
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
            " OR min(articles.published) IS NOT stories.first_published"
            " OR max(articles.published) IS NOT stories.last_published"
        ),
    ),
    "stories whose anchor, first article or name is not theirs": (
        "stories",
        (
            "SELECT stories.id FROM stories"
            " LEFT JOIN articles AS anchor ON anchor.id = stories.anchor"
            " LEFT JOIN articles AS first ON first.id = stories.first"
            " LEFT JOIN articles AS shown ON shown.id = stories.canonical"
            " WHERE anchor.story IS NOT stories.id"
            " OR (stories.first IS NOT NULL AND first.story IS NOT stories.id)"
            " OR shown.headline IS NOT stories.name"
        ),
    ),
    "lines of outlets whose counts are wrong": (
        "lines",
        (
            "SELECT outlet_blocks.outlet FROM outlet_blocks LEFT JOIN block_prints"
            " ON block_prints.outlet = outlet_blocks.outlet"
            " AND block_prints.block = outlet_blocks.block"
            " LEFT JOIN articles ON articles.id = block_prints.article"
            " WHERE NOT stale GROUP BY outlet_blocks.outlet, outlet_blocks.block"
            " HAVING count(DISTINCT articles.story) <> outlet_blocks.stories"
            " OR count(*) <> count(articles.id)"
        ),
    ),
    "articles whose removed blocks have no place": ("articles", MISPLACED),
    "articles whose authors, tags or sources are no JSON": ("articles", GARBLED),
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
            f" GROUP BY text_hash HAVING sum(indexed) <> 1 AND NOT max(id IN {_WAITS})"
        ),
    ),
    "index entries without an article": (
        "index",
        (
            "SELECT DISTINCT article FROM (SELECT article FROM bands"
            " UNION SELECT article FROM passage_keys UNION SELECT article FROM signatures"
            " UNION SELECT article FROM recent_keys)"
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
        mend(store, {problem.part for problem in problems})
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
    words = _check_search(store.db)
    # What another process commits meanwhile is half seen, and looks like damage.
    store.db.execute("BEGIN")
    try:
        return [
            *_check_keys(store.db),
            *_check_rows(store.db),
            *_check_counts(store.db),
            *_check_filters(store.db),
            *words,
            *_check_texts(store),
        ]
    finally:
        store.db.execute("ROLLBACK")


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


def _check_filters(db: Database) -> list[Problem]:
    lossy = find_lossy(db.conn)
    if not lossy:
        return []
    what = "filters that hold back keys, by slice"
    return [
        Problem(
            part="filters", what=what, count=len(lossy), examples=tuple(lossy[:_SHOWN])
        )
    ]


def _check_texts(store: Store) -> list[Problem]:
    """Derive every article's index entries and words again, and compare."""
    wrong: dict[tuple[str, str], list[int]] = {}
    keys = dict.fromkeys(_KEYS, 0)
    turn = last_turn(store.db.conn)
    for row in store.db.conn.execute(
        "SELECT articles.id, headline, body, block_kinds, indexed, articles.words,"
        " text_hash, headline_hash, search_docsize.sz, minima FROM articles"
        " LEFT JOIN search_docsize ON search_docsize.id = articles.id"
        " LEFT JOIN signatures ON signatures.article = articles.id"
    ):
        article, headline, body, kinds, indexed, *hashes, size, minima = row
        signed = store.adder.decider.sign(headline, body)
        if (len(body.split("\n\n")) if body else 0) != len(kinds):
            key = ("articles", "bodies whose blocks and kinds differ")
            wrong.setdefault(key, []).append(article)
        if hashes != [signed.words, signed.fold, signed.headline]:
            key = ("texts", "articles whose hashes are of another text")
            wrong.setdefault(key, []).append(article)
        words = [len(index_words(text).split()) for text in (headline, body)]
        if size is not None and _varints(size) != words:
            key = ("search", "articles whose words in search are others")
            wrong.setdefault(key, []).append(article)
        recent = find_row(store.db.conn, article, turn)
        if indexed and not _is_indexed(store.db, article, signed, minima, recent, keys):
            key = ("index", "articles whose keys in the index are others")
            wrong.setdefault(key, []).append(article)
    if not wrong and _count_keys(store.db) != keys:
        wrong["index", "keys of articles that do not have them"] = []
    return [
        Problem(part=part, what=what, count=len(ids) or 1, examples=tuple(ids[:_SHOWN]))
        for (part, what), ids in wrong.items()
    ]


def _is_indexed(
    db: Database,
    article: int,
    signed: Signed,
    minima: bytes,
    recent: tuple[tuple[bytes, bytes], set[int]] | None,
    seen: dict[str, int],
) -> bool:
    """Look up every key of an article, and add up how many *seen* tables should have."""
    entry = signed.entry
    if entry is None:
        return False
    found = entry.signature.astype("<u4").tobytes() == (minima or b"")
    blobs, waiting = recent or (key_blobs(entry), set())
    found &= blobs == key_blobs(entry)
    for table, keys in zip(_KEYS, (entry.bands, entry.passages), strict=True):
        sql = f"SELECT 1 FROM {table} WHERE key = ? AND article = ?"
        lacks = {
            key
            for _, key in set(keys)
            if db.conn.execute(sql, [key, article]).fetchone() is None
        }
        seen[table] += len(set(keys)) - len(lacks)
        found &= lacks <= waiting
    return found


def _count_keys(db: Database) -> dict[str, int]:
    counts = {t: db.conn.execute(f"SELECT count(*) FROM {t}").fetchone() for t in _KEYS}
    return {table: row[0] for table, row in counts.items()}


def _check_search(db: Database) -> list[Problem]:
    """Let FTS5 compare its own tables with one another."""
    try:
        db.conn.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    except sqlite3.DatabaseError as error:
        if is_busy(error):
            raise
        return [Problem(part="search", what="words that are lost or damaged", count=1)]
    return []


def _varints(data: bytes) -> list[int]:
    """Read the token counts that FTS5 keeps of each row, a column each."""
    numbers, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(value)
            value = 0
    return numbers
