"""The runs: which command wrote to the database, when, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlite_utils import Database

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_SECRET = re.compile(
    r"((?:token|key|secret|password|passwd|pwd)=)[^&\s]+", re.IGNORECASE
)
_HOME = re.compile(r"(?:/home/[^/\s]+|/root|/Users/[^/\s]+|[A-Z]:\\Users\\[^\\\s]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletCounts:
    """What one run did at one outlet; *counts* holds every other count by its name.

    *problem* says why it came to nothing, and is kept among the counts.
    """

    outlet: int
    pages: int = 0
    articles: int = 0
    copies: int = 0
    errors: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a command; *outcome* is "running" also when it was killed."""

    id: int
    command: str
    started: str
    ended: str | None
    outcome: str
    error: str | None
    counts: Mapping[str, Any]


def start_run(db: Database, argv: Sequence[str], *, now: datetime) -> int:
    """Open a run and return its id; *now* is aware and in UTC.

    Runs that still say "running" were killed: one writer holds the database.
    """
    db.execute("UPDATE runs SET outcome = 'killed' WHERE outcome = 'running'")
    cursor = db.execute(
        "INSERT INTO runs (command, started) VALUES (?, ?)",
        [redact(" ".join(argv)), _stamp(now)],
    )
    return int(cursor.lastrowid or 0)


def finish_run(
    db: Database,
    run: int,
    *,
    outcome: str,
    now: datetime,
    counts: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> None:
    """Close a run with its *outcome*: done, look, failed."""
    db.execute(
        "UPDATE runs SET ended = ?, outcome = ?, counts = ?, error = ? WHERE id = ?",
        [_stamp(now), outcome, orjson.dumps(counts or {}).decode(), error, run],
    )


def count_outlet(db: Database, run: int, counts: OutletCounts) -> None:
    """Write what a run has done so far at one outlet, over what was written before."""
    db.execute(
        "INSERT INTO run_outlets (run, outlet, pages, articles, copies, errors, counts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, outlet) DO UPDATE SET"
        " pages = excluded.pages, articles = excluded.articles,"
        " copies = excluded.copies, errors = excluded.errors, counts = excluded.counts",
        [
            run,
            counts.outlet,
            counts.pages,
            counts.articles,
            counts.copies,
            counts.errors,
            orjson.dumps({**counts.counts, "problem": counts.problem}).decode(),
        ],
    )


def last_runs(db: Database, limit: int = 10) -> list[Run]:
    """Return the newest runs, newest first."""
    rows = db.execute(
        "SELECT id, command, started, ended, outcome, error, counts FROM runs"
        " ORDER BY id DESC LIMIT ?",
        [limit],
    ).fetchall()
    return [
        Run(
            id=row[0],
            command=row[1],
            started=row[2],
            ended=row[3],
            outcome=row[4],
            error=row[5],
            counts=orjson.loads(row[6] or "{}"),
        )
        for row in rows
    ]


def _stamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def redact(command: str) -> str:
    """Take credentials out of URLs and the home folder out of paths."""
    command = _CREDENTIALS.sub("", command)
    return _HOME.sub("~", _SECRET.sub(r"\1...", command))
