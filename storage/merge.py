"""Several databases into one, the same articles and stories as one crawl had made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.articles import load_article
from storage.editing import keep_article
from storage.errors import DatabaseError
from storage.forget import forget
from storage.revisions import copy_revisions
from storage.settle import settle
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_BATCH = 100
# The last answer about a pair holds, and one that comes in later may be an older one.
_LATEST_LAST = """
UPDATE reviews SET id = (SELECT max(id) + 1 FROM reviews)
WHERE id = (
    SELECT id FROM reviews WHERE a = ?1 AND b = ?2 ORDER BY reviewed DESC, id DESC LIMIT 1
) AND id <> (SELECT max(id) FROM reviews WHERE a = ?1 AND b = ?2)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeReport:
    """What came in from all sources together; *known* articles changed nothing."""

    sources: int
    articles: int
    known: int
    revisions: int
    forgotten: int
    pages: int


def merge_databases(
    sources: Sequence[Path],
    into: Path,
    *,
    progress: Callable[[int], None] | None = None,
) -> MergeReport:
    """Add every article, revision, page, tombstone and answer of *sources* to *into*.

    Of two answers about one pair the later holds, and a story shows the article that a
    person chose; the first choice that came in stays. Merging the same database again
    changes nothing. Raises DatabaseError where a source is not ours, does not exist or
    is *into*, before anything is written.
    """
    for source in sources:
        Store.open(source, read_only=True).close()
        if into.exists() and source.samefile(into):
            raise DatabaseError(f"{source} is the target itself: name other sources")
    counts: Counter[str] = Counter()
    with Store.open(into) as target:
        for source in sources:
            with Store.open(source, read_only=True) as theirs:
                _bar(theirs, target)
                _add_articles(theirs, target, counts, progress)
                counts["pages"] += _add_pages(theirs, target)
                _add_reviews(theirs, target)
        settle(target)
        for source in sources:
            with Store.open(source, read_only=True) as theirs:
                _keep_shown(theirs, target)
    return MergeReport(
        sources=len(sources),
        articles=counts["new"],
        known=counts["known"],
        revisions=counts["revision"],
        forgotten=counts["forgotten"],
        pages=counts["pages"],
    )


def _bar(theirs: Store, target: Store) -> None:
    for key, reason in theirs.db.conn.execute(
        "SELECT url_key, reason FROM tombstones"
    ).fetchall():
        known = target.db.conn.execute(
            "SELECT id FROM articles WHERE url_key = ?", [key]
        ).fetchone()
        if known is not None:
            forget(target, str(known[0]), reason=reason)
            continue
        with target.transaction() as db:
            db.conn.execute(
                "INSERT INTO tombstones (url_key, reason, forgotten) VALUES (?, ?, ?)"
                " ON CONFLICT (url_key) DO NOTHING",
                [key, reason, target.now().strftime("%Y-%m-%dT%H:%M:%SZ")],
            )


def _add_articles(
    theirs: Store,
    target: Store,
    counts: Counter[str],
    progress: Callable[[int], None] | None,
) -> None:
    last = 0
    while True:
        ids = [
            row[0]
            for row in theirs.db.conn.execute(
                "SELECT id FROM articles WHERE id > ? ORDER BY id LIMIT ?",
                [last, _BATCH],
            )
        ]
        if not ids:
            return
        articles = [load_article(theirs.db, article) for article in ids]
        verdicts = target.add_all(articles)
        with target.transaction() as db:
            for article, verdict in zip(ids, verdicts, strict=True):
                if verdict.article is not None:
                    copy_revisions(theirs.db, article, db, verdict.article)
        for verdict in verdicts:
            counts["new" if verdict.is_new else verdict.kind] += 1
        last = ids[-1]
        if progress is not None:
            progress(len(ids))


def _add_pages(theirs: Store, target: Store) -> int:
    names = [
        row[1]
        for row in theirs.db.conn.execute("PRAGMA table_info(pages)")
        if row[1] not in ("id", "article", "outlet")
    ]
    rows = theirs.db.conn.execute(
        f"SELECT {', '.join(f'pages.{name}' for name in names)}, outlets.name,"
        " articles.url_key FROM pages LEFT JOIN outlets ON outlets.id = pages.outlet"
        " LEFT JOIN articles ON articles.id = pages.article"
    )
    # Of two states of one page the one that was fetched later holds.
    updates = ", ".join(
        f"{n} = excluded.{n}" for n in (*names[1:], "outlet", "article")
    )
    sql = (
        f"INSERT INTO pages ({', '.join(names)}, outlet, article)"
        f" VALUES ({', '.join('?' * len(names))},"
        " (SELECT id FROM outlets WHERE name = ?),"
        " (SELECT id FROM articles WHERE url_key = ?))"
        f" ON CONFLICT (url_key) DO UPDATE SET {updates}"
        " WHERE coalesce(excluded.last_fetched, '') > coalesce(last_fetched, '')"
    )
    _add_outlets(theirs, target)
    tombstones = target.db.conn.execute("SELECT url_key FROM tombstones")
    barred = {key for (key,) in tombstones}
    count = 0
    while some := rows.fetchmany(1000):
        allowed = [row for row in some if row[0] not in barred]
        with target.transaction() as db:
            count += db.conn.executemany(sql, allowed).rowcount
    return count


def _add_outlets(theirs: Store, target: Store) -> None:
    rows = theirs.db.conn.execute(
        "SELECT name, host, home, language, country, feeds, last_success FROM outlets"
    ).fetchall()
    with target.transaction() as db:
        db.conn.executemany(
            "INSERT INTO outlets"
            " (name, host, home, language, country, feeds, last_success)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
            " home = coalesce(home, excluded.home),"
            " language = coalesce(language, excluded.language),"
            " country = coalesce(country, excluded.country),"
            " feeds = coalesce(feeds, excluded.feeds),"
            " last_success = max(coalesce(last_success, ''),"
            " coalesce(excluded.last_success, ''))",
            rows,
        )


def _add_reviews(theirs: Store, target: Store) -> None:
    rows = theirs.db.conn.execute(
        "SELECT one.url_key, other.url_key, answer, reviewer, reviewed, note"
        " FROM reviews JOIN articles AS one ON one.id = reviews.a"
        " JOIN articles AS other ON other.id = reviews.b ORDER BY reviews.id"
    ).fetchall()
    with target.transaction() as db:
        for one, other, *answer in rows:
            pair = db.conn.execute(
                "SELECT min(id), max(id) FROM articles WHERE url_key IN (?, ?)",
                [one, other],
            ).fetchone()
            if None in pair or pair[0] == pair[1]:
                continue
            known = db.conn.execute(
                "SELECT 1 FROM reviews WHERE a = ? AND b = ? AND answer = ?"
                " AND reviewer = ? AND reviewed = ?",
                [*pair, *answer[:3]],
            ).fetchone()
            if known is None:
                db.conn.execute(
                    "INSERT INTO reviews (a, b, answer, reviewer, reviewed, note)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [*pair, *answer],
                )
                db.conn.execute(_LATEST_LAST, pair)
                db.conn.executemany(
                    "INSERT INTO settle_queue (article, reason) VALUES (?, 'review')"
                    " ON CONFLICT (article) DO NOTHING",
                    [(article,) for article in pair],
                )


def _keep_shown(theirs: Store, target: Store) -> None:
    """Show what a person chose there, in stories of which nobody chose it here."""
    chosen = theirs.db.conn.execute(
        "SELECT url_key FROM stories JOIN articles ON articles.id = stories.kept"
        " AND articles.story = stories.id ORDER BY stories.id"
    )
    for (key,) in chosen.fetchall():
        row = target.db.conn.execute(
            "SELECT articles.id FROM articles JOIN stories ON stories.id = story"
            " WHERE url_key = ? AND kept IS NULL",
            [key],
        ).fetchone()
        if row is not None:
            keep_article(target, row[0])
