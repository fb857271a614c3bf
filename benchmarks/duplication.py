"""Measure the duplication engine on labelled and on real corpora.

    python benchmarks/duplication.py [MEASURE]... [--shared ../shared] [--large]

Prints one line a figure, with what is asked of it. Corpora are made in a temporary
folder; --large adds the corpora of 100,000 articles (1 GB of disk, some minutes).
"""

from __future__ import annotations

import argparse
import csv
import datetime
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import orjson

from dedupe.batch import find_stories
from dedupe.shingles import shingle_hashes
from dedupe.signature import Signer
from dedupe.text import words
from dedupe.text_column import TextColumn
from dedupe.verify import JOINS, VERDICTS, record, verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedupe.outcome import Stories

SHARED = Path(__file__).resolve().parents[2] / "shared"
FLOORS = {"trim": 0.99, "combo": 0.98, "edit": 0.98}


class Corpus(NamedTuple):
    """Articles side by side, with the labels of a made corpus."""

    ids: list[str]
    texts: list[str]
    headlines: list[str | None]
    times: list[int | None]
    labels: dict[str, dict[str, str]]


def tell(name: str, value: float, floor: float, *, at_most: bool = False) -> None:
    held = value <= floor if at_most else value >= floor
    sign = "<=" if at_most else ">="
    print(
        f"{'ok  ' if held else 'MISS'} {name}: {value:.4f}  ({sign} {floor})",
        flush=True,
    )


def seconds(text: str | None) -> int | None:
    for form in ("%d-%b-%Y %H:%M:%S", None):
        try:
            if form is None:
                moment = datetime.datetime.fromisoformat(text or "")
            else:
                moment = datetime.datetime.strptime((text or "").strip()[:20], form)
        except ValueError:
            continue
        return int(moment.replace(tzinfo=moment.tzinfo or datetime.UTC).timestamp())
    return None


def load(path: Path, labels: Path | None = None) -> Corpus:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as lines:
        rows = [orjson.loads(line) for line in lines]
    told = {}
    if labels is not None:
        with labels.open(encoding="utf-8") as table:
            told = {row["id"]: row for row in csv.DictReader(table, delimiter="\t")}
    return Corpus(
        [row["id"] for row in rows],
        [row["text"] for row in rows],
        [row.get("title") or row.get("headline") for row in rows],
        [seconds(row.get("date")) for row in rows],
        told,
    )


def make(folder: Path, shared: Path, size: int, seed: int) -> Corpus:
    out, labels = folder / f"{size}-{seed}.jsonl", folder / f"{size}-{seed}.tsv"
    if not out.exists():
        script = str(shared / "bench" / "make_corpus.py")
        command = [sys.executable, script, str(size), str(out), str(labels)]
        subprocess.run([*command, "--seed", str(seed)], check=True)
    return load(out, labels)


def stories_of(corpus: Corpus, change: Callable[[str], str] | None = None) -> Stories:
    texts = [change(text) for text in corpus.texts] if change else corpus.texts
    return find_stories(texts, corpus.headlines, published=corpus.times)


def count_pairs(groups: Counter) -> int:
    return sum(n * (n - 1) // 2 for n in groups.values())


def score(corpus: Corpus, stories: Stories) -> tuple[float, float, Counter, Counter]:
    """F1, precision; copies with their original, and all copies, by kind and language."""
    found = dict(zip(corpus.ids, stories.story.tolist(), strict=True))
    labels = corpus.labels
    both = count_pairs(Counter((row["cluster"], found[i]) for i, row in labels.items()))
    truth = count_pairs(Counter(row["cluster"] for row in labels.values()))
    said = count_pairs(Counter(found.values()))
    base = {r["cluster"]: found[i] for i, r in labels.items() if r["kind"] == "base"}
    right: Counter = Counter()
    total: Counter = Counter()
    for i, row in labels.items():
        if row["kind"] in ("base", "template", "hn_boiler", "hn_update"):
            continue
        for group in (row["kind"], row["lang"]):
            total[group] += 1
            right[group] += found[i] == base[row["cluster"]]
    return 2 * both / (said + truth), both / max(1, said), right, total


def measure_labelled(folder: Path, shared: Path) -> None:
    results = []
    for seed in (7, 8, 9):
        corpus = make(folder, shared, 10_000, seed)
        results.append(score(corpus, stories_of(corpus)))
        print(
            f"     seed {seed}: F1 {results[-1][0]:.4f}, precision {results[-1][1]:.4f}"
        )
    tell("10,000 articles, 3 seeds: F1", np.mean([r[0] for r in results]), 0.99)
    tell("10,000 articles: precision", np.mean([r[1] for r in results]), 0.995)
    for kind in sorted(k for k in results[0][3] if len(k) > 2):
        shares = [right[kind] / total[kind] for _, _, right, total in results]
        tell(
            f"10,000 articles: {kind} with its original",
            np.mean(shares),
            FLOORS.get(kind, 0.99),
        )


def measure_large(folder: Path, shared: Path) -> None:
    for seed in (7, 11):
        corpus = make(folder, shared, 100_000, seed)
        f1, precision, right, total = score(corpus, stories_of(corpus))
        tell(f"100,000 articles, seed {seed}: F1", f1, 0.985)
        tell(f"100,000 articles, seed {seed}: precision", precision, 0.985)
        english = right["en"] / total["en"]
        for language in ("zh", "ja"):
            behind = english - right[language] / total[language]
            tell(f"seed {seed}: {language} behind English", behind, 0.02, at_most=True)


def lose_lines(text: str) -> str:
    return " ".join(text.split("\n"))


def cut_anew(rng: random.Random) -> Callable[[str], str]:
    """Paragraph breaks in place of random spaces; characters break anywhere."""

    def cut(text: str) -> str:
        flat = " ".join(text.split())
        if flat.count(" ") * 20 < len(flat):
            return "".join(c + "\n\n" * (rng.random() < 0.01) for c in flat)
        return "".join("\n\n" if c == " " and rng.random() < 0.02 else c for c in flat)

    return cut


def measure_lines(folder: Path, shared: Path) -> None:
    corpus = make(folder, shared, 10_000, 7)
    whole = score(corpus, stories_of(corpus))[0]
    changes = {"lost": lose_lines, "cut anew": cut_anew(random.Random(1))}
    for name, change in changes.items():
        off = abs(whole - score(corpus, stories_of(corpus, change))[0])
        tell(f"paragraphs {name}: F1 off by", off, 0.005, at_most=True)


def read_english(corpus: Corpus) -> list[str]:
    """The English articles that are nobody's copy."""
    return [
        text
        for i, text in zip(corpus.ids, corpus.texts, strict=True)
        if corpus.labels[i]["lang"] == "en" and corpus.labels[i]["kind"] == "base"
    ]


def measure_briefs(folder: Path, shared: Path) -> None:
    rng = random.Random(3)
    corpus = make(folder, shared, 10_000, 7)
    english = read_english(corpus)
    pool = " ".join(english[:400]).split()
    different: dict[tuple[str, ...], str] = {}
    start = 0
    while len(different) < 2_000:
        size = rng.randrange(31)
        text = " ".join(pool[start : start + size])
        different.setdefault(tuple(words(text)), text)
        start += size
    stories = find_stories([*different.values()], published=[0] * 2_000)
    largest = int(np.bincount(stories.story).max())
    tell("2,000 articles of 0 to 30 words: largest story", largest, 1, at_most=True)


def raw_figures(a: str, b: str) -> tuple[float, float]:
    """Jaccard and the higher containment of the five-word shingles of raw texts."""
    left, right = (
        {tuple(told[i : i + 5]) for i in range(max(1, len(told) - 4))}
        for told in (a.lower().split(), b.lower().split())
    )
    both = len(left & right)
    return both / len(left | right), both / min(len(left), len(right))


def measure_real(_: Path, shared: Path) -> None:
    for name, most in (("reuters21578", 0.002), ("ant_arabic", 0.005)):
        dumps = shared / "dumps"
        corpus = load(dumps / f"{name}.jsonl.gz")
        stories = stories_of(corpus)
        at = {i: n for n, i in enumerate(corpus.ids)}
        table = stories.pairs
        ends = zip(table.a.tolist(), table.b.tolist(), strict=True)
        said = {
            (min(p), max(p)): VERDICTS[v]
            for p, v in zip(ends, table.verdicts, strict=True)
        }
        strong, missing, known = 0, [], {}
        with (dumps / f"{name}.pairs.tsv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                pair = tuple(sorted((at[row["a"]], at[row["b"]])))
                jaccard, *held = (float(x) for x in list(row.values())[2:])
                known[pair] = jaccard, max(held)
                if jaccard >= 0.6 or max(held) >= 0.85:
                    strong += 1
                    if pair not in said:
                        missing.append((row["a"], row["b"]))
        tell(
            f"{name}: of {strong} strong pairs without a verdict",
            len(missing) / strong,
            most,
            at_most=True,
        )
        print("     missing:", missing)
        weak = []
        for (a, b), verdict in said.items():
            # The tables leave out texts of fewer than 30 words.
            figures = known.get((a, b)) or raw_figures(corpus.texts[a], corpus.texts[b])
            if verdict in JOINS and figures[0] < 0.3 and figures[1] < 0.6:
                weak.append((corpus.ids[a], corpus.ids[b], figures))
        tell(f"{name}: weak pairs accepted", len(weak), 0, at_most=True)
        print("     weak:", weak, dict(Counter(said.values())))


def measure_webis(_: Path, shared: Path) -> None:
    corpus = load(shared / "dumps" / "webis_core.jsonl.gz")
    texts = dict(zip(corpus.ids, corpus.texts, strict=True))
    right = false = missed = 0
    with (shared / "dumps" / "webis_core.labels.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            joined = verify(record(texts[row["a"]]), record(texts[row["b"]])).joins
            same = int(row["label"]) >= 1
            right += joined and same
            false += joined and not same
            missed += same and not joined
    tell("Webis core: F1", 2 * right / (2 * right + false + missed), 0.90)


def measure_bucket(folder: Path, shared: Path) -> None:
    """100,000 articles of one outlet's lines; among them 200 stories printed twice.

    The stories are longer than the lines. Half of the second printings are bare, half
    have the lines, and edits.
    """
    rng = random.Random(4)
    english = read_english(make(folder, shared, 10_000, 7))
    lines = [" ".join(text.split()[:14]) + "." for text in english[:8]]
    texts = ["\n\n".join([*lines, f"Page {i} of the archive."]) for i in range(100_000)]
    planted = []
    stories = [text for text in english[100:] if len(text.split()) > 150][:200]
    for number, text in enumerate(stories):
        planted.append((len(texts), len(texts) + 1))
        edited = " ".join(w for w in text.split() if rng.random() > 0.03)
        again = text if number % 2 else "\n\n".join([lines[0], edited, *lines[1:]])
        texts += ["\n\n".join([lines[0], text, *lines[1:]]), again]
    start = time.perf_counter()
    found = find_stories(texts).story
    taken = time.perf_counter() - start
    tell("a bucket of 100,000: seconds", taken, 60, at_most=True)
    lost = sum(found[a] != found[b] for a, b in planted)
    tell("a bucket of 100,000: of 200 planted pairs lost", lost, 0, at_most=True)


def measure_signing(folder: Path, shared: Path) -> None:
    import xxhash
    from datasketch import MinHash

    texts = make(folder, shared, 10_000, 7).texts[:1_000]
    start = time.process_time()
    for text in texts:
        told = words(text)
        theirs = MinHash(num_perm=128, seed=1, hashfunc=xxhash.xxh32_intdigest)
        theirs.update_batch([" ".join(pair).encode() for pair in pairwise(told)])
    slow = time.process_time() - start
    signer, column = Signer(), TextColumn.from_strings(texts)
    signer.sign_column(column)
    start = time.process_time()
    signed = signer.sign_column(column)
    fast = time.process_time() - start
    tell("signing: times faster than datasketch with xxhash", slow / fast, 15)
    differing = 0
    for text, ours in zip(texts[:200], signed, strict=False):
        theirs = MinHash(num_perm=128, seed=1, hashfunc=int)
        theirs.update_batch(shingle_hashes(text).tolist())
        differing += theirs.hashvalues.tolist() != ours.tolist()
    tell(
        "signing: signatures that differ from datasketch's", differing, 0, at_most=True
    )


MEASURES = {
    "labelled": measure_labelled,
    "large": measure_large,
    "lines": measure_lines,
    "briefs": measure_briefs,
    "real": measure_real,
    "webis": measure_webis,
    "bucket": measure_bucket,
    "signing": measure_signing,
}


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    cli.add_argument("--shared", type=Path, default=SHARED)
    cli.add_argument("--large", action="store_true", help="100,000 articles too")
    cli.add_argument(
        "--corpora", type=Path, help="keep the made corpora in this folder"
    )
    args = cli.parse_args()
    wanted = args.measures or [m for m in MEASURES if args.large or m != "large"]
    with tempfile.TemporaryDirectory() as temporary:
        for name in wanted:
            print(json.dumps(name))
            MEASURES[name](args.corpora or Path(temporary), args.shared)


if __name__ == "__main__":
    main()
