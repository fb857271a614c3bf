"""sqlite-utils, imported without pandas: that takes longer than all else together."""

from __future__ import annotations

from dedupe.slim_imports import unseen

# sqlite-utils asks for pandas to know its types, and no value here is one of them.
with unseen("pandas"):
    from sqlite_utils import Database, Migrations

__all__ = ["Database", "Migrations"]
