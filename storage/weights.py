"""How long short texts are where a character of some scripts counts as half a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedupe.verify import record

if TYPE_CHECKING:
    from sqlite_utils import Database

    from storage.keeping import Member

# A story may have very many members, nearly all of them of one text.
_REMEMBERED = 1_000


class Weights:
    """Weighs the texts of articles as dedupe does, each text once."""

    def __init__(self, db: Database) -> None:
        self._conn = db.conn
        self._known: dict[int | None, float] = {}

    def __call__(self, member: Member) -> float:
        """Return the length of an article's body in words."""
        if member.text_hash not in self._known:
            if len(self._known) == _REMEMBERED:
                self._known.clear()
            (body,) = self._conn.execute(
                "SELECT body FROM articles WHERE id = ?", [member.id]
            ).fetchone()
            self._known[member.text_hash] = record(body).words
        return self._known[member.text_hash]
