"""Take-down: an article's texts really gone, and a tombstone in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.articles import find_article, iso, load_article
from storage.errors import DatabaseError
from storage.settle import settle
from storage.urls import host_of, url_key

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """Where a crawl kept the page; purging the file is left to a person."""

    file: str
    offset: int | None
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetReport:
    """What went, and what is left to do by hand: WARC records and older backups.

    *article* is None where the URL was not stored; it is barred all the same. *others*
    are the articles of its story, which say the same and stay.
    """

    url_key: str
    article: int | None
    story: int | None
    revisions: int
    blocks: int
    warc: tuple[WarcRecord, ...]
    others: tuple[int, ...] = ()


def forget(store: Store, reference: str, *, reason: str) -> ForgetReport:
    """Remove an article, named by id or URL, and bar its URL for good.

    Text, revisions, removed blocks, index and search rows are overwritten, not only
    unlinked, and the write-ahead log is emptied. Its story is decided anew. Raises
    DatabaseError where *reference* is neither a stored article nor a URL, or no
    *reason* is given.
    """
    if not reason.strip():
        raise DatabaseError("the reason is empty: say why, for those who ask later")
    # Zeroes what is deleted, also in the pages that the full-text index frees.
    store.db.conn.execute("PRAGMA secure_delete = on")
    with store.transaction() as db:
        article = find_article(db, reference)
        if article is None and not _is_url(reference):
            raise DatabaseError(
                f"no article {reference}: give an id that is stored, or a URL to bar"
            )
        if article is None:
            report = _bar(db, url_key(reference), reason, iso(store.now()))
        else:
            report = _remove(store, article, reason)
    settle(store)
    with store.transaction() as db:
        # A deletion from the full-text index is a note beside the words until the
        # segments that hold them are merged.
        db.conn.execute("INSERT INTO search (search) VALUES ('optimize')")
    store.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return report


def _is_url(reference: str) -> bool:
    scheme = "" if "://" in reference else "//"
    return "/" in reference and bool(host_of(scheme + reference))


def _bar(db: Database, key: str, reason: str, now: str | None) -> ForgetReport:
    db.conn.execute(
        "INSERT INTO tombstones (url_key, reason, forgotten) VALUES (?, ?, ?)"
        " ON CONFLICT (url_key) DO UPDATE SET reason = excluded.reason",
        [key, reason, now],
    )
    pages = db.conn.execute(
        "SELECT warc_file, warc_offset, url FROM pages WHERE url_key = ?", [key]
    ).fetchall()
    db.conn.execute("DELETE FROM pages WHERE url_key = ?", [key])
    return ForgetReport(
        url_key=key,
        article=None,
        story=None,
        revisions=0,
        blocks=0,
        warc=_warc(pages),
    )


def _remove(store: Store, article: int, reason: str) -> ForgetReport:
    db, execute = store.db, store.db.conn.execute
    record = load_article(db, article)
    key, story = execute(
        "SELECT url_key, story FROM articles WHERE id = ?", [article]
    ).fetchone()
    pages = execute(
        "SELECT warc_file, warc_offset, url FROM pages"
        " WHERE article = ? OR url_key IN (?, ?)",
        [article, key, url_key(record.url)],
    ).fetchall()
    execute(
        "DELETE FROM pages WHERE article = ? OR url_key IN (?, ?)",
        [article, key, url_key(record.url)],
    )
    counts = [
        execute(f"SELECT count(*) FROM {table} WHERE article = ?", [article])
        for table in ("revisions", "removed_blocks")
    ]
    revisions, removed = (count.fetchone()[0] for count in counts)
    others = execute(
        "SELECT id FROM articles WHERE story = ? AND id <> ? ORDER BY id",
        [story, article],
    ).fetchall()
    store.adder.remove(article)
    now = iso(store.now())
    for barred in {key, url_key(record.url), *(url_key(page[2]) for page in pages)}:
        _bar(db, barred, reason, now)
    return ForgetReport(
        url_key=key,
        article=article,
        story=story,
        revisions=revisions,
        blocks=removed,
        warc=_warc(pages),
        others=tuple(row[0] for row in others),
    )


def _warc(pages: list[tuple[str | None, int | None, str]]) -> tuple[WarcRecord, ...]:
    return tuple(
        WarcRecord(file=file, offset=offset, url=url)
        for file, offset, url in pages
        if file
    )
