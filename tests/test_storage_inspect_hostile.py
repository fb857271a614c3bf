"""Hostile strings in every text field of every table, through every page."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datasette")

from hostile_texts import HOSTILE
from inspect_newsroom import build
from lxml import html

from storage.inspect.server import Serving, build_site
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COPIES = 210
PAGES = (
    *("today", "stories", "stories?order=outlets", "outlets", "agencies", "review"),
    *("search?q=script", "search?q=%3Cscript%3E", "search?q=%22", "search?q=hit*"),
)
# Columns that hold what the program itself writes: keys, codes, times, JSON it reads.
OURS = re.compile(
    r"^(id|url_key|role|verdict|answer|kind|outcome|block_kinds|.*_hash|name)$"
    r"|published|modified|fetched|updated|seen|check|reviewed|started|ended|day"
    r"|authors|tags|captions|feeds|counts|names|field_sources|indexed|replaced"
)
TABLES = (
    *("articles", "removed_blocks", "revisions", "outlets", "agencies", "pages"),
    *("pairs", "reviews", "runs", "outlet_blocks", "stories"),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newsroom, and rows of every table whose every text is hostile."""
    path = build(tmp_path_factory.mktemp("hostile") / "news.db")
    with Store.open(path) as store:
        execute = store.db.conn.execute
        execute("PRAGMA foreign_keys = off")
        with store.transaction():
            for table in TABLES:
                multiply(execute, table)
            spoil(execute, "articles", ["authors", "tags", "captions"], as_list=True)
            execute("UPDATE articles SET story = id WHERE id > 1000")
    return path


def multiply(execute: Callable[..., Any], table: str) -> None:
    """Copy a row of *table* many times, with hostile texts in its text columns."""
    columns = [
        (row[1], row[2])
        for row in execute(f"PRAGMA table_xinfo({table})")
        if not row[6]
    ]
    row = execute(f"SELECT * FROM {table} LIMIT 1").fetchone()
    values = dict(zip((name for name, _ in columns), row or (), strict=False))
    texts = cycle(HOSTILE)
    for number in range(1001, 1001 + COPIES):
        new = dict(values)
        for name, kind in columns:
            if kind == "TEXT" and not OURS.search(name):
                new[name] = next(texts)
        new |= keys_of(table, number, next(texts))
        marks = ", ".join("?" * len(new))
        execute(
            f"INSERT INTO {table} ({', '.join(new)}) VALUES ({marks})",
            list(new.values()),
        )
        # Each row begins elsewhere, so that every column meets every string.
        next(texts)


def keys_of(table: str, number: int, text: str) -> dict[str, object]:
    """Give the columns that must differ or fit."""
    fixed: dict[str, dict[str, object]] = {
        "articles": {"id": number, "url_key": f"x/{number}", "block_kinds": "p"},
        "stories": {
            "id": number,
            "anchor": number,
            "canonical": number,
            "first": number,
            "size": 1,
            "outlets": 1,
            "name": text,
            "first_published": None,
            "last_published": None,
        },
        "outlets": {"id": number, "name": f"{text} {number}"},
        "agencies": {"id": number, "name": f"{text} {number}"},
        "pages": {"id": number, "url_key": f"x/{number}", "kind": "article"},
        "pairs": {
            "a": number,
            "b": number + 1,
            "verdict": "rejected",
            "jaccard": 0.5,
            "containment_a": 0.5,
            "containment_b": 0.5,
        },
        "reviews": {
            "id": number,
            "a": number,
            "b": number + 1,
            "answer": "unsure",
            "reviewed": "2026-05-12T00:00:00Z",
        },
        "runs": {"id": number, "started": "2026-05-12T00:00:00Z"},
        "outlet_blocks": {
            "outlet": number,
            "block": number,
            "stories": 9,
            "days": 9,
            "boilerplate": 1,
        },
        "removed_blocks": {
            "id": number,
            "article": number,
            "position": 0,
            "kind": "paragraph",
        },
        "revisions": {"id": number, "article": number, "block_kinds": "p"},
    }
    row = fixed[table]
    if table in ("articles", "pages"):
        row |= {"outlet": number}
    if table == "articles":
        row |= {"agency": number, "published": "2026-05-13T08:00:00Z"}
    return row


def spoil(
    execute: Callable[..., Any], table: str, columns: list[str], *, as_list: bool
) -> None:
    for place, name in enumerate(columns):
        for number in range(COPIES):
            text = HOSTILE[(number + place) % len(HOSTILE)]
            value = json.dumps([text]) if as_list else text
            execute(
                f"UPDATE {table} SET {name} = ? WHERE id = ?", [value, 1001 + number]
            )


@pytest.fixture(scope="module")
def get(database: Path):
    site = build_site(database, Serving())

    def fetch(path: str):
        async def ask():
            await site.invoke_startup()
            return await site.client.get(path)

        return asyncio.run(ask())

    return fetch


def test_there_are_two_hundred() -> None:
    assert len(HOSTILE) >= 200


def assert_harmless(path: str, text: str) -> None:
    tree = html.fromstring(text)
    scripts = [s for s in tree.iter("script") if s.text or not s.get("src")]
    assert scripts == [], path
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("iframe", "object", "embed", "base", "plaintext")
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (path, name)
            if name in ("href", "src", "action", "formaction"):
                bare = re.sub(r"[\x00-\x20]", "", value).lower()
                assert not bare.startswith(("javascript:", "data:", "vbscript:")), path
    assert len(tree.findall(".//h1")) == 1, path
    assert len(tree.findall(".//main") + tree.findall(".//section")) >= 1, path
    assert "49" not in [e.text for e in tree.iter("bdi")]  # {{ 7 * 7 }} computed
    for title in tree.findall(".//title"):
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", title.text or ""), path


@pytest.mark.parametrize("page", [p for p in PAGES if p != "review"])
def test_our_lists_show_them_as_text(get, page: str) -> None:
    response = get(f"/news/-/{page}")
    assert response.status_code == 200
    assert_harmless(page, response.text)


@pytest.mark.parametrize("table", [*TABLES, "clean_articles", "copies", "run_health"])
def test_every_table_shows_them_as_text(get, table: str) -> None:
    for size in ("?_size=100", "?_size=100&_next=100"):
        response = get(f"/news/{table}{size}")
        assert response.status_code == 200
        assert_harmless(table, response.text)


@pytest.mark.parametrize("kind", ["article", "story", "outlet"])
def test_every_row_has_a_page_that_shows_them_as_text(get, kind: str) -> None:
    for number in range(1001, 1001 + COPIES, 3):
        response = get(f"/news/-/{kind}/{number}")
        assert response.status_code == 200, number
        assert_harmless(f"{kind}/{number}", response.text)


def test_every_string_is_there_to_be_read(get) -> None:
    pages = [
        html.fromstring(get(f"/news/-/article/{1001 + n}").text).text_content()
        for n in range(0, COPIES, 3)
    ]
    shown = " ".join(" ".join(page.split()) for page in pages)
    for text in (
        "<script>window.hit=1</script>",
        "{{ config }}",
        "=1+1",
        "<plaintext>",
    ):
        assert text in shown


@pytest.mark.parametrize("table", TABLES)
def test_no_cell_of_a_csv_is_a_formula(get, table: str) -> None:
    answer = get(f"/news/{table}.csv?_stream=on")
    assert answer.status_code == 200
    for row in csv.reader(io.StringIO(answer.text, newline="")):
        for cell in row:
            bare = cell.lstrip("\t\r\n ")
            number = re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?", bare)
            assert number or not bare.startswith(("=", "+", "-", "@")), cell


@pytest.mark.parametrize("name", ["stories.atom", "stories.json"])
def test_feeds_stay_well_formed(get, name: str) -> None:
    answer = get(f"/news/-/{name}")
    assert answer.status_code == 200
    if name.endswith("json"):
        found = json.loads(answer.text)["items"]
        urls = [item.get("external_url") or "" for item in found]
        assert not any("script:" in url.lower() for url in urls)
        return
    from xml.etree import ElementTree

    links = [
        element.get("href", "")
        for element in ElementTree.fromstring(answer.text).iter()
    ]
    assert not any("script:" in link.lower() for link in links)
