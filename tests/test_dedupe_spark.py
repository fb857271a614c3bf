"""The cluster gives the stories of one machine, article for article."""

from __future__ import annotations

import csv
import os
import random
import shutil
import signal
import sys
import threading
import time

import numpy as np
import orjson
import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("Java is not installed", allow_module_level=True)

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crawler.deduping import dedupe_dump
from crawler.dumps.cluster import ClusterRequest, dedupe_on_cluster
from crawler.dumps.cluster_reading import ReadSplits
from crawler.dumps.cluster_writing import Flags, WriteSplits
from crawler.dumps.request import DedupeRequest
from dedupe.errors import ClusterError
from dedupe.spark.lines import Boilerplate
from dedupe.spark.parcels import Inbox, Layout, Outbox, bucket_of, rows_of
from dedupe.spark.session import (
    our_settings,
    require_spark,
    spark_session,
    told_in_one_line,
)
from storage.dumps.fields import Fields, find_fields
from storage.dumps.spark import SplitReader, Splits
from storage.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.dumps.request import DedupeReport

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
_WORDS = [a + b for a in "bakelomi" for b in "nurtasivo"] + ["council", "harbour"]
_LINE = "Sign up for the letter that our editors send to readers every morning."


def _sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=12)).capitalize() + "."


def _articles(count: int) -> list[dict[str, str]]:
    """Articles of which many are copies: whole, trimmed, edited, or later texts."""
    rng = random.Random(5)
    rows: list[dict[str, str]] = []
    for number in range(count):
        body = [_sentence(rng) for _ in range(rng.randint(3, 14))]
        url = f"https://paper{number % 7}.example/{number}"
        if rows and rng.random() < 0.5:
            body = rng.choice(rows)["text"].split("\n")
            body = body[: max(3, int(len(body) * rng.uniform(0.7, 1)))]
            body[rng.randrange(len(body))] = _sentence(rng)
            if rng.random() < 0.2:
                url = rows[-1]["url"]
        if rng.random() < 0.3:
            body.append(_LINE)
        day = f"2026-03-{rng.randint(1, 9):02}"
        head = " ".join(rng.choices(_WORDS, k=5))
        rows.append(
            {"id": f"a{number}", "url": url, "headline": head, "date": day}
            | {"text": "\n".join(body), "extra": str(number)}
        )
    rows[3]["text"] = rows[4]["text"] = ""
    rows[5]["text"] = rows[6]["text"] = rows[7]["text"] = "Rain is on its way."
    return rows


def _tables(folder: Path) -> list[dict[str, str]]:
    files = sorted(folder.glob("part-*")) if folder.is_dir() else [folder]
    found = []
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            found += list(csv.DictReader(lines, delimiter="\t"))
    return found


def _partition(rows: list[dict[str, str]]) -> set[frozenset[str]]:
    stories: dict[str, set[str]] = {}
    for row in rows:
        stories.setdefault(row["story"], set()).add(row["id"])
    return {frozenset(ids) for ids in stories.values()}


def _text(path: Path) -> bytes:
    files = sorted(path.glob("part-*")) if path.is_dir() else [path]
    return b"".join(file.read_bytes() for file in files)


def _dump(path: Path, count: int) -> str:
    lines = [orjson.dumps(row) for row in _articles(count)]
    lines.insert(20, b'{"id": "broken"')
    path.write_bytes(b"\n".join(lines) + b"\n")
    return str(path)


_NAMED = {
    "output": "out.jsonl", "stories": "stories.tsv", "pairs": "pairs.tsv",
    "removed": "removed.tsv", "rejects": "rejects.tsv", "report": "report.html",
}  # fmt: skip


def _on_both(folder: Path, count: int, *names: str, **more: Any) -> list[DedupeReport]:
    """Run one dump on this machine and on the cluster; outputs in folders."""
    dump, reports = _dump(folder / "dump.jsonl", count), []
    for place in ("local", "cluster"):
        (folder / place).mkdir()
        said = {name: folder / place / _NAMED[name] for name in {"output", *names}}
        if place == "local":
            request = DedupeRequest(inputs=(dump,), **said, **more)
            reports.append(dedupe_dump(request, clock=time.monotonic))
            continue
        # Two buckets, and components found in rounds however few there are.
        cluster = ClusterRequest(
            inputs=(dump,), buckets=2, one_task=0,
            **{name: str(path) for name, path in said.items()}, **more,
        )  # fmt: skip
        reports.append(dedupe_on_cluster(cluster, clock=time.monotonic))
    return reports


@pytest.fixture(scope="module")
def spark() -> Iterator[None]:
    """One session for all runs of this module, which join it."""
    with spark_session("local[2]", _SETTINGS):
        yield


def _columns(path: Path, *names: str) -> list[tuple[str, ...]]:
    return sorted(tuple(row[name] for name in names) for row in _tables(path))


@pytest.mark.usefixtures("spark")
def test_the_cluster_says_what_one_machine_says(tmp_path):
    ours, theirs = _on_both(tmp_path, 150, *_NAMED)
    near, far = tmp_path / "local", tmp_path / "cluster"
    stories = [_tables(place / "stories.tsv") for place in (near, far)]
    assert _partition(stories[0]) == _partition(stories[1])
    shown = ("id", "role", "verdict", "of")
    for name, columns in (
        ("stories", shown),
        ("pairs", ("verdict", "reason")),
        ("removed", ("id", "start", "reason", "repeats", "text")),
    ):
        table = f"{name}.tsv"
        assert _columns(near / table, *columns) == _columns(far / table, *columns)
    assert _text(near / "out.jsonl") == _text(far / "out.jsonl")
    assert "boilerplate" in theirs.removed
    for name in ("rows", "survivors", "copies", "pairs", "removed", "duplicate_ids"):
        assert getattr(ours, name) == getattr(theirs, name)
    (reject,) = _tables(far / "rejects.tsv")
    assert reject["line"] == "21"
    page = (far / "report.html").read_text("utf-8")
    assert "Borderline pairs" in page
    assert theirs.largest[0].id in page
    assert not (tmp_path / "cluster" / "out.jsonl.steps").exists()


@pytest.mark.usefixtures("spark")
def test_a_cluster_may_only_clean(tmp_path):
    ours, theirs = _on_both(tmp_path, 60, only="inside")
    near, far = tmp_path / "local", tmp_path / "cluster"
    assert _text(near / "out.jsonl") == _text(far / "out.jsonl")
    assert theirs.survivors == ours.survivors == ours.articles
    assert theirs.removed == ours.removed


def test_parcels_carry_rows_and_their_stretches():
    layout = Layout(
        9, np.dtype([("name", "<u8"), ("words", "<i4")]), (("words", "<u4"),)
    )
    names = np.arange(50, dtype=np.uint64)
    sizes = np.arange(50) % 4
    words = np.arange(int(sizes.sum()), dtype=np.uint32)
    outbox = Outbox()
    buckets = bucket_of(names, 3)
    outbox.add(layout, buckets, rows_of(layout, name=names, words=sizes), words)
    (batch,) = outbox.send()
    inbox = Inbox([batch], layout)
    assert inbox.buckets == set(buckets.tolist())
    table = inbox.take(layout)
    back = table.pick(np.argsort(table["name"]))
    assert np.array_equal(back["name"], names)
    assert np.array_equal(back.tails["words"], words)
    assert not list(outbox.send())


def test_a_parcel_that_grows_large_is_parted(monkeypatch):
    monkeypatch.setattr("dedupe.spark.parcels._PARCEL", 100)
    layout = Layout(9, np.dtype([("words", "<i4")]), (("words", "<u4"),))
    words = np.arange(600, dtype=np.uint32)
    outbox, sizes = Outbox(), np.full(200, 3)
    buckets = np.repeat(np.array([0, 1], np.int32), 100)
    outbox.add(layout, buckets, rows_of(layout, words=sizes), words)
    (batch,) = outbox.send()
    heads, tails = (batch.column(name).to_pylist() for name in ("head", "tail"))
    sent = [len(head) + len(tail) for head, tail in zip(heads, tails, strict=True)]
    assert sum(sent) == 200 * 16
    assert max(sent) < 100 + 16
    assert np.array_equal(Inbox([batch], layout).take(layout).tails["words"], words)


def test_boilerplate_goes_out_of_a_row_that_stays_as_it_was():
    row = f'{{"id": "a", "text": "{"Rain falls. " * 9}\\n{_LINE}", "tags": [1, 2]}}'
    marks = [["file:///a.jsonl"], [0], [1 << 20]]
    arrays = [pa.array(column) for column in ([row], *marks)]
    names = ("value", "wirecopy_path", "wirecopy_start", "wirecopy_length")
    batch = pa.RecordBatch.from_arrays(arrays, names)
    fields = find_fields(Fields(), ["id", "text"], "a.jsonl")
    reading = ReadSplits(SplitReader(("/a.jsonl",), fields, is_parquet=False))
    (stretch,) = reading.reader.stretches([batch])
    keys = reading.cleaned(stretch)[0].line_keys
    every, lines = Flags({(0, 0): b"\x80"}), Boilerplate(keys[-1:], frozenset())
    (written,) = WriteSplits(reading, every, every, lines)([batch])
    assert written.column(0).to_pylist() == [row.replace(f"\\n{_LINE}", "")]


def test_splits_know_the_lines_of_their_articles():
    kinds = np.dtype([("file", "<i8"), ("start", "<i8"), ("rows", "<i8")])
    counted = np.array([(0, 900, 3), (0, 0, 5), (1, 0, 2), (0, 0, 4)], kinds)
    splits = Splits.of(("a", "b"), counted)
    assert splits.rows.tolist() == [9, 3, 2]
    articles = np.array([8, 900, 902, (1 << 40) + 1], np.uint64)
    assert splits.lines(articles).tolist() == [9, 10, 12, 2]
    assert splits.line(0, 900, 2) == 11


@pytest.mark.parametrize("missing", ["pyspark", "pyarrow", "java"])
def test_what_spark_lacks_is_one_line(missing, monkeypatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if missing == "java":
        monkeypatch.setenv("PATH", "")
    else:
        monkeypatch.setattr(
            "dedupe.spark.session.find_spec", lambda name: name != missing or None
        )
    with pytest.raises(ClusterError) as raised:
        require_spark()
    message = str(raised.value).lower()
    assert missing in message
    assert "install" in message
    assert "\n" not in message


def test_a_java_that_is_too_old_is_named(tmp_path, monkeypatch):
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ClusterError, match="this is Java 8: install"):
        require_spark()


def test_what_the_user_sets_is_not_ours_to_set(tmp_path, monkeypatch):
    defaults = tmp_path / "spark-defaults.conf"
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    before = our_settings("local[1]")
    defaults.write_text(
        "# spark.ui.showConsoleProgress true\n"
        "spark.shuffle.compress  true\nspark.executor.extraJavaOptions=-Xss8m\n"
    )
    said = {"spark.shuffle.compress", "spark.executor.extraJavaOptions"}
    assert said == set(before) - set(our_settings("local[1]"))


def test_an_error_of_a_worker_is_its_last_words():
    told = """Job aborted due to stage failure: Task 0 failed 4 times: Traceback:
Traceback (most recent call last):
  File "worker.py", line 1, in main
    process()
MemoryError: no room for 12 GB

\tat org.apache.spark.api.python.BasePythonRunner
"""
    assert told_in_one_line(Exception(told)) == "MemoryError: no room for 12 GB"
    assert told_in_one_line(Exception("[PATH] no such path\nat x")) == (
        "[PATH] no such path"
    )


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("output", ["theirs", "dumps", "dumps/a.jsonl"])
def test_an_output_takes_the_place_of_nothing_else(tmp_path, output):
    for name in ("theirs/notes.txt", "dumps/a.jsonl"):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text('{"text": "Rain is on its way."}\n')
    request = ClusterRequest(
        inputs=(str(tmp_path / "dumps"),),
        output=str(tmp_path / output),
        steps=str(tmp_path / "theirs"),
    )
    with pytest.raises(DumpError, match=r"name another"):
        dedupe_on_cluster(request, clock=time.monotonic)
    assert (tmp_path / "theirs" / "notes.txt").exists()
    assert (tmp_path / "dumps" / "a.jsonl").exists()


class _Ended:
    """A session whose Java has ended."""

    def stop(self) -> None:
        raise ConnectionRefusedError(111, "Connection refused")


def test_a_java_that_ends_is_one_line(monkeypatch):
    monkeypatch.setattr("dedupe.spark.session.open_session", lambda *_: _Ended())
    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
    with (
        pytest.raises(ClusterError, match="Java ended before the run") as raised,
        spark_session("local[1]") as session,
    ):
        session.stop()
    assert "\n" not in str(raised.value)


def _stop_meanwhile() -> None:
    with spark_session("local[1]", _SETTINGS) as session:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        session._jvm.java.lang.Thread.sleep(1_000)


@pytest.mark.usefixtures("spark")
def test_a_run_that_is_stopped_stops_spark(monkeypatch):
    """Comes last: the session of all tests here is stopped as if it were its own."""
    from pyspark import SparkContext

    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        with pytest.raises(SystemExit) as raised:
            _stop_meanwhile()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert raised.value.code == 128 + signal.SIGTERM
    assert SparkContext._active_spark_context is None
