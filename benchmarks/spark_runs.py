"""Run the command, alone or on a Spark cluster, and count what it took.

CPU is user and system time of the whole process tree: the driver, its Java, executors
and their Python workers, looked at twice a second, since their daemon waits for no
worker and so counts none. Shuffled bytes come from Spark's event log.
"""

from __future__ import annotations

import csv
import ctypes
import json
import os
import resource
import subprocess
import sys
import tarfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SUBREAPER = 36
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ROLES = (
    ("CoarseGrainedExecutorBackend", "executors' Java"),
    # Its command names the workers' daemon among the settings.
    ("pyspark-shell", "driver's Java"),
    ("cluster_workers", "Python workers"),
)


@dataclass(kw_only=True)
class Took:
    """What one run took: seconds, bytes; by step of the run where the log tells."""

    code: int
    wall: float
    cpu: float
    memory: int
    roles: Counter[str]
    shuffled: Counter[str] = field(default_factory=Counter)
    spilled: int = 0
    steps: dict[str, tuple[float, float]] = field(default_factory=dict)
    tasks: int = 0
    failed: int = 0
    folder: Path


class _Watch:
    """Samples the processes below this one while a child runs."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float]] = []
        self.memory = 0
        self._roles: dict[int, tuple[str, float]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> Counter[str]:
        self._ended.set()
        self._thread.join()
        roles: Counter[str] = Counter()
        for role, seconds in self._roles.values():
            roles[role] += seconds
        return roles

    def _run(self) -> None:
        while not self._ended.wait(0.5):
            told = [_read(pid) for pid in descendants()]
            seen = [one for one in told if one is not None]
            self.memory = max(self.memory, sum(one[2] for one in seen))
            for pid, role, _, own in seen:
                # A process that has ended and is not yet reaped has no name.
                known = self._roles.get(pid, (role, 0.0))[0]
                self._roles[pid] = (role or known, own)
            spent = sum(own for _, own in self._roles.values())
            self.samples.append((time.time(), spent))


def descendants() -> Iterator[int]:
    """The processes below this one."""
    waiting = [os.getpid()]
    while waiting:
        below = _children(waiting.pop())
        yield from below
        waiting += below


def _children(pid: int) -> list[int]:
    """The children of a process; none where it has ended meanwhile."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [
            int(child)
            for task in tasks
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def _read(pid: int) -> tuple[int, str, int, float] | None:
    """Role, resident bytes and CPU of a process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return None
    role = next((name for mark, name in _ROLES if mark in command), "driver")
    role = role if command else ""
    own = sum(map(int, stat[11:13]))
    return pid, role, int(stat[21]) * _PAGE, own / _TICK


def adopt_orphans() -> None:
    """Have the Python workers of an ended executor counted here."""
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)


def run(
    command: list[str],
    folder: Path,
    env: dict[str, str] | None = None,
    meanwhile: Callable[[subprocess.Popen[bytes]], None] | None = None,
) -> Took:
    """Run a command to its end; its output is in *folder*/log."""
    folder.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    before, began, watch = _spent(), time.time(), _Watch()
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, **(env or {})}
        )
        if meanwhile is not None:
            meanwhile(child)
        code = child.wait()
    wall = time.time() - began
    _reap()
    roles = watch.end()
    took = Took(
        code=code, wall=wall, cpu=max(_spent() - before, sum(roles.values())),
        memory=watch.memory, roles=roles, folder=folder,
    )  # fmt: skip
    for path in (folder / "events").glob("*"):
        _read_events(path, watch.samples, took)
    return took


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reap() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def local(dump: Path, folder: Path, *options: str) -> Took:
    """Run a dump on one machine."""
    return run([*_dedupe(dump, folder), *options], folder)


def cluster(
    dump: Path,
    folder: Path,
    master: str,
    *options: str,
    meanwhile: Callable[[subprocess.Popen[bytes]], None] | None = None,
) -> Took:
    """Run a dump on a cluster, with an event log."""
    folder = folder.absolute()
    command = [*_dedupe(dump, folder), "--engine", "spark", "--master", master]
    return run([*command, *options], folder, _settle(folder), meanwhile)


def submitted(dump: Path, folder: Path, master: str) -> Took:
    """Run a dump as a job of spark-submit, the project packed in an archive."""
    folder = folder.absolute()
    env, (_, _, *said) = _settle(folder), _dedupe(dump, folder)
    root, job = Path(__file__).resolve().parents[1], folder / "run.py"
    packed, lines = folder / "wirecopy.tar.gz", ["from crawler.cli.main import cli"]
    # With what is compiled already, beside the modules.
    with tarfile.open(packed, "w:gz", compresslevel=1) as archive:
        for name in ("crawler", "storage", "dedupe"):
            archive.add(root / name, name)
    job.write_text(
        "\n".join([*lines, f"cli({[*said[1:], '--engine', 'spark']!r})", ""])
    )
    command = [f"{env['SPARK_HOME']}/bin/spark-submit", "--master", master]
    for setting in (
        f"spark.pyspark.python={sys.executable}",
        "spark.executorEnv.PYTHONPATH=./wirecopy",
    ):
        command += ["--conf", setting]
    command += ["--archives", f"{packed}#wirecopy", str(job)]
    return run(command, folder, env | {"PYTHONPATH": str(root)})


def _settle(folder: Path) -> dict[str, str]:
    """Where Spark keeps things and logs its events, as environment."""
    import pyspark

    events, conf = folder / "events", folder / "conf"
    events.mkdir(parents=True, exist_ok=True)
    for old in events.glob("*"):
        old.unlink()
    conf.mkdir(exist_ok=True)
    settings = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": events.as_uri(),
        "spark.ui.enabled": "false",
    }
    lines = (f"{name} {value}" for name, value in settings.items())
    (conf / "spark-defaults.conf").write_text("\n".join(lines) + "\n")
    return {
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_CONF_DIR": str(conf),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
    }


def _dedupe(dump: Path, folder: Path) -> list[str]:
    command = [sys.executable, "-m", "crawler", "dedupe", str(dump)]
    outputs = ["-o", str(folder / "out.jsonl"), "--stories", str(folder / "s.tsv")]
    return command + outputs


def _read_events(path: Path, samples: list[tuple[float, float]], took: Took) -> None:
    stages: dict[int, str] = {}
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    begun: dict[int, tuple[float, str]] = {}
    with path.open("rb") as lines:
        for line in lines:
            event = json.loads(line)
            kind = event["Event"]
            if kind == "SparkListenerJobStart":
                said = (event.get("Properties") or {}).get("spark.job.description")
                step = said or "other"
                begun[event["Job ID"]] = (event["Submission Time"] / 1000, step)
                stages.update(dict.fromkeys(event["Stage IDs"], step))
            elif kind == "SparkListenerJobEnd":
                start, step = begun[event["Job ID"]]
                spans[step].append((start, event["Completion Time"] / 1000))
            elif kind == "SparkListenerTaskEnd":
                _count_task(event, stages, took)
    for step, times in spans.items():
        wall = sum(end - start for start, end in times)
        cpu = sum(_at(samples, end) - _at(samples, start) for start, end in times)
        took.steps[step] = (wall, cpu)


def _count_task(event: dict[str, Any], stages: dict[int, str], took: Took) -> None:
    took.tasks += 1
    if event["Task End Reason"]["Reason"] != "Success":
        took.failed += 1
        return
    metrics = event["Task Metrics"]
    written = metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    took.shuffled[stages.get(event["Stage ID"], "other")] += written
    took.spilled += metrics["Disk Bytes Spilled"]


def _at(samples: list[tuple[float, float]], moment: float) -> float:
    """CPU seconds at a moment, between two samples in proportion."""
    before = (0.0, 0.0)
    for after in samples:
        if after[0] >= moment:
            span = after[0] - before[0]
            part = (moment - before[0]) / span if before[0] and span else 1.0
            return before[1] + part * (after[1] - before[1])
        before = after
    return before[1]


def partition(path: Path) -> set[frozenset[str]]:
    """The stories of a table, each as the articles (rows) in it."""
    stories: dict[str, set[str]] = {}
    files = sorted(path.glob("part-*")) if path.is_dir() else [path]
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                stories.setdefault(row["story"], set()).add(row["row"])
    return {frozenset(rows) for rows in stories.values()}


def written(path: Path) -> bytes:
    """The articles that a run wrote, in order."""
    files = sorted(path.glob("part-*")) if path.is_dir() else [path]
    return b"".join(file.read_bytes() for file in files)
