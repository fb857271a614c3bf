"""What every table, view and column is, as datasette metadata."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from storage.migrations import APPLICATION_ID


def describe(datasette: Any) -> dict[str, Any]:
    """Return metadata for every served database that wirecopy made."""
    found = {
        name: _fresh()
        for name, database in datasette.databases.items()
        if is_ours(database)
    }
    return {"databases": found} if found else {}


def is_ours(database: Any) -> bool:
    """Whether wirecopy made the file of a datasette database."""
    return not database.is_memory and _has_our_mark(str(database.path))


@cache
def load_metadata() -> dict[str, Any]:
    """Return the descriptions; shared, so nobody may change them."""
    text = Path(__file__).with_name("metadata.json").read_text("utf-8")
    metadata: dict[str, Any] = json.loads(text)
    return metadata


def _fresh() -> dict[str, Any]:
    # datasette merges its own configuration into what it is given.
    metadata = load_metadata()
    tables = {
        name: {**table, "columns": dict(table["columns"])}
        for name, table in metadata["tables"].items()
    }
    return {**metadata, "tables": tables}


@cache
def _has_our_mark(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            header = file.read(72)
    except OSError:
        return False
    return int.from_bytes(header[68:72], "big") == APPLICATION_ID
