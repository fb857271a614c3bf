"""Time and memory of a dump, ours beside daft, gaoya, rensa and datasketch.

    python benchmarks/peers.py CORPUS.jsonl PEERS.py -o docs/images/dump-speed.svg

PEERS.py is called as `python PEERS.py TOOL CORPUS OUT` for each tool, and for "floor",
which only reads, parses and writes. The tools live in an environment of their own,
made beside the system's temporary files at the first call. Every tool runs in a
process of its own, in turn with the others; the first round is a warm-up, and the
median of the rest counts. Memory is the sum over the tool's process tree.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

PEERS = ("daft", "gaoya", "rensa", "datasketch", "floor")
PINNED = (
    *("daft==0.7.26", "gaoya==0.2.2", "rensa==0.5.0", "datasketch==2.0.0"),
    *("xxhash", "orjson", "numpy"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Median seconds and largest megabytes of one tool on one corpus."""

    tool: str
    articles: int
    warm_up: float
    seconds: float
    megabytes: int


def peer_python(home: Path) -> Path:
    """Return the interpreter of the peers' environment; makes it where it is missing."""
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINNED], check=True)
    return python


def run(command: list[str]) -> tuple[float, int]:
    """Run *command*; returns its seconds and the largest sum of its tree's memory."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    most = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.05):
            most = max(most, _tree_memory(child.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = child.wait()
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    if code:
        sys.exit(f"{command[0]} ended with {code}")
    return seconds, most >> 20


def _tree_memory(pid: int) -> int:
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def commands(corpus: Path, script: Path, out: Path, home: Path) -> dict[str, list[str]]:
    """Return how each tool is called, ours first."""
    ours = [sys.executable, "-c", "from crawler.cli.main import main; main()"]
    found = {
        "wirecopy": [*ours, "dedupe", str(corpus), "-o", str(out / "wirecopy.jsonl")]
    }
    python = str(peer_python(home))
    for tool in PEERS:
        found[tool] = [python, str(script), tool, str(corpus), str(out / tool)]
    return found


def measure(corpus: Path, script: Path, rounds: int, home: Path) -> list[Figure]:
    """Run all tools in turn, *rounds* times after a warm-up."""
    with corpus.open("rb") as lines:
        articles = sum(1 for _ in lines)
    times: dict[str, list[float]] = {}
    memory: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as out:
        for _ in range(rounds + 1):
            for tool, command in commands(corpus, script, Path(out), home).items():
                seconds, megabytes = run(command)
                times.setdefault(tool, []).append(seconds)
                memory[tool] = max(memory.get(tool, 0), megabytes)
                print(f"{tool}: {seconds:.2f} s, {megabytes} MB", file=sys.stderr)
    return [
        Figure(
            tool=tool,
            articles=articles,
            warm_up=round(found[0], 2),
            seconds=round(statistics.median(found[1:]), 2),
            megabytes=memory[tool],
        )
        for tool, found in times.items()
    ]


def table(figures: list[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    rows = ["| tool | articles | seconds | warm-up | MB |", "|---|---|---|---|---|"]
    rows += [
        f"| {f.tool} | {f.articles:,} | {f.seconds} | {f.warm_up} | {f.megabytes:,} |"
        for f in figures
    ]
    return "\n".join(rows)


def plot(figures: list[Figure], path: Path) -> None:
    """Draw seconds and memory by size."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4))
    for name, axis in zip(("seconds", "megabytes"), axes, strict=True):
        for tool in dict.fromkeys(f.tool for f in figures):
            points = sorted(
                (f.articles, getattr(f, name)) for f in figures if f.tool == tool
            )
            axis.plot(*zip(*points, strict=True), marker="o", label=tool)
        axis.set(xlabel="articles", ylabel=name, xscale="log", yscale="log")
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("corpus", type=Path, nargs="+")
    cli.add_argument("peers", type=Path, help="the script that runs one peer")
    cli.add_argument("-o", "--plot", type=Path)
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--json", type=Path, help="where the figures go as well")
    home = Path(tempfile.gettempdir()) / "wirecopy-peers"
    cli.add_argument("--home", type=Path, default=home, help="the peers' environment")
    args = cli.parse_args()
    figures = [
        f for corpus in args.corpus
        for f in measure(corpus, args.peers, args.rounds, args.home)
    ]  # fmt: skip
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.platform()}\n")
    print(table(figures))
    if args.json:
        args.json.write_text(json.dumps([asdict(f) for f in figures], indent=1))
    if args.plot:
        plot(figures, args.plot)


if __name__ == "__main__":
    main()
