"""What a database of the first version lacks: its common keys, counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database


def add_common_keys(db: Database, run: Callable[[Database, str], None]) -> None:
    """Keys above the cap, and articles that have nothing but what strangers share.

    The pairs of such articles are no function of the set yet: they wait for settle.
    """
    run(
        db,
        """
CREATE TABLE crowded_keys (
    kind INTEGER NOT NULL,      -- 0 band, 1 passage, 2 headline
    key INTEGER NOT NULL,
    text_rank INTEGER NOT NULL, -- one of the first texts, by their hashes
    PRIMARY KEY (kind, key, text_rank)
) WITHOUT ROWID;
CREATE TABLE lone_keys (
    key INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (key, article)
) WITHOUT ROWID;
INSERT INTO settle_queue (article, reason)
    SELECT articles.id, 'migrated' FROM articles WHERE articles.indexed
    AND EXISTS (SELECT 1 FROM stranger_passages)
    ON CONFLICT (article) DO NOTHING
""",
    )
    _crowd(db, 0, "bands")
    _crowd(db, 1, "passage_keys")


def _crowd(db: Database, kind: int, table: str) -> None:
    row = db.execute(
        "SELECT json_extract(value, '$.bucket_cap') FROM settings"
        " WHERE key = 'parameters'"
    ).fetchone()
    cap = (row and row[0]) or 100
    for (key,) in db.execute(
        f"SELECT key FROM {table} GROUP BY key HAVING count(*) > ?", [cap]
    ).fetchall():
        # Adding 2^63 turns the order of signed hashes into that of unsigned ones.
        db.execute(
            "INSERT INTO crowded_keys (kind, key, text_rank)"
            " SELECT ?, ?, rank FROM (SELECT articles.text_hash"
            " + CASE WHEN articles.text_hash < 0 THEN 9223372036854775807"
            " ELSE -9223372036854775807 END"
            " + CASE WHEN articles.text_hash < 0 THEN 1 ELSE -1 END AS rank"
            f" FROM {table} JOIN articles ON articles.id = {table}.article"
            f" WHERE {table}.key = ? ORDER BY rank LIMIT 16)",
            [kind, key, key],
        )
        db.execute(
            "INSERT INTO settle_queue (article, reason)"
            f" SELECT article, 'migrated' FROM {table} WHERE key = ?"
            " ON CONFLICT (article) DO NOTHING",
            [key],
        )
