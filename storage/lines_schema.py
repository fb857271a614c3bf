"""The tables of the lines that outlets print, and of who waits for settle."""

OUTLET_BLOCKS = """
CREATE TABLE block_prints (
    outlet INTEGER NOT NULL,
    block INTEGER NOT NULL,     -- hash of the folded block
    article INTEGER NOT NULL,
    PRIMARY KEY (outlet, block, article)
) WITHOUT ROWID;
CREATE TABLE outlet_blocks (
    outlet INTEGER NOT NULL REFERENCES outlets(id),
    block INTEGER NOT NULL,
    text TEXT NOT NULL,         -- as first printed
    stories INTEGER NOT NULL,
    days INTEGER NOT NULL,
    first_day TEXT,
    last_day TEXT,
    boilerplate INTEGER NOT NULL DEFAULT 0,
    stale INTEGER NOT NULL DEFAULT 0,  -- to be counted again by settle
    PRIMARY KEY (outlet, block)
) WITHOUT ROWID;
CREATE INDEX outlet_blocks_boilerplate ON outlet_blocks(boilerplate, outlet);
CREATE INDEX outlet_blocks_stale ON outlet_blocks(stale) WHERE stale;
CREATE TABLE settle_queue (
    article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    reason TEXT NOT NULL
)
"""
