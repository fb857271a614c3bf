"""Rounds, units and crontab lines."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from click.testing import CliRunner

from crawler import scheduling
from crawler.cli.schedule import command
from crawler.outlets import Outlet
from crawler.planning import pick_outlets
from crawler.scheduling import cron_line, heed_clock, plan_rounds, systemd_units

EVERY = timedelta(minutes=15)


def test_a_clock_that_is_set_back_puts_no_round_off() -> None:
    scheduler = BackgroundScheduler(timezone="UTC")
    now = datetime.now(UTC)
    for name, wait in (("put off", timedelta(days=9999)), ("due soon", EVERY)):
        scheduler.add_job(
            print, "interval", seconds=900, name=name, next_run_time=now + wait
        )
    scheduler.start(paused=True)
    try:
        heed_clock(scheduler)
        waits = {job.name: job.next_run_time - now for job in scheduler.get_jobs()}
    finally:
        scheduler.shutdown()
    assert waits["put off"] < timedelta(minutes=1)
    assert waits["due soon"] == EVERY


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    units = systemd_units(tmp_path / "my 100% news.db", EVERY, ["--warc", "a b"])
    assert "SuccessExitStatus=3" in units["wirecopy.service"]
    for name, unit in units.items():
        (tmp_path / name).write_text(unit)
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here")
    files = [str(tmp_path / name) for name in units]
    done = subprocess.run(
        [program, "verify", *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("every", "when"),
    [
        (EVERY, "*/15 * * * * "),
        (timedelta(minutes=45), "*/30 * * * * "),
        (timedelta(seconds=5), "*/1 * * * * "),
        (timedelta(minutes=90), "0 */1 * * * "),
        (timedelta(hours=2), "0 */2 * * * "),
        (timedelta(hours=7), "0 */6 * * * "),
        (timedelta(days=1), "0 4 * * * "),
    ],
)
def test_cron_lines(every: timedelta, when: str) -> None:
    line = cron_line(Path("/var/100%/news.db"), every, [])
    assert line.startswith(when + "flock -n ")
    assert "100\\%" in line


def test_outlets_with_an_interval_of_their_own_have_a_round_of_their_own() -> None:
    slow = Outlet(name="a", home="http://a.example/", every=7200.0)
    other = Outlet(name="b", home="http://b.example/")
    rounds = plan_rounds([slow, other], EVERY, named=True)
    assert {one.every: one.targets for one in rounds} == {
        timedelta(hours=2): ("http://a.example/",),
        EVERY: ("http://b.example/",),
    }
    assert plan_rounds([other], EVERY, named=False)[0].targets == ()


def test_a_round_crawls_what_a_crawl_of_the_same_targets_would(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[a]\nname = "Paper.com"\nhome = "http://a.example:81/en/"\nsections = ["http://a.example/s/"]'
    )
    targets = ["http://127.0.0.1:8080/news/?x=1", "a.example", "b.example"]
    for asked in (targets, []):
        outlets = pick_outlets(asked, own=own)
        (one,) = plan_rounds(outlets, EVERY, named=True)
        assert pick_outlets(one.targets, own=own) == outlets


@pytest.mark.parametrize(
    ("codes", "expected"), [([], 0), ([0, 3], 0), ([1, 0], 3), ([1, -9], 1)]
)
def test_the_exit_code_tells_how_the_rounds_ended(
    codes: list[int], expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduling, "run_schedule", lambda *_: codes)
    done = CliRunner().invoke(command, ["a.example", "--db", f"{tmp_path}/s.db"])
    assert done.exit_code == expected


@pytest.mark.parametrize(
    "child", ["exec sleep 60", "trap 'exit 143' TERM; sleep 2 & wait"]
)
def test_a_round_stopped_while_starting_is_no_failure(
    child: str, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = scheduling.Rounds(["sh", "-c", child])
    thread = threading.Thread(target=rounds.run, args=([],))
    thread.start()
    while rounds.child is None:
        time.sleep(0.01)
    rounds.stop()
    thread.join()
    assert rounds.child.returncode in {-signal.SIGTERM, 143}
    assert (rounds.codes, caplog.records) == ([], [])


def test_a_stop_waits_for_the_round_under_way() -> None:
    program = f"""
from datetime import UTC, datetime, timedelta
from crawler.scheduling import Round, run_schedule
child = '''
import signal, sys, time
def end(*_):
    time.sleep(0.2)
    sys.exit(3)
signal.signal(signal.SIGTERM, end)
print("ran", flush=True)
signal.pause()
'''
print(run_schedule([Round(every=timedelta(hours=1))], [{sys.executable!r}, "-c", child]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as schedule:
        assert schedule.stdout is not None
        assert schedule.stdout.readline() == "ran\n"
        schedule.send_signal(signal.SIGTERM)
        assert schedule.communicate(timeout=20)[0] == "[3]\n"
    assert schedule.returncode == 0


def test_a_schedule_runs_children_and_stops_when_told(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    program = f"""
from datetime import UTC, datetime, timedelta
from crawler.scheduling import Round, run_schedule
child = "import pathlib, sys; pathlib.Path(sys.argv[1]).touch(); print('ran', flush=True)"
rounds = [Round(every=timedelta(hours=1), targets=({str(mark)!r},))]
print(run_schedule(rounds, [{sys.executable!r}, "-c", child]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as schedule:
        assert schedule.stdout is not None
        assert schedule.stdout.readline() == "ran\n"
        assert mark.exists()
        schedule.send_signal(signal.SIGTERM)
        schedule.communicate(timeout=20)
    assert schedule.returncode == 0


def test_an_interval_of_many_lives_is_none() -> None:
    asked = ["--db", "a.db", "--every", "99999999999d", "--print-cron"]
    refused = CliRunner().invoke(command, asked)
    assert (refused.exit_code, "is not like 15m" in refused.output) == (2, True)
