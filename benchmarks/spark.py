"""Measure the Spark engine beside the local one.

    python benchmarks/spark.py same|growth|kill|resume|skew|submit [--sizes N...] [--dump FILE]
        [--master 'local-cluster[2,1,2048]'] [--folder FOLDER] [--buckets N]

- same: the partition and the outputs of both engines, CPU of both, bytes shuffled.
- growth: the same for each size, and what ten times the articles take.
- kill: an executor is killed at a random moment; the result is that of a whole run.
- resume: the driver is killed; --resume makes only the steps that were not finished.
- submit: the same by spark-submit, with the project in an archive.
- skew: two thirds of the articles are near-identical boilerplate.

Corpora are made by ../shared/bench/make_corpus.py unless --dump names one. CPU is user
and system time of all processes; wall time is of this machine as busy as it is.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from installed import compile_modules
from spark_runs import (
    Took,
    cluster,
    descendants,
    local,
    partition,
    submitted,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(tempfile.gettempdir()) / "wirecopy-spark"
SHARED = Path(__file__).resolve().parents[2] / "shared"
# Steps that move keys: of bands, passages and headlines.
_KEYS = ("groups",)
# A person should look (3) where stories are very large.
_ENDED = {0, 3}
_MOST_CPU, _MOST_SHUFFLE, _MOST_GROWTH = 3.0, 10.5, 11.0


def tell(name: str, figure: float, most: float | None = None) -> None:
    held = "" if most is None else ("ok   " if figure <= most else "MISS ")
    asked = "" if most is None else f"  (at most {most})"
    print(f"{held or '     '}{name}: {figure:,.2f}{asked}", flush=True)


def show(name: str, took: Took) -> None:
    roles = ", ".join(f"{role} {cpu:.0f}" for role, cpu in took.roles.items() if role)
    print(
        f"{name}: CPU {took.cpu:.0f} s ({roles}), wall {took.wall:.0f} s, "
        f"{took.memory / 1e6:,.0f} MB, {took.tasks} tasks, {took.failed} failed, "
        f"{took.spilled / 1e6:,.0f} MB spilled",
        flush=True,
    )
    for step, (wall, cpu) in took.steps.items():
        shuffled = took.shuffled[step] / 1e6
        print(f"    {step:14} CPU {cpu:7.1f} s  wall {wall:7.1f} s  {shuffled:8.1f} MB")


class Bench:
    """One measuring: where it puts things, and how a cluster is reached."""

    def __init__(self, said: argparse.Namespace) -> None:
        self.said = said
        self.folder: Path = said.folder
        self.sizes: list[int] = said.sizes
        if said.dump is not None:
            with Path(said.dump).open("rb") as lines:
                self.sizes = [sum(1 for _ in lines)]

    def dump(self, size: int) -> Path:
        if self.said.dump is not None:
            return Path(self.said.dump)
        out = self.folder / f"{size}.jsonl"
        if not out.exists():
            script = str(self.said.shared / "bench" / "make_corpus.py")
            labels = str(out.with_suffix(".tsv"))
            command = [sys.executable, script, str(size), str(out), labels]
            subprocess.run([*command, "--seed", "7"], check=True)
        return out

    def on_cluster(
        self,
        dump: Path,
        name: str,
        *options: str,
        meanwhile: Callable[[subprocess.Popen[bytes]], None] | None = None,
    ) -> Took:
        folder = self.folder / name
        if "--resume" not in options:
            shutil.rmtree(folder, ignore_errors=True)
        if self.said.buckets is not None:
            options = (*options, "--buckets", self.said.buckets)
        took = cluster(dump, folder, self.said.master, *options, meanwhile=meanwhile)
        show(f"{name} of {dump.name}", took)
        return took

    def on_one_machine(self, dump: Path) -> Took:
        folder = self.folder / f"local-{dump.stem}"
        took = local(dump, folder)
        show(f"local of {dump.name}", took)
        return took

    def compare(self, ours: Took, theirs: Took) -> None:
        """Tell whether two runs said the same."""
        if not {ours.code, theirs.code} <= _ENDED:
            print(f"MISS a run failed: see {ours.folder}/log, {theirs.folder}/log")
            return
        tables = [partition(took.folder / "s.tsv") for took in (ours, theirs)]
        texts = [written(took.folder / "out.jsonl") for took in (ours, theirs)]
        for what, (a, b) in (("partition", tables), ("output", texts)):
            print(f"{'ok   ' if a == b else 'MISS '}the same {what}", flush=True)


def same(bench: Bench) -> list[tuple[int, Took, Took]]:
    """Both engines on each size."""
    found = []
    for size in bench.sizes:
        dump = bench.dump(size)
        theirs = bench.on_one_machine(dump)
        ours = bench.on_cluster(dump, f"cluster-{size}")
        bench.compare(ours, theirs)
        tell("CPU over the local engine's", ours.cpu / theirs.cpu, _MOST_CPU)
        total = sum(ours.shuffled.values())
        tell("bytes shuffled an article", total / size)
        tell("bytes of keys an article", sum(ours.shuffled[s] for s in _KEYS) / size)
        found.append((size, ours, theirs))
    return found


def growth(bench: Bench) -> None:
    """What the largest size takes over the smallest."""
    found = same(bench)
    (few, small, _), (many, large, _) = found[0], found[-1]
    scale = many / few / 10
    tell("CPU for ten times the articles", large.cpu / small.cpu / scale, _MOST_GROWTH)
    shuffled = [sum(took.shuffled.values()) for took in (small, large)]
    tell("bytes shuffled", shuffled[1] / shuffled[0] / scale, _MOST_SHUFFLE)


def kill(bench: Bench) -> None:
    """Executors that die at random moments change nothing."""
    dump, rng = bench.dump(bench.sizes[0]), random.Random(bench.said.seed)
    whole = bench.on_cluster(dump, "whole")
    for number in range(bench.said.times):
        after = rng.uniform(0.1, 0.9) * whole.wall
        took = bench.on_cluster(
            dump, f"killed-{number}", meanwhile=_kill_after(after, _executor)
        )
        print(f"    an executor was killed after {after:.0f} s", flush=True)
        bench.compare(took, whole)


def _executor(driver: int) -> int | None:
    for pid in descendants():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text()
        except OSError:
            continue
        if "CoarseGrainedExecutorBackend" in command and "java" in command:
            return pid
    return None


def _kill_after(
    seconds: float, find: Callable[[int], int | None]
) -> Callable[[subprocess.Popen[bytes]], None]:
    def meanwhile(child: subprocess.Popen[bytes]) -> None:
        time.sleep(seconds)
        while child.poll() is None:
            pid = find(child.pid)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                return
            time.sleep(0.5)

    return meanwhile


def resume(bench: Bench) -> None:
    """A driver that dies; the next run makes what is left."""
    dump = bench.dump(bench.sizes[0])
    whole = bench.on_cluster(dump, "whole")
    name = "resumed"
    killed = bench.on_cluster(
        dump, name, meanwhile=_kill_after(whole.wall / 2, lambda driver: driver)
    )
    there = [path.name for path in (bench.folder / name).glob("out.jsonl/*")]
    print(f"{'MISS' if there else 'ok  '} no output of a killed run: {there}")
    again = bench.on_cluster(dump, name, "--resume")
    bench.compare(again, whole)
    steps = set(killed.steps) & set(again.steps)
    print(f"    made twice: {sorted(steps)}; made once: {len(again.steps)} steps")
    tell("CPU of the resumed run over a whole one", again.cpu / whole.cpu, 1.0)


def skew(bench: Bench) -> None:
    """Two thirds of the articles are the same boilerplate, with a word changed."""
    size = bench.sizes[0]
    plain = bench.dump(size)
    planted = bench.folder / f"{size}-planted.jsonl"
    _plant(plain, planted, size * 2 // 3)
    ordinary = bench.on_cluster(plain, "ordinary")
    skewed = bench.on_cluster(planted, "skewed")
    if not {ordinary.code, skewed.code} <= _ENDED:
        sys.exit("a run failed: its time says nothing")
    tell("wall time over ordinary articles'", skewed.wall / ordinary.wall, 1.5)
    tell("CPU over ordinary articles'", skewed.cpu / ordinary.cpu, 1.5)
    bench.compare(skewed, bench.on_one_machine(planted))


def submit(bench: Bench) -> None:
    """A packed job that spark-submit starts."""
    dump, folder = bench.dump(bench.sizes[0]), bench.folder / "submitted"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    took = submitted(dump, folder, bench.said.master)
    show("submitted", took)
    bench.compare(took, bench.on_one_machine(dump))


def _plant(plain: Path, out: Path, count: int) -> None:
    rng = random.Random(3)
    words = [f"w{n}" for n in range(400)]
    lines = [" ".join(rng.choices(words, k=14)).capitalize() + "." for _ in range(12)]
    with plain.open("rb") as source, out.open("wb") as target:
        for number, line in enumerate(source):
            row = orjson.loads(line)
            if number < count:
                own = list(lines)
                place = rng.randrange(len(own))
                own[place] = f"{own[place][:-1]} {rng.randrange(10**6)}."
                row["text"] = "\n\n".join(own)
            target.write(orjson.dumps(row) + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    measures = {f.__name__: f for f in (same, growth, kill, resume, skew, submit)}
    parser.add_argument("measure", choices=measures)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000])
    parser.add_argument("--dump", help="a dump instead of made corpora")
    parser.add_argument("--master", default="local-cluster[2,1,2048]")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--buckets", help="as of the command")
    said = parser.parse_args()
    said.folder.mkdir(parents=True, exist_ok=True)
    compile_modules()
    measures[said.measure](Bench(said))


if __name__ == "__main__":
    main()
