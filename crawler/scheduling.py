"""Rounds of crawling on a schedule, each in a process of its own."""

from __future__ import annotations

import logging
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from crawler.outlets import Outlet

logger = logging.getLogger(__name__)

# A child that is told to stop commits what it has within this time.
STOP_SECONDS = 10.0
# Rounds that were missed (the machine slept) are made up for by one.
MISFIRE_SECONDS = 3600
# How often it is looked whether somebody has set the clock.
CLOCK_SECONDS = 60.0
# How a child ends that a stop meets while it is starting: it has its handler, or not yet.
STOPPED_CODES = {-signal.SIGTERM, 128 + signal.SIGTERM, -signal.SIGINT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What is crawled every *every*: no targets is the whole catalogue."""

    every: timedelta
    targets: tuple[str, ...] = ()


@dataclass(slots=True)
class Rounds:
    """Runs rounds one at a time, as children; a stop is passed on to the child.

    A round is a process, so that whatever it leaks or breaks ends with it.
    """

    command: Sequence[str]
    lock: threading.Lock = field(default_factory=threading.Lock)
    child: subprocess.Popen[bytes] | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    codes: list[int] = field(default_factory=list)

    def run(self, targets: Sequence[str]) -> None:
        """Crawl *targets*, after the round that is under way if there is one."""
        with self.lock:
            if self.stopping.is_set():
                return
            self.child = subprocess.Popen([*self.command, *targets])
            if self.stopping.is_set():
                # The stop came while it was being started.
                self.child.terminate()
            code = self.child.wait()
            if self.stopping.is_set() and code in STOPPED_CODES:
                # Stopped before it could begin: a round that did not take place.
                return
            self.codes.append(code)
        level = logging.INFO if code in {0, 3} else logging.WARNING
        logger.log(level, "Round ended with %(code)s", {"code": code})

    def stop(self) -> None:
        """Stop the round that is under way, wait for its end, and begin no other."""
        self.stopping.set()
        if self.child is not None:
            self.child.terminate()
        if self.lock.acquire(timeout=STOP_SECONDS):
            self.lock.release()
        elif self.child is not None:
            self.child.kill()


def plan_rounds(
    outlets: Sequence[Outlet], every: timedelta, *, named: bool
) -> list[Round]:
    """Group outlets by their interval: their own where they have one, else *every*."""
    from datetime import timedelta

    groups: dict[timedelta, list[str]] = {}
    for outlet in outlets:
        own = timedelta(seconds=outlet.every) if outlet.every else every
        groups.setdefault(own, []).append(outlet.home)
    if len(groups) == 1 and not named:
        return [Round(every=next(iter(groups)))]
    return [
        Round(every=interval, targets=tuple(homes))
        for interval, homes in groups.items()
    ]


def run_schedule(rounds: Sequence[Round], command: Sequence[str]) -> list[int]:
    """Run *rounds* until SIGTERM or SIGINT; returns the exit codes of the children.

    Rounds never overlap, start with jitter, and what was missed is run once. Raises
    MissingExtraError without APScheduler.
    """
    runner = Rounds(command)
    scheduler = _scheduler()
    for one in rounds:
        scheduler.add_job(
            runner.run,
            "interval",
            args=[list(one.targets)],
            seconds=one.every.total_seconds(),
            jitter=max(1, int(one.every.total_seconds() * 0.05)),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=MISFIRE_SECONDS,
            next_run_time=_now(),
        )
    stopped = threading.Event()

    def handle(signum: int, frame: Any) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    scheduler.start()
    while not stopped.wait(CLOCK_SECONDS):
        heed_clock(scheduler)
    scheduler.shutdown(wait=False)
    runner.stop()
    return runner.codes


def heed_clock(scheduler: Any) -> None:
    """Begin what a clock that was set back has put off by more than its interval."""
    now = _now()
    for job in scheduler.get_jobs():
        if job.next_run_time - now > 2 * job.trigger.interval:
            logger.warning("The clock was set back: a round begins now")
            job.modify(next_run_time=now)


def child_command(db: Path, options: Sequence[str]) -> list[str]:
    """Return the command of one round, for the interpreter that runs now."""
    return [
        sys.executable,
        "-m",
        "crawler",
        "crawl",
        "--db",
        str(db),
        "--due",
        *options,
    ]


def systemd_units(db: Path, every: timedelta, options: Sequence[str]) -> dict[str, str]:
    """Write a service and a timer that crawl into *db* every *every*.

    Exit 3, a person should look, counts as success and stands in the journal.
    """
    program = shutil.which("wirecopy") or str(
        Path(sys.executable).with_name("wirecopy")
    )
    folder = db.resolve().parent
    arguments = [program, "crawl", "--db", str(db.resolve()), "--due", *options]
    line = " ".join(_systemd_quote(part) for part in arguments)
    service = f"""[Unit]
Description=Wirecopy crawl
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={line}
SuccessExitStatus=3
KillMode=mixed
TimeoutStopSec=20
WorkingDirectory={_escape(str(folder))}
CacheDirectory=wirecopy
Environment=XDG_CACHE_HOME=%C/wirecopy
Nice=5
NoNewPrivileges=true
PrivateTmp=true
ProtectSystem=full
"""
    seconds = int(every.total_seconds())
    timer = f"""[Unit]
Description=Wirecopy crawl, every {seconds} s

[Timer]
OnBootSec=60
OnUnitInactiveSec={seconds}
RandomizedDelaySec={max(1, seconds // 20)}
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {"wirecopy.service": service, "wirecopy.timer": timer}


def cron_line(db: Path, every: timedelta, options: Sequence[str]) -> str:
    """Write a crontab line; flock keeps a slow round from meeting the next."""
    program = shutil.which("wirecopy") or str(
        Path(sys.executable).with_name("wirecopy")
    )
    path = db.resolve()
    command = shlex.join([program, "crawl", "--db", str(path), "--due", *options])
    lock = shlex.quote(f"{path}.cron-lock")
    # cron reads % as the end of the line.
    return f"{_cron_time(every)} flock -n {lock} {command}".replace("%", r"\%")


def _cron_time(every: timedelta) -> str:
    """Return cron's next shorter interval: one that does not divide the hour limps."""
    minutes = max(1, int(every.total_seconds() // 60))
    if minutes < 60:
        return f"*/{_divisor(60, minutes)} * * * *"
    if minutes < 24 * 60:
        return f"0 */{_divisor(24, minutes // 60)} * * *"
    return "0 4 * * *"


def _divisor(whole: int, most: int) -> int:
    return max(n for n in range(1, most + 1) if whole % n == 0)


def _systemd_quote(part: str) -> str:
    escaped = _escape(part).replace("$", "$$")
    return f'"{escaped}"' if any(c in part for c in " \t\"'\\") else escaped


def _escape(part: str) -> str:
    return part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def _scheduler() -> Any:
    try:
        from apscheduler.schedulers.background import BackgroundScheduler
    except ImportError as error:
        raise MissingExtraError("APScheduler", "schedule") from error
    return BackgroundScheduler(timezone="UTC")


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)
