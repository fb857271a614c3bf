"""The bars of duplication on real corpora; benchmarks/duplication.py has them all."""

from __future__ import annotations

import csv
import datetime
import gzip
import json
from typing import TYPE_CHECKING

import pytest

from dedupe.batch import find_stories
from dedupe.verify import JOINS, VERDICTS, record, verify

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def seconds(text: str) -> float | None:
    day = text.strip()[:20]
    try:
        moment = datetime.datetime.strptime(day, "%d-%b-%Y %H:%M:%S")
    except ValueError:
        return None
    return moment.replace(tzinfo=datetime.UTC).timestamp()


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@pytest.mark.parametrize(("name", "may_miss"), [("reuters21578", 1), ("ant_arabic", 1)])
def test_true_pairs_have_a_verdict_and_strangers_do_not_join(
    shared: Path, name: str, may_miss: int
) -> None:
    rows = read(shared / "dumps" / f"{name}.jsonl.gz")
    times = [seconds(row.get("date") or "") for row in rows]
    headlines = [row.get("headline") for row in rows]
    found = find_stories([row["text"] for row in rows], headlines, published=times)
    ids = [row["id"] for row in rows]
    said = {
        frozenset((ids[a], ids[b])): VERDICTS[verdict]
        for a, b, verdict in zip(
            found.pairs.a.tolist(),
            found.pairs.b.tolist(),
            found.pairs.verdicts.tolist(),
            strict=True,
        )
    }
    missing = []
    for row in table(shared / "dumps" / f"{name}.pairs.tsv"):
        jaccard = float(row["jaccard"])
        held = max(float(row[f"containment_{way}"]) for way in ("a_in_b", "b_in_a"))
        pair = frozenset((row["a"], row["b"]))
        if (jaccard >= 0.6 or held >= 0.85) and pair not in said:
            missing.append(pair)
        assert jaccard >= 0.3 or held >= 0.6 or said.get(pair) not in JOINS, pair
    assert len(missing) <= may_miss


def test_a_person_agrees_about_reused_news(shared: Path) -> None:
    folder = shared / "dumps"
    texts = {row["id"]: row["text"] for row in read(folder / "webis_core.jsonl.gz")}
    right = wrong = 0
    for row in table(folder / "webis_core.labels.tsv"):
        joined = verify(record(texts[row["a"]]), record(texts[row["b"]])).joins
        same = int(row["label"]) >= 1
        right += 2 * (joined and same)
        wrong += joined != same
    assert right / (right + wrong) >= 0.90
