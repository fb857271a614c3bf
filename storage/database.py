"""sqlite-utils, imported without pandas and numpy: they take longer than all else."""

from __future__ import annotations

from dedupe.slim_imports import unseen

# sqlite-utils asks for both to know their types, and no value here is one of them.
with unseen("pandas", "numpy"):
    from sqlite_utils import Database, Migrations
    from sqlite_utils.db import quote_identifier

__all__ = ["Database", "Migrations", "quote_identifier"]
