"""How the crawl of each outlet fares, and what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from storage.crawl_state import epoch, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

DAY = 86400.0
NEARLY_COPIES = "nearly all copies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a person should look.

    *quiet* is how many times the usual wait between two articles an outlet may be
    silent, and at least *quiet_days*; *yield_share* the share of its usual articles a
    day under which a yield has fallen; *error_share* of a day's fetches may fail;
    *copy_share* of the articles of the last 30 days may be copies; *story_size* is the
    largest story that is believed; every source may fail fewer than *failures* times in
    a row. Shares need *least* cases to be judged. An outlet
    that the crawls of *left_days* have left out is not judged.
    """

    quiet: float = 6.0
    quiet_days: float = 2.0
    yield_share: float = 0.25
    error_share: float = 0.3
    copy_share: float = 0.95
    story_size: int = 300
    least: int = 30
    left_days: float = 30.0
    failures: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletHealth:
    """What is known of one outlet; counts are of the last day where it says so.

    *usual* is new articles a day over the last 30 days; *errors* counts pages whose
    last fetch failed, by reason; *waiting* those that were not fetched yet.
    """

    outlet: str
    host: str | None
    articles: int
    last_success: str | None
    last_article: str | None
    day: int
    usual: float
    copy_share: float
    waiting: int
    errors: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of a whole database; *alarms* are those of no single outlet."""

    outlets: tuple[OutletHealth, ...]
    runs: tuple[Any, ...]
    alarms: tuple[str, ...] = ()
    settle_queue: int = 0

    @property
    def is_well(self) -> bool:
        """No person is needed."""
        return not self.alarms and not any(outlet.alarms for outlet in self.outlets)


_ARTICLES = """
SELECT outlet, count(*), max(fetched) FILTER (WHERE fetched <= :now), sum(fetched >= :day), sum(fetched >= :month),
    sum(role = 'copy' AND fetched >= :month), min(fetched)
FROM articles GROUP BY outlet
"""
_WAITING = """
SELECT outlet, count(*) FROM pages
WHERE kind = 'article' AND outcome IS NULL GROUP BY outlet
"""
_SUCCESS = """
SELECT outlet, max(iif(failures, coalesce(changed, first_fetched), last_fetched))
FROM pages
WHERE outcome IN ('article', 'listing', 'not an article') GROUP BY outlet
"""
_ERRORS = """
SELECT outlet, reason, count(*) FROM pages
WHERE outcome = 'failed' AND reason IS NOT NULL GROUP BY outlet, reason
"""
# A source that brought links stays one while it fails.
_SOURCES = """
SELECT outlet, kind, reason, failures FROM pages
WHERE kind IN ('feed', 'news sitemap', 'sitemap', 'section') AND outcome = 'listing'
    AND fresh > 0 ORDER BY outlet, failures
"""
# The plus keeps SQLite from reading the pages of all days by another index.
_RECENT = """
SELECT outlet, sum(outcome = 'failed'), count(*) FROM pages
WHERE last_fetched >= :day AND +kind = 'article' GROUP BY +outlet
"""
_PROBLEMS = """
SELECT outlet, json_extract(run_outlets.counts, '$.problem'), runs.started
FROM run_outlets JOIN runs ON runs.id = run
WHERE (outlet, run) IN (SELECT outlet, max(run) FROM run_outlets GROUP BY outlet)
"""


def read_health(
    db: Database, *, now: float, thresholds: Thresholds | None = None
) -> Health:
    """Judge every outlet that was ever crawled; *now* is in epoch seconds."""
    from storage.runs import last_runs

    limits = thresholds or Thresholds()
    times = {"now": iso(now), "day": iso(now - DAY), "month": iso(now - 30 * DAY)}
    facts = _Facts(db, times)
    rows = db.execute(
        "SELECT id, name, host, usual_yield FROM outlets WHERE home IS NOT NULL ORDER BY host"
    ).fetchall()
    runs = last_runs(db, 10)
    outlets = tuple(_judge(facts, row, now, limits) for row in rows)
    waiting = db.execute("SELECT count(*) FROM settle_queue").fetchone()[0]
    return Health(
        outlets=outlets,
        runs=tuple(runs),
        alarms=tuple(_alarms(db, runs, limits)),
        settle_queue=waiting,
    )


class _Facts:
    """The counts of all outlets, each read in one query."""

    def __init__(self, db: Database, times: Mapping[str, str | None]) -> None:
        def table(sql: str) -> dict[int, tuple[Any, ...]]:
            used = {name: value for name, value in times.items() if f":{name}" in sql}
            return {row[0]: row[1:] for row in db.execute(sql, used).fetchall()}

        self.articles = table(_ARTICLES)
        self.waiting = table(_WAITING)
        self.success = table(_SUCCESS)
        self.recent = table(_RECENT)
        self.problems = table(_PROBLEMS)
        self.newest_run = max((row[1] for row in self.problems.values()), default=None)
        self.errors: dict[int, dict[str, int]] = {}
        for outlet, reason, count in db.execute(_ERRORS).fetchall():
            self.errors.setdefault(outlet, {})[reason] = count
        # Of each outlet, how often in a row its best source failed, and with what.
        self.unread: dict[int, tuple[int, str]] = {}
        for outlet, kind, reason, failures in db.execute(_SOURCES).fetchall():
            self.unread.setdefault(outlet, (failures, reason))
            if failures:
                errors = self.errors.setdefault(outlet, {})
                errors[f"{kind} {reason}"] = errors.get(f"{kind} {reason}", 0) + 1

    def days_left_out(self, outlet: int) -> float:
        """Return for how long the crawls have gone by without *outlet*."""
        asked = (
            self.problems.get(outlet, (None, None))[1],
            *self.success.get(outlet, ()),
        )
        last = max(filter(None, asked), default=self.newest_run)
        if last is None or self.newest_run is None:
            return 0.0
        return (epoch(self.newest_run) - epoch(last)) / DAY


def _judge(
    facts: _Facts, row: tuple[Any, ...], now: float, limits: Thresholds
) -> OutletHealth:
    outlet, name, host, pace = row
    empty = (0, None, 0, 0, 0, None)
    total, last, day, month, copies, first = facts.articles.get(outlet, empty)
    days = min(30.0, max(1.0, (now - epoch(first)) / DAY)) if first else 1.0
    usual = (month or 0) / days
    problem = facts.problems.get(outlet, (None,))[0]
    health = OutletHealth(
        outlet=name,
        host=host,
        articles=total,
        last_success=facts.success.get(outlet, (None,))[0],
        last_article=last,
        day=day or 0,
        usual=round(usual, 2),
        copy_share=round((copies or 0) / month, 3) if month else 0.0,
        waiting=facts.waiting.get(outlet, (0,))[0],
        errors=facts.errors.get(outlet, {}),
        problem=problem,
    )
    if facts.days_left_out(outlet) > limits.left_days:
        return health
    recent = facts.recent.get(outlet, (0, 0))
    alarms = [problem or _unread(*facts.unread.get(outlet, (0, "")), limits)]
    alarms.append(_quiet(health, pace or usual, now, limits))
    return _with_alarms(
        health, list(filter(None, alarms)), recent, days, month or 0, limits
    )


def _unread(failures: int, reason: str, limits: Thresholds) -> str | None:
    """Say that of all sources that brought links not one can be read."""
    if failures < limits.failures:
        return None
    return f"no source can be read: {reason}, {failures} times in a row"


def _quiet(
    health: OutletHealth, pace: float, now: float, limits: Thresholds
) -> str | None:
    """Say that an outlet is silent for longer than *pace*, articles a day, lets expect."""
    if not health.last_article or not pace:
        return None
    silent = (now - epoch(health.last_article)) / DAY
    if silent <= max(limits.quiet_days, limits.quiet / pace):
        return None
    return f"gone quiet: nothing new for {silent:.0f} days"


def _with_alarms(
    health: OutletHealth,
    alarms: list[str],
    recent: tuple[int, int],
    days: float,
    month: int,
    limits: Thresholds,
) -> OutletHealth:
    from dataclasses import replace

    expected = health.usual
    is_usual = days >= 7 and expected >= limits.least
    if is_usual and health.day < expected * limits.yield_share:
        alarms.append(f"yield fell: {health.day} new in a day, usually {expected:g}")
    failed, fetched = recent
    if fetched >= limits.least and (failed or 0) / fetched > limits.error_share:
        alarms.append(f"errors: {failed} of {fetched} fetches of the last day failed")
    if month >= limits.least and health.copy_share > limits.copy_share:
        alarms.append(f"{NEARLY_COPIES}: {health.copy_share:.0%} of its articles")
    return replace(health, alarms=tuple(alarms))


def _alarms(db: Database, runs: list[Any], limits: Thresholds) -> list[str]:
    alarms = []
    rows = db.execute(
        "SELECT id, name, size FROM stories WHERE size > ? ORDER BY size DESC LIMIT 5",
        [limits.story_size],
    ).fetchall()
    for story, name, size in rows:
        alarms.append(f"story {story} holds {size} articles: {name}")
    ended = [run for run in runs if run.outcome != "running"]
    if ended and ended[0].outcome == "failed":
        alarms.append(f"the last run failed: {ended[0].error}")
    return alarms
