"""What datasette counts on its pages, remembered: a million rows take half a second."""

from __future__ import annotations

import re
from typing import Any

from storage.database import quote_identifier
from storage.inspect.live import LiveDatabase
from storage.inspect.remembering import Memory, stamp_of

# The number of rows of a page, and a facet, as datasette asks for them.
_COUNT = re.compile(
    r"\s*select (?:count\(\*\)|\S+ as value, count\(\*\) as count) from\b"
)


class CountingDatabase(LiveDatabase):
    """A database whose counts are kept until it changes, and a little longer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counts: Memory[Any] = Memory()

    async def execute(self, sql: str, params: Any = None, **options: Any) -> Any:
        """Return the rows of *sql*; a count may be some seconds old."""
        if not _COUNT.match(sql):
            return await super().execute(sql, params, **options)
        # Named parameters come in the order of the address.
        key = (sql, repr(params))
        ask = super().execute
        return await self._counts.answer(
            key, stamp_of(self.path), lambda: ask(sql, params, **options)
        )

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """Return the rows of each table, None for those that are not shown.

        No count is given up after *limit* milliseconds, since it is kept; the index's
        tables hold fifty rows an article, and nobody reads their number.
        """
        hidden = set(await self.hidden_table_names())
        counts: dict[str, int | None] = {}
        for table in await self.table_names():
            counts[table] = None if table in hidden else await self._count(table)
        return counts

    async def _count(self, table: str) -> int:
        found = await self.execute(f"select count(*) from {quote_identifier(table)}")
        return int(found.rows[0][0])
