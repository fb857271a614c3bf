"""The cluster gives the stories of one machine, article for article."""

from __future__ import annotations

import csv
import random
import shutil
import time

import numpy as np
import orjson
import pytest

pytest.importorskip("pyspark", reason="pyspark is not installed")
if shutil.which("java") is None:
    pytest.skip("Java is not installed", allow_module_level=True)

from typing import TYPE_CHECKING

from crawler.deduping import dedupe_dump
from crawler.dumps.cluster import ClusterRequest, dedupe_on_cluster
from crawler.dumps.request import DedupeRequest
from dedupe.spark.parcels import Inbox, Layout, Outbox, bucket_of, rows_of
from storage.dumps.spark import Splits

if TYPE_CHECKING:
    from pathlib import Path

_FAST = (
    ("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1"),
    ("spark.ui.enabled", "false"),
    ("spark.sql.shuffle.partitions", "2"),
    ("spark.driver.bindAddress", "127.0.0.1"),
    ("spark.driver.host", "127.0.0.1"),
)
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


def test_the_cluster_says_what_one_machine_says(tmp_path):
    dump = tmp_path / "dump.jsonl"
    lines = [orjson.dumps(row) for row in _articles(400)]
    lines.insert(20, b'{"id": "broken"')
    dump.write_bytes(b"\n".join(lines) + b"\n")
    local = dedupe_dump(
        DedupeRequest(
            inputs=(str(dump),),
            output=tmp_path / "local.jsonl",
            stories=tmp_path / "local.tsv",
        ),
        clock=time.monotonic,
    )
    # Three buckets, and components found in rounds however few there are.
    request = ClusterRequest(
        inputs=(str(dump),),
        output=str(tmp_path / "out"),
        stories=str(tmp_path / "stories.tsv"),
        rejects=str(tmp_path / "rejects.tsv"),
        master="local[2]",
        settings=_FAST,
        buckets=3,
        one_task=0,
    )
    report = dedupe_on_cluster(request, clock=time.monotonic)
    ours, theirs = _tables(tmp_path / "stories.tsv"), _tables(tmp_path / "local.tsv")
    assert _partition(ours) == _partition(theirs)
    shown = ("id", "role", "verdict", "of")
    assert {tuple(row[n] for n in shown) for row in ours} == {
        tuple(row[n] for n in shown) for row in theirs
    }
    assert report.survivors == local.survivors
    assert report.copies == local.copies
    assert report.pairs == local.pairs
    assert report.rows == report.survivors + sum(report.copies.values()) + 1
    (reject,) = _tables(tmp_path / "rejects.tsv")
    assert reject["line"] == "21"
    written = b"".join(
        p.read_bytes() for p in sorted((tmp_path / "out").glob("part-*"))
    )
    kept = {row["id"] for row in ours if row["role"] == "canonical"}
    rows = [orjson.loads(line) for line in written.splitlines()]
    assert {row["id"] for row in rows} == kept
    assert all(
        set(row) == {"id", "url", "headline", "date", "text", "extra"} for row in rows
    )
    assert not (tmp_path / "out.steps").exists()


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


def test_splits_know_the_lines_of_their_articles():
    kinds = np.dtype([("file", "<i8"), ("start", "<i8"), ("rows", "<i8")])
    counted = np.array([(0, 900, 3), (0, 0, 5), (1, 0, 2), (0, 0, 4)], kinds)
    splits = Splits.of(("a", "b"), counted)
    assert splits.rows.tolist() == [9, 3, 2]
    articles = np.array([8, 900, 902, (1 << 40) + 1], np.uint64)
    assert splits.lines(articles).tolist() == [9, 10, 12, 2]
    assert splits.line(0, 900, 2) == 11
