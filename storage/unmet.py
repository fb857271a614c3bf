"""What no article has: asked once for a batch, so that most need not ask."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Generic, TypeVar

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

Value = TypeVar("Value", int, str)


class Unmet(Generic[Value]):
    """Values of a column that only one article of a batch has, and none in the database.

    It must forget() a value before an article gets it, and all of them where a batch
    ends: from then on, everything is asked of the database again.
    """

    def __init__(
        self, db: Database, *columns: tuple[str, str], equals: str = "= value"
    ) -> None:
        self._conn = db.conn
        absent = " AND ".join(
            f"NOT EXISTS (SELECT 1 FROM {table} WHERE {column} {equals})"
            for table, column in columns
        )
        self._sql = f"SELECT value FROM json_each(?) WHERE {absent}"
        self._values: set[Value] = set()

    def ask(self, values: Iterable[Value]) -> None:
        """Look up what the articles of a batch have."""
        counts = Counter(values)
        once = sorted(value for value, count in counts.items() if count == 1)
        rows = self._conn.execute(self._sql, [orjson.dumps(once).decode()])
        self._values = {row[0] for row in rows}

    def __contains__(self, value: object) -> bool:
        """Tell whether surely no article has *value*."""
        return value in self._values

    def meet(self, value: Value | None) -> None:
        """Note that an article gets *value*."""
        self._values.discard(value)

    def forget(self) -> None:
        """Know of no value any more."""
        self._values.clear()
