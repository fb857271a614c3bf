"""Plant rewordings among real headlines and paragraphs, and see which are found.

    python benchmarks/repeats.py DUMP.jsonl.gz... [--seeds 1 2 3] [--show 5]

Recall is the share of planted units paired with the unit that they were made of.
Precision is taken over the pairs that hold a planted unit: right is its base, or a unit of
the same words. Pairs between two units
that were there before are neither, since real rewordings are among them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import time
from pathlib import Path

from dedupe.repeats import Unit, find_repeats
from dedupe.text import words

FRONTS = {
    "en": ["Update 1: ", "UPDATE 2 - ", "Breaking: "],
    "ar": ["عاجل: ", "عاجل - "],
}
_ARABIC = re.compile("[\u0600-\u06ff]")


def load(paths: list[str]) -> tuple[list[str], list[str]]:
    headlines, paragraphs = [], []
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                headlines.append(" ".join((row.get("headline") or "").split()))
                paragraphs += [" ".join(p.split()) for p in row["text"].split("\n")]
    return headlines, paragraphs


def unique(units: list[str], least: int, most: int, rng: random.Random) -> list[str]:
    """Draw *most* units of *least* words or more, each with words of its own."""
    chosen: dict[tuple[str, ...], str] = {}
    for unit in rng.sample(units, len(units)):
        told = tuple(sorted(words(unit)))
        if len(told) >= least and told not in chosen:
            chosen[told] = unit
        if len(chosen) == most:
            break
    return list(chosen.values())


def swap(tokens: list[str], count: int, pool: list[str], rng: random.Random) -> None:
    """Replace words that hold no digit."""
    plain = [i for i, token in enumerate(tokens) if not any(map(str.isdigit, token))]
    for place in rng.sample(plain, min(count, len(plain))):
        tokens[place] = rng.choice(pool)


def reword_headline(text: str, pool: list[str], rng: random.Random) -> str:
    tokens = text.split()
    kind = rng.randrange(4)
    if kind == 0:
        cut = rng.randrange(1, len(tokens))
        tokens = tokens[cut:] + tokens[:cut]
    if kind == 1:
        swap(tokens, 1 if len(tokens) < 7 else rng.choice([1, 2]), pool, rng)
    if kind == 2:
        language = "ar" if _ARABIC.search(text) else "en"
        return rng.choice(FRONTS[language]) + text
    if kind == 3:
        tokens = [
            token.strip(".,'\"") + rng.choice(["", "", ",", "!"]) for token in tokens
        ]
        return " ".join(tokens).upper() if rng.random() < 0.5 else " ".join(tokens)
    return " ".join(tokens)


def reword_paragraph(text: str, pool: list[str], rng: random.Random) -> str:
    tokens = text.split()
    swap(tokens, max(1, round(len(tokens) * rng.uniform(0.0, 0.08))), pool, rng)
    if rng.random() < 0.3:
        tokens = tokens[: max(6, round(len(tokens) * 0.9))]
    if rng.random() < 0.2:
        tokens.insert(rng.randrange(len(tokens)), rng.choice(pool))
    return " ".join(tokens)


def measure(unit: Unit, bases: list[str], planted: int, seed: int, show: int) -> None:
    rng = random.Random(seed)
    reword = reword_headline if unit == "headline" else reword_paragraph
    pools: dict[bool, list[str]] = {True: [], False: []}
    for base in bases:
        plain = (token for token in base.split() if not any(map(str.isdigit, token)))
        pools[bool(_ARABIC.search(base))] += plain
    made_of = rng.sample(range(len(bases)), planted)
    units = list(bases)
    origin = list(range(len(bases)))
    for place in made_of:
        pool = pools[bool(_ARABIC.search(bases[place]))]
        units.append(reword(bases[place], pool, rng))
        origin.append(place)
    order = rng.sample(range(len(units)), len(units))
    units, origin = [units[i] for i in order], [origin[i] for i in order]
    new = [i >= len(bases) for i in order]
    start = time.perf_counter()
    found = find_repeats(units, unit)
    seconds = time.perf_counter() - start
    told = [sorted(words(text)) for text in units]
    hits: set[int] = set()
    wrong = []
    right = 0
    for a, b in found.pairs.tolist():
        if not new[a] and not new[b]:
            continue
        if origin[a] == origin[b] or told[a] == told[b]:
            right += 1
            hits.update(unit for unit in (a, b) if new[unit])
        else:
            wrong.append((a, b))
    recall, precision = len(hits) / planted, right / max(1, right + len(wrong))
    print(
        f"{unit}: seed {seed}, {len(units):,} units, {len(found.pairs):,} pairs, "
        f"recall {recall:.4f}, precision {precision:.4f}, {seconds:.1f} s"
    )
    missed = [i for i, was_planted in enumerate(new) if was_planted and i not in hits]
    for i in rng.sample(missed, min(show, len(missed))):
        print("   missed:", bases[origin[i]][:140], "|", units[i][:140])
    for a, b in rng.sample(wrong, min(show, len(wrong))):
        print("   wrong:", units[a][:140], "|", units[b][:140])


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("dumps", nargs="+")
    cli.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    cli.add_argument("--show", type=int, default=0)
    args = cli.parse_args()
    headlines, paragraphs = load([str(Path(dump)) for dump in args.dumps])
    for seed in args.seeds:
        rng = random.Random(seed)
        measure("headline", unique(headlines, 4, 20_000, rng), 2_000, seed, args.show)
        measure("paragraph", unique(paragraphs, 8, 50_000, rng), 5_000, seed, args.show)


if __name__ == "__main__":
    main()
