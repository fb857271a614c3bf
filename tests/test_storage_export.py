"""What is exported: articles in any format, and a copy to publish."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from storage.check import check
from storage.editing import split_story
from storage.errors import UnknownFormatError
from storage.export import export_articles
from storage.forget import forget
from storage.search import search_articles
from storage.store import Store
from tests.storage_articles import START, make_article, prose, stories

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db", now=lambda: START) as opened:
        yield opened


def test_export_formats(store: Store, tmp_path: Path) -> None:
    store.add(make_article(1, authors=("Ann Ode",), headline="=cmd|' /C calc'!A0"))
    store.add(make_article(2, text=1, outlet="Valley Echo", headline="Other words"))
    lines = tmp_path / "news.jsonl"
    assert export_articles(store.db, lines).articles == 1
    (row,) = map(json.loads, lines.read_text("utf-8").splitlines())
    assert (row["authors"], row["outlet"], row["copies"]) == (
        ["Ann Ode"],
        "Harbour Post",
        1,
    )
    table = tmp_path / "news.csv"
    assert export_articles(store.db, table, everything=True).articles == 2
    with table.open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    assert cells[0]["headline"].startswith("'=")
    assert {row["story"] for row in cells} == {str(row) for row in stories(store)}
    with pytest.raises(UnknownFormatError):
        export_articles(store.db, tmp_path / "news.docx")
    assert sorted(p.name for p in tmp_path.glob("*.part")) == []


def test_export_parquet(store: Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    store.add(make_article(1, tags=("ports", "wind")))
    path = tmp_path / "news.parquet"
    export_articles(store.db, path)
    (row,) = parquet.read_table(path).to_pylist()
    assert (row["tags"], row["id"]) == (["ports", "wind"], 1)


def test_a_published_copy_tells_no_secrets(store: Store, tmp_path: Path) -> None:
    store.add_all([make_article(1), make_article(2, text=1, outlet="Echo")])
    (story,) = stories(store)
    split_story(store, story, [2], reviewer="a-secret-reviewer")
    forget(store, "http://secret.test/tombstone", reason="a-secret-reason")
    public = tmp_path / "public.db"
    export_articles(store.db, public)
    data = public.read_bytes()
    assert b"a-secret" not in data
    assert b"secret.test" not in data
    with Store.open(public) as copy:
        assert check(copy).problems == ()
        assert search_articles(copy.db, prose(1)[0].split()[0])
