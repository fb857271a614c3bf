"""The tables of the crawl: what was fetched, when to look again, what was run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

# pages.kind: article, feed, sitemap, news sitemap, section (front pages among them).
# pages.outcome: null while it waits for its first fetch; article, not an article,
# failed; listing for the sources. Times are epoch seconds: they are compared, not read.
PAGES = """
CREATE TABLE pages (
    url_key TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    outlet INTEGER REFERENCES outlets(id),
    kind TEXT NOT NULL DEFAULT 'article',
    outcome TEXT,
    reason TEXT,
    article INTEGER REFERENCES articles(id),
    hint REAL,
    status INTEGER,
    etag TEXT,
    last_modified TEXT,
    content_hash BLOB,
    first_seen REAL NOT NULL,
    first_fetched REAL,
    last_fetched REAL,
    changed REAL,
    next_check REAL,
    interval REAL,
    failures INTEGER NOT NULL DEFAULT 0,
    found INTEGER NOT NULL DEFAULT 0,
    fresh INTEGER NOT NULL DEFAULT 0,
    article_id TEXT,
    warc_file TEXT,
    warc_offset INTEGER
)
"""
RUNS = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    started TEXT NOT NULL,
    ended TEXT,
    outcome TEXT,
    counts TEXT NOT NULL DEFAULT '{}'
)
"""
ROBOTS = """
CREATE TABLE robots (
    host TEXT PRIMARY KEY,
    status INTEGER,
    body TEXT NOT NULL,
    fetched REAL NOT NULL,
    etag TEXT
)
"""


def create_crawl_tables(db: Database) -> None:
    """Create pages, runs and robots with the indexes behind what is asked of them."""
    for statement in (PAGES, RUNS, ROBOTS):
        db.execute(statement)
    db.table("pages").create_index(["outlet", "kind", "outcome", "next_check"])
    db.table("pages").create_index(["next_check"])
    db.table("pages").create_index(["article"])
    db.table("pages").create_index(["article_id", "outlet"])
    db.table("pages").create_index(["outcome", "reason"])
