"""The pages, over a real database, through datasette's own application."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from xml.etree import ElementTree

import pytest

pytest.importorskip("datasette")

from inspect_newsroom import build, newsroom

from storage.errors import DatabaseError
from storage.inspect.csp import POLICY
from storage.inspect.server import Serving, build_site
from storage.inspect.sign_in import sign_in_path
from storage.store import Store

ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = (
    *("today", "stories", "story/1", "article/1", "outlets", "outlet/1"),
    *("agencies", "search?q=harbour"),
)
STOCK = ("", "/articles", "/clean_articles", "/copies", "/agency_use", "/articles/1")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    return build(tmp_path_factory.mktemp("inspect") / "news.db")


@pytest.fixture(scope="module")
def get(database):
    """Fetch a path from a site that is served as wirecopy serve does by default."""
    return visitor(database, Serving())


def visitor(database, serving, cookies=None):
    site = build_site(database, serving)

    def get(path, method="get", **options):
        async def ask():
            await site.invoke_startup()
            options.setdefault("cookies", cookies)
            return await getattr(site.client, method)(path, **options)

        return asyncio.run(ask())

    get.site = site
    return get


@pytest.mark.parametrize(
    "path", [*(f"/news/-/{p}" for p in PAGES), *(f"/news{s}" for s in STOCK)]
)
def test_a_page_answers_with_headers_and_no_inline_code(get, path):
    response = get(path)
    assert response.status_code == 200
    assert response.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "<style" not in response.text
    assert ' style="' not in response.text
    assert "<script>" not in response.text
    assert "http://cdn" not in response.text


def test_home_leads_to_today(get):
    response = get("/")
    assert response.status_code == 302
    assert response.headers["location"] == "/news/-/today"


def test_story_shows_copies_lag_and_marks(get):
    page = get("/news/-/story/1").text
    assert "+3 outlets" in page
    assert "+2 h 12 min" in page
    assert "<ins>beginning</ins>" in page
    assert "<del>end</del>" in page


def test_removed_repeat_stands_in_its_place_with_its_reason(get):
    page = get("/news/-/article/4").text
    assert "<del>Engineers found the gap" in page
    assert "repeats another block" in page
    assert page.index("Orla Finch") < page.index("<del>Engineers")


def test_arabic_runs_from_right_to_left(get):
    page = get("/news/-/story/2").text
    assert '<h1 id="headline" dir="rtl" lang="ar">' in page
    assert "<ins>أمس</ins>" in page


def test_revision_is_a_diff_and_fields_have_sources(get):
    page = get("/news/-/article/1").text
    assert "<del>six</del>" in page
    assert "<ins>eight</ins>" in page
    assert "og:title" in page


def test_search_folds_filters_and_marks(get):
    page = get("/news/-/search", params={"q": "المِيَاه"}).text
    assert "<mark>" in page
    english = get("/news/-/search", params={"q": "harbour", "outlet": "Coast Herald"})
    assert english.text.count('class="hit"') == 2
    nothing = get("/news/-/search", params={"q": '"'}).text
    assert "Type a word" in nothing


def test_stories_of_an_agency_by_number_of_outlets(get):
    page = get("/news/-/stories?agency=Meridian&order=outlets&since=2026-05-06").text
    assert "Port Ansel shuts harbour" in page
    assert "跨江大桥" not in page


def test_atom_has_one_entry_a_story(get):
    response = get("/news/-/stories.atom")
    feed = ElementTree.fromstring(response.content)
    ids = [entry.find(f"{ATOM}id").text for entry in feed.findall(f"{ATOM}entry")]
    with Store.open(get.site.files[0], read_only=True) as store:
        stories = store.db.execute("SELECT count(*) FROM stories").fetchone()[0]
    assert len(ids) == len(set(ids)) == stories < len(newsroom())
    assert feed.find(f"{ATOM}updated").text >= "2026-05-12"


def test_json_feed_can_be_filtered(get):
    feed = get("/news/-/stories.json?language=zh").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = feed["items"]
    assert item["_wirecopy"]["outlets"] == 2
    assert item["language"] == "zh"


@pytest.mark.parametrize(
    "path",
    [
        *("/news/-/story/999", "/news/-/article/0", "/x/-/today"),
        *("/news/-/nothing", "/news/-/nothing/5", "/news/-"),
    ],
)
def test_what_is_not_there_is_404(get, path):
    assert get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("stories?since=yesterday", "since=&#39;yesterday&#39; is no date"),
        ("search?q=harbour&until=1.5.2026", "is no date such as 2026-11-01"),
        ("stories?order=nope", "order=&#39;nope&#39; is none of newest, outlets"),
        ("stories?least=abc", "least=&#39;abc&#39; is no number"),
        ("stories.json?least=-1", "is no number"),
    ],
)
def test_what_a_filter_cannot_mean_is_told(get, path, told):
    answer = get(f"/news/-/{path}")
    assert answer.status_code == 400
    assert told in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/news/articles?_sort=nowhere", "/news/articles?_through=x"),
        *("/news/copies?_next=x", "/news/agency_use.json?_next=" + "9" * 30),
    ],
)
def test_what_a_table_cannot_be_asked_is_no_fault_of_ours(get, path, caplog):
    assert get(path).status_code == 400
    assert not caplog.records


def test_a_number_can_be_compared_with_any_text(get):
    for table, column in (("pages", "interval"), ("copies", "lag_hours")):
        assert get(f"/news/{table}?{column}__contains=%22%3Cb%3E").status_code == 200


def test_an_empty_filter_is_none(get):
    assert get("/news/-/stories?since=&until=&order=&least=").status_code == 200


def test_sql_and_download_are_off_unless_asked_for(get, database):
    assert get("/news?sql=select+1").status_code == 403
    assert get("/news.db").status_code == 403
    open_to_all = visitor(database, Serving(sql=True, download=True, immutable=True))
    assert (
        open_to_all("/news.json?sql=select+wirecopy_fold('Ä')+as+x").status_code == 200
    )
    assert open_to_all("/news.db").content.startswith(b"SQLite format 3")


def test_where_the_file_is_on_the_server_is_not_told(get, database):
    told = get("/-/databases.json")
    assert told.json()[0]["path"] == database.name
    assert str(database.parent) not in told.text


def test_a_file_that_may_change_is_not_offered_for_download(database):
    with pytest.raises(DatabaseError, match="--immutable"):
        build_site(database, Serving(download=True))


def test_a_merged_story_redirects(tmp_path):
    path = build(tmp_path / "news.db")
    with Store.open(path) as store:
        store.db.execute("INSERT INTO story_aliases (id, story) VALUES (900, 1)")
    response = visitor(path, Serving())("/news/-/story/900")
    assert (response.status_code, response.headers["location"]) == (
        301,
        "/news/-/story/1",
    )


def test_the_shown_article_and_a_wanted_copy_are_found_in_a_large_story(tmp_path):
    path = build(tmp_path / "news.db")
    with Store.open(path) as store:
        execute = store.db.conn.execute
        (story, shown) = execute("SELECT id, canonical FROM stories LIMIT 1").fetchone()
        columns = "url, headline, body, block_kinds, words, role, story, published"
        execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM"
            f" numbers WHERE n < 300) INSERT INTO articles (url_key, {columns})"
            " SELECT 'copy ' || n, url, headline, body, block_kinds, words, 'copy',"
            " story, '2001-01-01T00:00:00Z' FROM articles, numbers WHERE id = ?",
            [shown],
        )
        wanted = 20_001
        execute(
            f"INSERT INTO articles (id, url_key, {columns})"
            f" SELECT ?, 'last', {columns} FROM articles WHERE id = ?",
            [wanted, shown],
        )
        execute("UPDATE articles SET role = 'copy' WHERE id = ?", [wanted])
    page = visitor(path, Serving())(f"/news/-/story/{story}?with={wanted}")
    assert page.status_code == 200
    assert f"/news/-/article/{wanted}" in page.text


def test_writing_is_refused_everywhere_else(get):
    for page in PAGES[:6]:
        assert get(f"/news/-/{page}", method="post").status_code == 405


def test_a_foreign_database_is_refused(tmp_path):
    path = tmp_path / "notes.db"
    path.write_bytes(b"not a database at all, only text" * 9)
    with pytest.raises(DatabaseError, match="SQLite"):
        build_site(path, Serving())


def test_review_is_closed_without_permission(get):
    assert get("/news/-/review").status_code == 403
    assert get("/news/-/review", method="post", data={"a": 1}).status_code == 403


def signed_in(database):
    get = visitor(database, Serving(reviewers=("anna",)))
    response = get(sign_in_path(get.site, "anna"))
    cookies = {"ds_actor": response.cookies["ds_actor"]}
    page = get("/news/-/review", cookies=cookies)
    cookies["ds_csrftoken"] = page.cookies["ds_csrftoken"]
    return get, cookies, page


def test_an_answer_is_kept_with_who_and_when(tmp_path):
    path = build(tmp_path / "news.db")
    get, cookies, page = signed_in(path)
    assert "Council waives" in page.text
    form = {"a": "10", "b": "4", "answer": "n", "csrftoken": cookies["ds_csrftoken"]}
    with Store.open(path, read_only=True) as store:
        form["a"], form["b"] = map(
            str,
            store.db.execute(
                "SELECT a, b FROM pairs WHERE verdict = 'rejected'"
            ).fetchone(),
        )
    response = get("/news/-/review", method="post", data=form, cookies=cookies)
    assert response.status_code == 303
    named = f"a={form['a']}&amp;b={form['b']}"
    after = get(response.headers["location"], cookies=cookies).text
    assert f'{named}">Answer it anew</a>' in after
    again = get(f"/news/-/review?{named.replace('&amp;', '&')}", cookies=cookies).text
    assert f'name="a" value="{form["a"]}"><input type="hidden" name="b" ' in again
    with Store.open(path, read_only=True) as store:
        rows = store.db.execute(
            "SELECT answer, reviewer, reviewed FROM reviews"
        ).fetchall()
    assert [(answer, who) for answer, who, _ in rows] == [("different", "anna")]
    assert rows[0][2].startswith("20")
    after = get("/news/-/review", cookies=cookies).text
    assert "100 % (21 % to 100 %)" in after


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"csrftoken": "wrong"}, {}),
        ({}, {"sec-fetch-site": "cross-site"}),
        ({}, {"origin": "https://elsewhere.example"}),
    ],
)
def test_an_answer_from_elsewhere_is_refused(tmp_path, change, headers):
    path = build(tmp_path / "news.db")
    get, cookies, _ = signed_in(path)
    form = {"a": "4", "b": "9", "answer": "s", "csrftoken": cookies["ds_csrftoken"]}
    response = get(
        "/news/-/review",
        method="post",
        data=form | change,
        cookies=cookies,
        headers=headers,
    )
    assert response.status_code == 403
    with Store.open(path, read_only=True) as store:
        assert store.db.execute("SELECT count(*) FROM reviews").fetchone()[0] == 0


def test_a_sign_in_link_works_once(database):
    get = visitor(database, Serving(reviewers=("anna",)))
    link = sign_in_path(get.site, "anna")
    assert get(link).status_code == 302
    assert get(link).status_code == 403
    assert get("/-/sign-in?token=forged").status_code == 403


def test_csv_is_harmless_and_whole(tmp_path):
    path = build(tmp_path / "news.db")
    with Store.open(path) as store:
        store.db.execute("UPDATE articles SET headline = '=HYPERLINK(1)' WHERE id = 1")
    get = visitor(path, Serving())
    for address in ("/news/articles.csv", "/news/clean_articles.csv?_stream=on"):
        rows = list(csv.DictReader(io.StringIO(get(address).text)))
        assert "'=HYPERLINK(1)" in {row["headline"] for row in rows}
    assert json.loads(get("/news/articles.json?_shape=array&id=1").text)[0][
        "headline"
    ].startswith("=")


def test_parquet_holds_the_view(get):
    pyarrow = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.read_table(io.BytesIO(get("/news/clean_articles.parquet").content))
    assert "headline" in table.column_names
    assert table.num_rows == 4


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+05:00", None),
        ("yesterday", None),
    ],
)
def test_a_stored_time_of_any_year_is_told_or_none(stored, told):
    from storage.articles import iso
    from storage.inspect.wording import parse_time

    assert iso(parse_time(stored)) == told
