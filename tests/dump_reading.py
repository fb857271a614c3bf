"""Rows of a dump, and how tests read any dump."""

from __future__ import annotations

import csv
import sqlite3
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from storage.dumps.fields import Fields, find_fields
from storage.dumps.formats import expand, open_dump

if TYPE_CHECKING:
    from pathlib import Path

    from storage.dumps.reject import Reject

ROWS: list[dict[str, Any]] = [
    {"id": "a", "title": "One", "text": "The first text.\n\nIts end.", "n": 1},
    {"id": "b", "title": "Två", "text": 'Quoted "text", with\nlines', "n": 2.5},
    {"id": "c", "title": None, "text": "النص الثالث \U0001f600", "n": None},
]
LINES = b"".join(orjson.dumps(row) + b"\n" for row in ROWS)


def read(
    path: Path | str, fields: Fields | None = None
) -> tuple[list[str], list[Reject]]:
    """Read a dump whole: the texts in order, and the rejects."""
    texts: list[str] = []
    rejects: list[Reject] = []
    for item in expand([str(path)]):
        dump = open_dump(item)
        found = find_fields(fields or Fields(), dump.field_names(), dump.name)
        for task in dump.read(found):
            batch = task()
            texts += [batch.texts[i] for i in range(len(batch))]
            rejects += batch.rejects
    return texts, rejects


def read_again(path: Path | str, keep: list[int]) -> list[dict[str, object]]:
    dump = open_dump(expand([str(path)])[0])
    found = find_fields(Fields(), dump.field_names(), dump.name)
    places = np.concatenate([task().places for task in dump.read(found)])
    return [row for rows in dump.rows(places[keep]) for row in rows]


def write_csv(path: Path, delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)


def write_sqlite(path: Path, table: str) -> None:
    db = sqlite3.connect(path)
    name = '"' + table.replace('"', '""') + '"'
    db.execute(f'CREATE TABLE {name} (id, title, text, n, "odd ""name")')
    db.executemany(
        f"INSERT INTO {name} VALUES (?, ?, ?, ?, 'x')",
        [tuple(row.values()) for row in ROWS],
    )
    db.commit()
    db.close()
