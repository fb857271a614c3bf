"""The settings that an index was built with: kept beside it, and never mixed."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING

import orjson

from dedupe.errors import ParameterError
from dedupe.parameters import DEFAULT, SCHEME, Parameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

_SETTING = "parameters"


def load_parameters(db: Database) -> Parameters:
    """Load what the index was built with; the defaults for one that has nothing yet.

    Settings that this version does not know are left out, new ones have their default.
    """
    row = db.conn.execute(
        "SELECT value FROM settings WHERE key = ?", [_SETTING]
    ).fetchone()
    if row is None:
        return DEFAULT
    known = {field.name for field in fields(Parameters)}
    stored = orjson.loads(row[0])
    return Parameters(**{name: stored[name] for name in known & stored.keys()})


def save_parameters(db: Database, parameters: Parameters) -> None:
    """Keep the settings beside the index that they made."""
    value = orjson.dumps({"scheme": SCHEME, **asdict(parameters)}).decode()
    db.conn.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [_SETTING, value],
    )


def parse_settings(settings: Iterable[str], parameters: Parameters) -> Parameters:
    """Change *parameters* by texts such as "near_jaccard=0.6".

    Raises ParameterError for a name or a value that cannot work.
    """
    types = {
        field.name: type(getattr(DEFAULT, field.name)) for field in fields(DEFAULT)
    }
    changes = {}
    for setting in settings:
        name, _, value = setting.partition("=")
        name = name.strip().replace("-", "_")
        if name not in types:
            raise ParameterError(f"no setting {name!r}: one of {', '.join(types)}")
        try:
            parsed = orjson.loads(value)
            changes[name] = types[name](parsed)
        except (ValueError, TypeError):
            raise ParameterError(f"{name} cannot be {value!r}") from None
    return replace(parameters, **changes)
