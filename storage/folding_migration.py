"""What an earlier folding left in a database: hashes, the index, the search index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.parameters import load_parameters
from storage.search import index_everything
from storage.settle import empty_index

if TYPE_CHECKING:
    from sqlite_utils import Database

_BATCH = 500


def fold_again(db: Database) -> None:
    """Fold every text anew; pairs and stories follow with the next settle."""
    rows = db.conn.execute("SELECT id, headline, body FROM articles").fetchall()
    if not rows:
        return
    from storage.signing import IndexSigner

    signer = IndexSigner(load_parameters(db))
    for start in range(0, len(rows), _BATCH):
        some = rows[start : start + _BATCH]
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
