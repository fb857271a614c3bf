"""What an earlier folding left in a database: hashes, the index, the search index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.parameters import load_parameters
from storage.search import index_everything
from storage.settle import empty_index

if TYPE_CHECKING:
    from sqlite_utils import Database

_BATCH = 500
_NEXT = "SELECT id, headline, body FROM articles WHERE id > ? ORDER BY id LIMIT ?"


def fold_again(db: Database) -> None:
    """Fold every text anew; pairs and stories follow with the next settle."""
    if db.conn.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is None:
        return
    from storage.signing import IndexSigner

    signer = IndexSigner(load_parameters(db))
    last = 0
    while some := db.conn.execute(_NEXT, [last, _BATCH]).fetchall():
        last = some[-1][0]
        signed = signer.sign_all([(headline, body) for _, headline, body in some])
        db.conn.executemany(
            "UPDATE articles SET words = ?, text_hash = ?, headline_hash = ?"
            " WHERE id = ?",
            [
                (s.words, s.fold, s.headline, r[0])
                for s, r in zip(signed, some, strict=True)
            ],
        )
    index_everything(db)
    empty_index(db, "folding")
