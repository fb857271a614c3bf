"""The schema of a wirecopy database, as migrations; a released one is never edited.

Times are ISO 8601 texts in UTC ("2026-11-01T05:00:00Z"), so that they sort and that
datasette facets them by date. Keys are the 64 bits of an unsigned hash read as signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.common_keys_migration import add_common_keys
from storage.counts import create_counts
from storage.database import Migrations
from storage.keys_schema import KEY_FILTERS, RECENT_KEYS
from storage.lines_schema import OUTLET_BLOCKS
from storage.pages_schema import PAGES, ROUNDS
from storage.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

# "wcpy": tells our files from other people's before anything in them is read.
APPLICATION_ID = 0x77637079

migrations = Migrations("wirecopy")


def _run(db: Database, script: str) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


@migrations()
def create_outlets_and_agencies(db: Database) -> None:
    """Who prints and who supplies."""
    _run(
        db,
        """
CREATE TABLE agencies (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,  -- canonical; 'unnamed agency' where a page names none
    names TEXT,                 -- JSON: language code to the names used in it
    home TEXT,
    country TEXT
);
CREATE TABLE outlets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    host TEXT,
    home TEXT,
    language TEXT,
    country TEXT,
    agency INTEGER REFERENCES agencies(id),  -- set where the outlet is an agency's own
    feeds TEXT,                 -- JSON list
    last_success TEXT,
    usual_yield REAL            -- new articles a day
);
CREATE INDEX outlets_host ON outlets(host);
CREATE INDEX outlets_agency ON outlets(agency);
CREATE INDEX outlets_country ON outlets(country);
CREATE INDEX outlets_language ON outlets(language);
""",
    )


@migrations()
def create_runs(db: Database) -> None:
    """Commands that wrote, and what they counted at each outlet."""
    _run(
        db,
        """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,      -- without credentials and home paths
    started TEXT NOT NULL,
    ended TEXT,
    outcome TEXT NOT NULL DEFAULT 'running',  -- running, done, look, failed, killed
    error TEXT,
    counts TEXT                 -- JSON: what the run counted, by reason
);
CREATE INDEX runs_started ON runs(started);
CREATE INDEX runs_outcome ON runs(outcome);
CREATE TABLE run_outlets (
    run INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    outlet INTEGER NOT NULL REFERENCES outlets(id),
    pages INTEGER NOT NULL DEFAULT 0,
    articles INTEGER NOT NULL DEFAULT 0,
    copies INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    counts TEXT,                -- JSON: every other count
    PRIMARY KEY (run, outlet)
) WITHOUT ROWID;
CREATE INDEX run_outlets_outlet ON run_outlets(outlet);
""",
    )


@migrations()
def create_articles(db: Database) -> None:
    """The articles, the stories that they print, and what was taken out of them."""
    _run(
        db,
        """
CREATE TABLE stories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- minted once, never used again
    name TEXT,                  -- the canonical's headline
    anchor INTEGER REFERENCES articles(id),
    canonical INTEGER REFERENCES articles(id),
    first INTEGER REFERENCES articles(id),  -- printed it first; empty: undecided
    kept INTEGER,               -- the article that a person wants shown
    size INTEGER NOT NULL DEFAULT 1,
    outlets INTEGER NOT NULL DEFAULT 1,
    first_published TEXT,
    last_published TEXT
);
CREATE TABLE story_aliases (
    id INTEGER PRIMARY KEY,     -- the id that was merged away
    story INTEGER NOT NULL REFERENCES stories(id) ON DELETE CASCADE
);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url_key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    canonical_url TEXT,
    outlet INTEGER REFERENCES outlets(id),
    headline TEXT NOT NULL,
    subheadline TEXT,
    byline TEXT,
    authors TEXT,               -- JSON list of names
    dateline TEXT,
    agency INTEGER REFERENCES agencies(id),
    language TEXT,
    published TEXT,
    published_precision TEXT,   -- day, minute, second
    published_from TEXT,
    modified TEXT,
    modified_precision TEXT,
    modified_from TEXT,
    fetched TEXT,               -- first fetched
    updated TEXT,               -- when this text was first fetched
    section TEXT,
    tags TEXT,                  -- JSON list
    image TEXT,
    captions TEXT,              -- JSON list: what its pictures say on their own
    access TEXT,                -- free, metered, paywalled
    words INTEGER NOT NULL DEFAULT 0,
    -- Deferred: article and story name each other, and the article is written first.
    story INTEGER REFERENCES stories(id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL DEFAULT 'canonical',  -- canonical, copy
    extractor TEXT,
    field_sources TEXT,         -- JSON: field to the witness that it was read from
    content_hash TEXT,          -- of the page's bytes
    text_hash INTEGER,          -- of the folded clean body; empty: no words
    headline_hash INTEGER,      -- of the folded headline; empty: none that counts
    url_id TEXT,                -- the number or UUID in its URL
    indexed INTEGER NOT NULL DEFAULT 0,  -- the first of its text: proposes candidates
    block_kinds TEXT NOT NULL DEFAULT '',  -- a letter a block: p h l q c t
    body TEXT NOT NULL DEFAULT '',  -- the clean blocks, parted by a blank line
    name TEXT GENERATED ALWAYS AS (headline) VIRTUAL  -- datasette's label
);
CREATE INDEX articles_outlet ON articles(outlet, published);
CREATE INDEX articles_agency ON articles(agency, published, outlet);
CREATE INDEX articles_language ON articles(language, published);
CREATE INDEX articles_published ON articles(published);
CREATE INDEX articles_story ON articles(story, role);
CREATE INDEX articles_role ON articles(role, published);
CREATE INDEX articles_section ON articles(section);
CREATE INDEX articles_access ON articles(access);
CREATE INDEX articles_fetched ON articles(fetched);
CREATE INDEX articles_text_hash ON articles(text_hash);
CREATE INDEX articles_headline_hash ON articles(headline_hash)
    WHERE headline_hash IS NOT NULL;
CREATE INDEX articles_url_id ON articles(outlet, url_id) WHERE url_id IS NOT NULL;
CREATE INDEX stories_anchor ON stories(anchor);
CREATE INDEX stories_canonical ON stories(canonical);
CREATE INDEX stories_first ON stories(first);
CREATE INDEX stories_size ON stories(size);
CREATE INDEX stories_outlets ON stories(outlets);
CREATE INDEX stories_first_published ON stories(first_published);
CREATE INDEX stories_last_published ON stories(last_published);
CREATE INDEX story_aliases_story ON story_aliases(story);
CREATE TABLE removed_blocks (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,  -- among the extracted blocks, from 0
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,       -- headline, repeat, near repeat, source line, boilerplate
    repeats INTEGER             -- position of the kept block; empty: the headline, or none
);
CREATE INDEX removed_blocks_article ON removed_blocks(article, position);
CREATE INDEX removed_blocks_reason ON removed_blocks(reason);
CREATE INDEX removed_blocks_kind ON removed_blocks(kind);
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    headline TEXT NOT NULL,
    subheadline TEXT,
    modified TEXT,              -- as the page said then
    fetched TEXT,               -- when this text was fetched
    replaced TEXT,              -- when the next one was
    content_hash TEXT,
    block_kinds TEXT NOT NULL,
    body TEXT NOT NULL          -- the extracted blocks, parted by a blank line
);
CREATE INDEX revisions_article ON revisions(article);
CREATE TABLE tombstones (
    url_key TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    forgotten TEXT NOT NULL
)
""",
    )


@migrations()
def create_pages(db: Database) -> None:
    """Every URL ever fetched, and when to look again."""
    _run(db, PAGES)


@migrations()
def create_index(db: Database) -> None:
    """What proposes candidates; every row can be derived from the clean bodies."""
    _run(
        db,
        """
CREATE TABLE signatures (
    article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    minima BLOB NOT NULL        -- num_perm little-endian uint32
);
CREATE TABLE bands (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE TABLE passage_keys (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (key, article)
) WITHOUT ROWID;
CREATE TABLE stranger_passages (
    key INTEGER PRIMARY KEY     -- shared by mostly strangers: no evidence
);
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL         -- JSON
)
""",
    )


@migrations()
def create_pairs(db: Database) -> None:
    """Decisions about two articles, by the rule and by people."""
    _run(
        db,
        """
CREATE TABLE pairs (
    a INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,  -- the smaller id
    b INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    jaccard REAL,
    containment_a REAL,         -- share of a's shingles found in b
    containment_b REAL,
    longest_passage INTEGER,    -- words
    differences INTEGER,        -- short gaps between what both texts hold
    numbers INTEGER,            -- of the differences, those in numbers
    names INTEGER,              -- of the differences, those in names
    same_headline INTEGER,
    headline_similarity REAL,   -- share of the headlines' words in common
    hours_apart REAL,
    reason TEXT,
    run INTEGER REFERENCES runs(id) ON DELETE SET NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX pairs_b ON pairs(b);
CREATE INDEX pairs_verdict ON pairs(verdict, jaccard);
CREATE INDEX pairs_run ON pairs(run);
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    a INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,  -- the smaller id
    b INTEGER NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    answer TEXT NOT NULL CHECK (answer IN ('same', 'different', 'unsure')),
    reviewer TEXT NOT NULL,
    reviewed TEXT NOT NULL,
    note TEXT
);
CREATE INDEX reviews_pair ON reviews(a, b);
CREATE INDEX reviews_b ON reviews(b);
CREATE INDEX reviews_answer ON reviews(answer)
""",
    )


@migrations()
def create_outlet_blocks(db: Database) -> None:
    """The blocks that outlets print, so that boilerplate is learnt and unlearnt."""
    _run(db, OUTLET_BLOCKS)


@migrations()
def create_search(db: Database) -> None:
    """Full-text search over folded words; the text itself stays in articles."""
    # The words arrive folded and parted by spaces, so the tokenizer has only to
    # leave them whole; ascii keeps every character beyond 127.
    db.execute(
        "CREATE VIRTUAL TABLE search USING fts5(headline, body, content='', "
        "detail='full', tokenize='ascii')"
    )


@migrations()
def create_views(db: Database) -> None:
    """What people open: names spelt out, ids and links beside them."""
    for name, select in VIEWS.items():
        db.execute(f"CREATE VIEW {name} AS {select}")


@migrations()
def follow_common_keys(db: Database) -> None:
    """Keys above the cap, and articles that have nothing but what strangers share."""
    add_common_keys(db, _run)


@migrations()
def count_what_outlets_print(db: Database) -> None:
    """Counts that pages show, kept by triggers; the views that add up read them."""
    create_counts(db)
    for name in ("agency_use", "outlet_dependence"):
        db.execute(f"DROP VIEW {name}")
        db.execute(f"CREATE VIEW {name} AS {VIEWS[name]}")
    # A batch is one segment of the search index, so that more of them may wait.
    db.execute("INSERT INTO search (search, rank) VALUES ('automerge', 8)")


@migrations()
def part_words_of_arabic_script(db: Database) -> None:
    """Words that a non-joiner parts are found by their parts."""
    from storage.search import part_joined_words

    part_joined_words(db)


@migrations()
def fold_anew(db: Database) -> None:
    """Numbers and words of Arabic script are folded, headlines hashed, in another way."""
    from storage.folding_migration import fold_again

    fold_again(db)


@migrations()
def let_keys_wait(db: Database) -> None:
    """The keys of the articles that came last, before each goes to its own place."""
    _run(db, RECENT_KEYS)


@migrations()
def write_words_at_the_commit(db: Database) -> None:
    """A batch's words are gathered in memory whole, and are one piece of the index."""
    db.execute("INSERT INTO search (search, rank) VALUES ('hashsize', 16777216)")


@migrations()
def tell_what_nobody_holds(db: Database) -> None:
    """Filters of the keys: a slice's is made when it is written next."""
    _run(db, KEY_FILTERS)


@migrations()
def find_what_rounds_ask(db: Database) -> None:
    """What each round of a crawl asks of every outlet, and read all rows for."""
    _run(db, ROUNDS)
