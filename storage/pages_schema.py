"""The tables of what was fetched, as the first version made them, and later indexes."""

PAGES = """
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    url_key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'article',  -- or feed, news sitemap, sitemap, section
    outlet INTEGER REFERENCES outlets(id),
    article INTEGER REFERENCES articles(id) ON DELETE SET NULL,
    outcome TEXT,               -- article, not an article, failed, listing; empty: waits
    reason TEXT,
    url_id TEXT,                -- the number or UUID in its URL
    hint TEXT,                  -- its date as the source that named it told
    status INTEGER,
    etag TEXT,
    last_modified TEXT,
    content_hash TEXT,
    first_seen TEXT,
    first_fetched TEXT,
    last_fetched TEXT,
    changed TEXT,               -- when its content last differed
    next_check TEXT,
    interval REAL,              -- seconds between two looks
    fetches INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,  -- since the last success
    found INTEGER NOT NULL DEFAULT 0,  -- links that this source ever named
    fresh INTEGER NOT NULL DEFAULT 0,  -- those that were new
    warc_file TEXT,
    warc_offset INTEGER
);
CREATE INDEX pages_outlet ON pages(outlet, kind, outcome, next_check);
CREATE INDEX pages_url_id ON pages(url_id, outlet) WHERE url_id IS NOT NULL;
CREATE INDEX pages_outcome ON pages(outcome, reason);
CREATE INDEX pages_kind ON pages(kind);
CREATE INDEX pages_next_check ON pages(next_check);
CREATE INDEX pages_status ON pages(status);
CREATE INDEX pages_article ON pages(article);
CREATE TABLE robots (
    host TEXT PRIMARY KEY,      -- scheme, name and port
    status INTEGER,             -- empty: it could not be fetched
    body TEXT NOT NULL,
    etag TEXT,
    fetched TEXT NOT NULL
)
"""

# What waits by its date, what was fetched of late, and how much of an outlet is new.
ROUNDS = """
CREATE INDEX pages_waiting ON pages(outlet, hint DESC)
    WHERE kind = 'article' AND outcome IS NULL;
CREATE INDEX pages_last_fetched ON pages(last_fetched);
CREATE INDEX articles_outlet_fetched ON articles(outlet, fetched, role)
"""
