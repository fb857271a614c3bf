"""The tables of keys that wait, and of what surely nobody holds."""

RECENT_KEYS = """
CREATE TABLE recent_keys (
    article INTEGER PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
    turn INTEGER NOT NULL,      -- slices of the keys' range written before it came
    bands BLOB NOT NULL,        -- a little-endian uint32 a band
    passages BLOB NOT NULL      -- little-endian int64
);
CREATE INDEX recent_keys_turn ON recent_keys(turn)
"""

KEY_FILTERS = """
CREATE TABLE key_filters (
    slice INTEGER PRIMARY KEY,  -- of the keys' range; one that is not here holds anything
    keys INTEGER NOT NULL,      -- that the filter was made for, about
    bits BLOB NOT NULL          -- little-endian uint64; a key sets four bits of one
)
"""
