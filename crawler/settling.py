"""Settling and deciding anew, as runs of their own."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from storage.errors import StorageError
from storage.runs import finish_run, start_run
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from storage.rededupe import RededupeReport
    from storage.settle import SettleReport


def settle_database(
    path: Path,
    argv: Sequence[str],
    *,
    progress: Callable[[int], None] | None = None,
) -> SettleReport:
    """Settle the database at *path* under a run of its own."""
    from storage.settle import settle

    with Store.open(path, create=False) as store, recorded(store, argv) as run:
        return settle(store, run=run, progress=progress)


def rededupe_database(
    path: Path,
    argv: Sequence[str],
    *,
    settings: Sequence[str] = (),
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> RededupeReport:
    """Decide every story of the database at *path* anew, or say what would change.

    *settings* are texts such as "near_jaccard=0.6"; raises ParameterError.
    """
    from storage.parameters import load_parameters, parse_settings
    from storage.rededupe import plan, rededupe

    with Store.open(path, create=False) as store:
        parameters = parse_settings(settings, load_parameters(store.db))
        if dry_run:
            return plan(store, parameters)
        with recorded(store, argv) as run:
            return rededupe(store, parameters, run=run, progress=progress)


def read_alarms(path: Path, *, now: float) -> tuple[str, ...]:
    """Return what deriving anew may have done wrong: a story too large, all copies.

    *now* is in epoch seconds.
    """
    from storage.health import NEARLY_COPIES, read_health

    with Store.open(path, create=False, read_only=True) as store:
        health = read_health(store.db, now=now)
    copies = (
        f"{outlet.host}: {alarm}"
        for outlet in health.outlets
        for alarm in outlet.alarms
        if alarm.startswith(NEARLY_COPIES)
    )
    return (*health.alarms, *copies)


@contextmanager
def recorded(store: Store, argv: Sequence[str]) -> Iterator[int]:
    """Write a run around a command, whatever its end."""
    with store.transaction() as db:
        run = start_run(db, argv, now=store.now())
    try:
        yield run
    except BaseException as error:
        # A database that takes no more must not hide why.
        with suppress(StorageError), store.transaction() as db:
            finish_run(db, run, outcome="failed", now=store.now(), error=str(error))
        raise
    with store.transaction() as db:
        finish_run(db, run, outcome="done", now=store.now())
