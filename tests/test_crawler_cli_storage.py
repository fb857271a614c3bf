"""The commands that read and change a database, on a small real one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crawler.cli.main import cli
from storage.runs import start_run
from storage.store import Store
from tests.storage_articles import START, make_article, prose

COMMANDS = [
    ["explain", "1", "2"],
    ["search", "storm"],
    ["check"],
    ["check", "--repair"],
    ["export"],
    ["keep", "--rule", "longest"],
    ["settle"],
    ["rededupe"],
    ["story", "merge", "1", "2"],
    ["story", "split", "1", "2"],
    ["story", "keep", "2"],
    ["forget", "1", "--reason", "asked"],
    ["prune", "runs", "--older-than", "2y"],
]
names = pytest.mark.parametrize("command", COMMANDS, ids=" ".join)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stories: article 1 with the trimmed copy 2, and article 3."""
    path = tmp_path_factory.mktemp("made") / "news.db"
    with Store.open(path, now=lambda: START) as store:
        store.add(make_article(1))
        store.add(make_article(2, text=1, blocks=prose(1)[:4], outlet="Valley Echo"))
        store.add(make_article(3, headline="A storm over the harbour tonight"))
    return path


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Path:
    return shutil.copy(made, tmp_path / "news.db")


def run(db: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--db", str(db)])


def report(db: Path, *arguments: str) -> dict[str, object]:
    done = run(db, *arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def stories(db: Path) -> list[int]:
    with Store.open(db, read_only=True) as store:
        return [
            row[0]
            for row in store.db.conn.execute("SELECT story FROM articles ORDER BY id")
        ]


@names
def test_a_missing_database_is_one_line(tmp_path: Path, command: list[str]) -> None:
    done = run(tmp_path / "none.db", *command)
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "none.db does not exist" in done.stderr
    assert list(tmp_path.iterdir()) == []


@names
def test_another_file_is_one_line_and_stays(tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("This is no database at all. " * 9)
    done = run(path, *command)
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "not an SQLite database" in done.stderr
    assert path.read_text().startswith("This is no database")
    assert list(tmp_path.iterdir()) == [path]


@names
def test_a_newer_schema_is_one_line_and_stays(db: Path, command: list[str]) -> None:
    with Store.open(db) as store, store.transaction() as opened:
        opened.conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('wirecopy', 'from_the_future', '')"
        )
    before = db.read_bytes()
    done = run(db, *command)
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "upgrade wirecopy" in done.stderr
    assert db.read_bytes() == before


@pytest.mark.parametrize(
    "command",
    [
        ["explain", "1", "99"],
        ["story", "merge", "1", "99"],
        ["story", "split", "1", "99"],
        ["story", "keep", "99"],
        ["forget", "99", "--reason", "asked"],
        ["explain", "1", "9" * 30],
    ],
    ids=" ".join,
)
def test_an_unknown_id_is_one_line_and_changes_nothing(
    db: Path, command: list[str]
) -> None:
    before = stories(db)
    done = run(db, *command)
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "99" in done.stderr
    assert stories(db) == before


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["forget", "1", "--reason", " "], "the reason is empty"),
        (["forget", "http://", "--reason", "asked"], "no article http://"),
        (["forget", "http://[::1/x", "--reason", "asked"], "no article http://[::1/x"),
        (["forget", "", "--reason", "asked"], "give an id that is stored"),
        (["search", "storm", "--outlet", "Nowhere"], "no outlet 'Nowhere'"),
        (["search", "storm", "--agency", "Nobody"], "no agency 'Nobody'"),
        (["search", "storm", "--language", "xx"], "in the language 'xx'"),
        (["search", "storm", "--since", "yesterday"], "is not a date"),
        (["search", "storm", "--until", "2026-13"], "is not a date"),
        (["story", "merge", "1"], "name two different ones"),
        (["story", "merge", "1", "x"], "'x' is not a valid integer"),
        (["story", "split", "1", "1", "2"], "leave one"),
        (["story", "split", "1", "3"], "article 3 is not in story 1"),
        (["keep", "--rule", " "], "the keep rule is empty"),
        (["keep", "--rule", "oldest"], "no outlet 'oldest'"),
        (["prune", "pages", "--older-than", "-1d"], "is neither 2d"),
        (["prune", "pages", "--older-than", "2999-01-01"], "2999-01-01 is yet to come"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_input_is_told_and_changes_nothing(
    db: Path, command: list[str], told: str
) -> None:
    done = run(db, *command)
    assert done.exit_code in (1, 2)
    assert told in done.stderr.splitlines()[-1]
    with Store.open(db, read_only=True) as store:
        assert store.db.execute("SELECT count(*) FROM articles").fetchone() == (3,)
        assert store.db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,)


def test_a_query_may_begin_with_what_is_unwanted(db: Path) -> None:
    found = report(db, "search", "-thunder storm")
    assert [hit["article"] for hit in found["hits"]] == [3]
    assert found["query"] == "-thunder storm"
    assert report(db, "search", "-harbour storm")["hits"] == []
    assert "type a wanted word" in run(db, "search", "-storm").stderr
    assert run(db, "search", "-h").stdout.startswith("Usage:")
    assert run(db, "search", "storm", "--limits", "1").exit_code == 2


def test_search_takes_years_months_days_and_names_in_any_case(db: Path) -> None:
    for when in ("2026", "2026-11", "2026-11-01", "2026-11-01T00:00:00Z"):
        found = report(db, "search", "storm", "--since", when)
        assert len(found["hits"]) == 1  # type: ignore[arg-type]
    assert report(db, "search", "storm", "--outlet", "harbour post")["hits"]
    told = run(db, "search", "storm", "--until", "2020-01-01").stderr
    assert told == "no article has these words among those that were asked for\n"
    told = run(db, "search", "storm", "--offset", "9").stderr
    assert told == "no more than 9 articles have these words\n"


def test_explain_search_check_and_settle(db: Path) -> None:
    assert report(db, "explain", "1", "2")["same_story"] is True
    assert report(db, "explain", "1", "3")["same_story"] is False
    assert '"article":3' in run(db, "search", "STORM", "--json").stdout.replace(" ", "")
    assert report(db, "check")["problems"] == []
    assert report(db, "settle")["articles"] == 0


def test_check_names_what_is_wrong(db: Path) -> None:
    with Store.open(db) as store:
        store.db.conn.execute("DELETE FROM recent_keys WHERE article = 1")
    found = run(db, "check")
    assert found.exit_code == 3
    assert "articles whose keys in the index" in found.stdout
    assert run(db, "check", "--repair").exit_code == 0
    assert "3 articles, 2 stories: sound" in run(db, "check").stdout


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "db"])
def test_export_writes_every_format(db: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    done = run(db, "export", "-o", str(out))
    assert done.exit_code == 0, done.output
    assert out.stat().st_size > 0
    if suffix == "jsonl":
        assert len(out.read_text("utf-8").splitlines()) == 2


def test_a_dash_is_standard_output(db: Path) -> None:
    assert run(db, "export", "-o", "-").stdout == run(db, "export").stdout != ""


def test_an_export_leaves_neighbours_and_devices_alone(
    db: Path, tmp_path: Path
) -> None:
    neighbour = tmp_path / "out.csv.part"
    neighbour.write_text("mine")
    assert run(db, "export", "-o", str(tmp_path / "out.csv")).exit_code == 0
    assert neighbour.read_text() == "mine"
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert run(db, "export", "-o", str(pipe)).exit_code == 0
    assert os.read(reader, 1 << 16).count(b"\n") == 2
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("arguments", [[], ["--format", "jsonl"]])
def test_export_never_writes_over_its_own_database(
    db: Path, arguments: list[str]
) -> None:
    (db.parent / "link.db").symlink_to(db)
    for out in (db, db.parent / "link.db"):
        done = run(db, "export", "-o", str(out), *arguments)
        assert done.exit_code == 1
        assert "is the database that is read" in done.stderr
    assert stories(db) == [1, 1, 2]


def test_a_folder_that_cannot_be_written_is_read(db: Path) -> None:
    with Store.open(db) as store:
        store.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    asked = ["search", "storm", "--json", "--db", str(db)]
    db.parent.chmod(0o555)
    try:
        found = without_rights(*asked)
        refused = without_rights("settle", "--db", str(db))
    finally:
        db.parent.chmod(0o755)
    assert json.loads(found.stdout)["hits"]
    assert refused.returncode == 1
    assert "cannot be written: check the rights" in refused.stderr


@pytest.mark.parametrize("arguments", [["export"], ["status", "--json"]])
def test_a_full_disk_behind_the_output_is_one_line(
    db: Path, arguments: list[str]
) -> None:
    command = [sys.executable, "-m", "crawler", *arguments, "--db", str(db)]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == "wirecopy: standard output: No space left on device\n"


def test_what_a_terminal_cannot_show_ends_no_command(db: Path) -> None:
    with Store.open(db) as store:
        store.add(make_article(4, headline="عاصفة storm"))
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "search", "storm", "--db", str(db)],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "????? storm" in done.stdout


def without_rights(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user whom the rights of files bind, also where we are root."""
    bare = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
    prefix = [*bare, "--inh-caps=-all"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*prefix, sys.executable, "-m", "crawler", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_keep_shows_another_article(db: Path) -> None:
    assert run(db, "story", "keep", "2").exit_code == 0
    with Store.open(db) as store:
        row = store.db.conn.execute("SELECT canonical FROM stories WHERE id = 1")
        assert row.fetchone() == (2,)
    assert run(db, "keep", "--rule", " ").exit_code == 1


def test_stories_are_merged_and_split_for_good(db: Path) -> None:
    run(db, "story", "merge", "1", "2")
    assert len(set(stories(db))) == 1
    run(db, "story", "split", str(stories(db)[0]), "3")
    assert stories(db)[0] == stories(db)[1] != stories(db)[2]
    assert run(db, "rededupe").exit_code == 0
    assert stories(db)[0] == stories(db)[1] != stories(db)[2]


def test_rededupe_under_other_settings(db: Path) -> None:
    before = stories(db)
    strict = ["--set", "near_jaccard=1", "--set", "excerpt_containment=1"]
    strict += ["--set", "brief_words=100000"]
    assert report(db, "rededupe", "--dry-run", *strict)["stories_after"] == 3
    assert stories(db) == before
    assert report(db, "rededupe", *strict)["stories_after"] == 3
    assert report(db, "rededupe", "--set", "brief_words=25",
                  "--set", "excerpt_containment=0.88")["stories_after"] == 2  # fmt: skip
    assert run(db, "rededupe", "--set", "no_such=1").exit_code == 1


def test_forget_and_prune(db: Path) -> None:
    assert report(db, "forget", "1", "--reason", "asked")["article"] == 1
    with Store.open(db) as store:
        assert store.add(make_article(1)).verdict == "forgotten"
    assert run(db, "prune", "runs", "--older-than", "2y").stdout.startswith("0 runs ")
    with Store.open(db) as store, store.transaction() as tables:
        run_id = start_run(tables, ["crawl"], now=datetime(2001, 1, 1, tzinfo=UTC))
        tables.execute("UPDATE runs SET outcome = 'done' WHERE id = ?", [run_id])
    assert run(db, "prune", "runs", "--older-than", "2y").stdout.startswith("1 run ")
    assert report(db, "check")["problems"] == []


def test_merge_takes_another_database_in(db: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.db"
    done = CliRunner().invoke(cli, ["merge", str(db), "--into", str(target)])
    assert done.exit_code == 0, done.output
    with closing(Store.open(target, read_only=True)) as store:
        count = store.db.conn.execute("SELECT count(*) FROM articles").fetchone()
    assert count == (3,)


def test_a_user_without_a_name_is_a_number(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    done = run(db, "story", "merge", "1", "2")
    assert done.exit_code == 0, done.output
    with Store.open(db) as store:
        [found] = store.db.query("SELECT DISTINCT reviewer FROM reviews")
    assert found == {"reviewer": "user 4000000"}
