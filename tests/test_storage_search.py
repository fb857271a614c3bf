from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.search import Filters, register_functions, search_articles
from storage.search_query import index_words, match_expression
from storage.snippets import cut_snippet
from storage.store import Store
from tests.storage_articles import START, make_article, prose

if TYPE_CHECKING:
    from pathlib import Path

# As a text prints it, and as a reader types it.
SPELLINGS = [
    ("الأُمَم المتّحدة", "الامم المتحده"),
    ("إعادة الإعمار", "اعاده الاعمار"),
    ("مستشفى المدينة", "مستشفي المدينه"),
    ("الـــقـــمـــة", "القمة"),
    ("مسؤول في المؤتمر", "مسوول في الموتمر"),
    ("٢٥ قتيلاً", "25 قتيلا"),
    ("یک کشور", "يك كشور"),
    ("می‌شود", "می شود"),
    ("می‌رود", "میرود"),
    ("نمی‌توان", "نمی‌توان"),
    ("خانه‌ها", "خانه ها"),
    ("۱۴۰۵", "1405"),
    ("İstanbul Büyükşehir", "istanbul buyuksehir"),
    ("ışık", "isik"),
    ("Diyarbakır", "DİYARBAKIR"),
    ("Çağdaş", "cagdas"),
    ("München", "Muenchen"),
    ("Muenchen", "München"),
    ("Straße", "strasse"),
    ("Ärzte", "aerzte"),
    ("Müller", "MUELLER"),
    ("Königsberg", "konigsberg"),
    ("联合国安理会", "安理会"),
    ("联合国安理会", "国"),
    ("會議在東京舉行", "東京"),
    ("ＮＡＴＯ首脑会议", "NATO"),
    ("東京オリンピック", "ｵﾘﾝﾋﾟｯｸ"),
    ("U.S. troops", "U.S."),
    ("don't panic", "don"),
    ("1,250 people", "1,250"),
    ("Ελλάδα", "ελλαδα"),
    ("résumé", "resume"),
]


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db", now=lambda: START) as opened:
        yield opened


@pytest.mark.parametrize(("printed", "typed"), SPELLINGS)
def test_a_reader_finds_what_was_printed(
    store: Store, printed: str, typed: str
) -> None:
    store.add(make_article(1, blocks=[*prose(1), f"Xylem {printed} xylem."]))
    store.add(make_article(2))
    hits = search_articles(store.db, typed)
    assert [hit.article for hit in hits] == [1]
    assert hits[0].snippet.highlights


@pytest.mark.parametrize(("printed", "typed"), SPELLINGS)
def test_nothing_that_plain_search_finds_is_lost(printed: str, typed: str) -> None:
    with sqlite3.connect(":memory:") as conn:
        conn.execute("CREATE VIRTUAL TABLE plain USING fts5(body)")
        conn.execute("CREATE VIRTUAL TABLE ours USING fts5(body, tokenize='ascii')")
        conn.execute("INSERT INTO plain VALUES (?)", [printed])
        conn.execute("INSERT INTO ours VALUES (?)", [index_words(printed)])
        for word in [typed, printed, *printed.split()]:
            quoted = " ".join(f'"{part}"' for part in word.split())
            found = conn.execute(
                "SELECT 1 FROM plain WHERE plain MATCH ?", [quoted]
            ).fetchone()
            ours = conn.execute(
                "SELECT 1 FROM ours WHERE ours MATCH ?", [match_expression(word)]
            ).fetchone()
            assert ours or not found
    conn.close()


def test_operators(store: Store) -> None:
    lines = prose(1)
    store.add(make_article(1, blocks=[*lines, "The red ferry left the old harbour."]))
    store.add(make_article(2, blocks=[*prose(2), "The old ferry left a red harbour."]))

    def found(query: str) -> list[int]:
        return sorted(hit.article for hit in search_articles(store.db, query))

    assert found("red ferry") == [1, 2]
    assert found('"red ferry"') == [1]
    assert found('ferry -"old harbour"') == [2]
    assert found("ferr*") == [1, 2]
    assert found("zebra OR ferry") == [1, 2]
    assert found("zebra ferry") == []


def test_headlines_weigh_more(store: Store) -> None:
    store.add(make_article(1, blocks=[*prose(1), "The ferry sank."]))
    store.add(make_article(2, headline="Ferry sinks near the northern islands"))
    assert [hit.article for hit in search_articles(store.db, "ferry")] == [2, 1]


def test_filters(store: Store) -> None:
    store.add(make_article(1, agency="Northern Wire", minutes=0))
    store.add(make_article(2, text=1, outlet="Valley Echo", minutes=60 * 48))
    word = prose(1)[0].split()[0]

    def found(filters: Filters) -> list[int]:
        hits = search_articles(store.db, word, filters=filters)
        return sorted(hit.article for hit in hits)

    assert found(Filters()) == [1, 2]
    assert found(Filters(outlet="Valley Echo")) == [2]
    assert found(Filters(agency="northern wire")) == [1]
    assert found(Filters(language="en")) == [1, 2]
    assert found(Filters(language="fr")) == []
    assert found(Filters(since="2026-11-02")) == [2]
    assert found(Filters(until="2026-11-01")) == [1]
    assert found(Filters(only_canonical=True)) == [1]


def test_a_revised_text_is_found_by_its_new_words_only(store: Store) -> None:
    store.add(make_article(1))
    store.add(make_article(1, text=7, fetched=START.replace(day=9)))
    assert search_articles(store.db, prose(1)[2].split()[1]) == []
    assert search_articles(store.db, prose(7)[2].split()[1])


def test_a_query_of_nothing_says_so(store: Store) -> None:
    with pytest.raises(DatabaseError, match="type a word"):
        search_articles(store.db, '"-*')


def test_snippets_are_cut_from_the_original() -> None:
    text = "Far away.\n\n" * 60 + "Die Müllers wohnen in München.\n\n" + "Then. " * 90
    snippet = cut_snippet(text, "mueller* munchen")
    assert "[Müllers]" in snippet.marked("[", "]")
    assert "[München]" in snippet.marked("[", "]")
    assert len(snippet.text) < 300


@given(st.text(), st.text())
def test_no_text_or_query_breaks_search(text: str, query: str) -> None:
    snippet = cut_snippet(text, query)
    for start, end in snippet.highlights:
        assert 0 <= start < end <= len(snippet.text)
    expression = match_expression(query)
    if expression is not None:
        with sqlite3.connect(":memory:") as conn:
            conn.execute("CREATE VIRTUAL TABLE s USING fts5(body, tokenize='ascii')")
            conn.execute("SELECT * FROM s WHERE s MATCH ?", [expression]).fetchall()
        conn.close()


def test_sql_can_search_too(store: Store) -> None:
    store.add(make_article(1, blocks=[*prose(1), "Grüße aus München."]))
    register_functions(store.db.conn)
    rows = store.db.conn.execute(
        "SELECT wirecopy_snippet(articles.body, 'muenchen') FROM search"
        " JOIN articles ON articles.id = search.rowid"
        " WHERE search MATCH wirecopy_query('muenchen')"
    ).fetchall()
    assert len(rows) == 1
    assert "«München»" in rows[0][0]
    nothing = "SELECT * FROM search WHERE search MATCH wirecopy_query('')"
    assert store.db.conn.execute(nothing).fetchall() == []
