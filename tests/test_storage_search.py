from __future__ import annotations

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.search import Filters, Hit, register_functions, search_articles
from storage.search_query import match_expression
from storage.snippets import cut_snippet
from storage.store import Store
from tests.storage_articles import START, make_article, prose

# As a text prints it, and as a reader types it.
OTHERS = [
    ("東京オリンピック", "ｵﾘﾝﾋﾟｯｸ"),
    ("联合国安理会", "国"),
    ("U.S. troops", "U.S."),
    ("don't panic", "don"),
    ("1,250 people", "1,250"),
    ("Ελλάδα", "ελλαδα"),
    ("résumé", "resume"),
    ("ابن خلدون", "ابنخلدون"),
    ("کار می شود", "میشود"),
]
FILE = Path(__file__).parent / "data" / "spellings.toml"
BY_LANGUAGE: dict[str, list[tuple[str, str]]] = {
    language: [(printed, typed) for printed, typed in pairs]
    for language, pairs in tomllib.loads(FILE.read_text("utf-8")).items()
}
SPELLINGS = [*OTHERS, *(pair for pairs in BY_LANGUAGE.values() for pair in pairs)]


@pytest.fixture(scope="module")
def printed_all(tmp_path_factory: pytest.TempPathFactory):
    """A database with every printed text, an article each, numbered from 1."""
    path = tmp_path_factory.mktemp("spellings") / "news.db"
    with Store.open(path, now=lambda: START) as opened:
        for number, (printed, _) in enumerate(SPELLINGS, 1):
            blocks = [*prose(number), f"Xylem {printed} xylem."]
            opened.add(make_article(number, blocks=blocks))
        yield opened


@pytest.fixture(scope="module")
def plain_all():
    """SQLite's own index of the same texts."""
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.execute("CREATE VIRTUAL TABLE plain USING fts5(body)")
        conn.executemany(
            "INSERT INTO plain (rowid, body) VALUES (?, ?)",
            [
                (n, f"Xylem {printed} xylem.")
                for n, (printed, _) in enumerate(SPELLINGS, 1)
            ],
        )
        yield conn


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "news.db", now=lambda: START) as opened:
        yield opened


def test_the_languages_have_their_queries() -> None:
    counts = {language: len(pairs) for language, pairs in BY_LANGUAGE.items()}
    assert counts == {
        "arabic": 50,
        "persian": 20,
        "turkish": 20,
        "german": 20,
        "chinese": 20,
    }


@pytest.mark.parametrize("number", range(1, len(SPELLINGS) + 1))
def test_a_reader_finds_what_was_printed(printed_all: Store, number: int) -> None:
    hits = search_articles(printed_all.db, SPELLINGS[number - 1][1], limit=200)
    mine = [hit for hit in hits if hit.article == number]
    assert len(mine) == 1
    assert mine[0].snippet.highlights


@given(data=st.data())
def test_nothing_that_plain_search_finds_is_lost(
    printed_all: Store, plain_all: sqlite3.Connection, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from([side for pair in SPELLINGS for side in pair]))
    words = data.draw(st.permutations(text.split()))
    asked = words[: data.draw(st.integers(1, len(words)))]
    quoted = " ".join(f'"{word}"' for word in asked)
    plain = plain_all.execute("SELECT rowid FROM plain WHERE plain MATCH ?", [quoted])
    ours = {hit.article for hit in find(printed_all, quoted)}
    assert {row[0] for row in plain} <= ours


def find(store: Store, query: str) -> list[Hit]:
    if match_expression(query) is None:
        return []
    return search_articles(store.db, query, limit=200)


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


def test_of_very_many_hits_those_added_last_are_ranked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(make_article(1, headline="Storm storm storm"))
    for number in (2, 3):
        store.add(make_article(number, blocks=[*prose(number), "A storm came."]))
    assert next(hit.article for hit in search_articles(store.db, "storm")) == 1
    monkeypatch.setattr("storage.search.RANKED", 2)
    assert {hit.article for hit in search_articles(store.db, "storm")} == {2, 3}


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


def test_the_words_of_a_batch_are_one_piece_of_the_index(store: Store) -> None:
    words = [f"word{number}" for number in range(40_000)]
    with store.transaction():
        for article in range(1, 101):
            text = " ".join(words[article * 300 : article * 300 + 1000])
            store.adder.search.add(article, ("", text))
    pieces = store.db.conn.execute("SELECT count(DISTINCT segid) FROM search_idx")
    assert pieces.fetchone() == (1,)


def test_a_query_of_nothing_says_so(store: Store) -> None:
    with pytest.raises(DatabaseError, match="type a wanted word"):
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


def test_a_query_without_end_asks_for_its_first_words() -> None:
    expression = match_expression(" ".join(f"w{n}" for n in range(3000)))
    assert expression is not None
    assert expression.count(" AND ") == 63


def test_a_page_past_the_last_hit_is_empty(store: Store) -> None:
    store.add(make_article(1))
    assert search_articles(store.db, "the", limit=10**30, offset=10**30) == []
