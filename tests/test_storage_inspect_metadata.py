"""Every table, view and column has a description, and nothing else has one."""

from __future__ import annotations

import re

import pytest

from storage.inspect.descriptions import load_metadata
from storage.store import Store

_SHADOW = re.compile(r"search_(config|content|data|docsize|idx)|sqlite_")


@pytest.fixture(scope="module")
def columns(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("schema") / "empty.db") as store:
        names = store.db.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        ).fetchall()
        return {
            name: {
                row[1]
                for row in store.db.execute(f"PRAGMA table_xinfo([{name}])")
                # An FTS table's hidden columns are its own name and "rank".
                if not (name == "search" and row[6] == 1)
            }
            for (name,) in names
            if not _SHADOW.match(name)
        }


def test_every_table_and_view_is_described(columns):
    tables = load_metadata()["tables"]
    assert set(tables) == set(columns)
    assert all(table["description"].endswith(".") for table in tables.values())


def test_every_column_is_described(columns):
    tables = load_metadata()["tables"]
    wrong = {
        name: described ^ columns[name]
        for name in columns
        if (described := set(tables[name]["columns"])) != columns[name]
    }
    assert not wrong


def test_settings_name_columns_that_exist(columns):
    for name, table in load_metadata()["tables"].items():
        named = set(table.get("facets", []))
        named |= {table[key] for key in ("label_column", "sort_desc") if key in table}
        assert named <= columns[name], name
