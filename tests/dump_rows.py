"""Dumps of made-up rows, and one run over them."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Any

import orjson

from crawler.deduping import dedupe_dump
from crawler.dumps.request import DedupeReport, DedupeRequest

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [
    "river",
    "council",
    "bridge",
    "minister",
    "harvest",
    "budget",
    "railway",
    "teacher",
    "winter",
    "committee",
    "village",
    "storm",
    "hospital",
    "market",
    "engineer",
    "festival",
    "border",
    "museum",
    "glacier",
    "union",
]


def story(seed: int, sentences: int = 12) -> str:
    """Make up a text of its own for every seed."""
    state = seed * 7919 + 13
    lines = []
    for _ in range(sentences):
        words = []
        for _ in range(11):
            state = (state * 1103515245 + 12345) % 2**31
            words.append(WORDS[(state >> 8) % len(WORDS)] + str((state >> 16) % 97))
        lines.append(" ".join(words).capitalize() + ".")
    return "\n\n".join(lines)


def row(number: int, seed: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "url": f"https://example.org/story-{number:06d}",
        "headline": f"Headline of story {seed} in the north",
        "text": story(seed),
        "date": f"2024-05-{1 + number % 28:02d}",
        **more,
    }


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in rows))
    return path


def run(*inputs: Path | str, **options: Any) -> DedupeReport:
    request = DedupeRequest(inputs=tuple(map(str, inputs)), **options)
    report = dedupe_dump(request, clock=lambda: 0.0)
    counted = report.survivors + sum(report.copies.values())
    assert counted + sum(report.rejects.values()) == report.rows
    return report


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def command(*arguments: str | Path) -> list[str]:
    code = "from crawler.cli.main import main; main()"
    return [sys.executable, "-c", code, "dedupe", *map(str, arguments)]
