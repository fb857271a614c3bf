"""Time and memory of a dump, ours beside daft, gaoya, rensa and datasketch.

    python benchmarks/peers.py -o docs/images/dump-speed.svg

One command: it makes an environment for the peers and the corpora where they are
missing (``--home``), runs every tool in a process of its own, in turn with the others,
and prints a table. The first round is a warm-up, and the median of the rest counts; a
tool that takes longer than ``--patience`` to warm up is measured once. Memory is the
largest sum over the tool's process tree. Sizes past ``--peers-up-to`` are ours alone.

``--bench`` is the folder that holds make_corpus.py, called with a size and two files,
and peers.py, called with a tool, a corpus and a file; the tool "floor" only reads,
parses and writes.
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
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

OURS = "wirecopy"
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
    # The warm-up leaves bytecode and kernels behind, as the first run of any user does.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=kept)
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


@dataclass(frozen=True, slots=True)
class Bench:
    """Where corpora, peers and their environment are."""

    folder: Path
    home: Path

    @property
    def python(self) -> Path:
        return peer_python(self.home / "venv")

    def corpus(self, articles: int) -> Path:
        """Return the corpus of a size; makes it where it is missing."""
        found = self.home / f"{articles}.jsonl"
        if not found.exists():
            part, labels = found.with_suffix(".part"), found.with_suffix(".tsv")
            make = [
                str(self.python),
                str(self.folder / "make_corpus.py"),
                str(articles),
            ]
            subprocess.run([*make, str(part), str(labels)], check=True)
            part.replace(found)
        return found

    def command(self, tool: str, corpus: Path, out: Path) -> list[str]:
        """Return how a tool is called."""
        if tool == OURS:
            start = "from crawler.cli.main import main; main()"
            place = out / "wirecopy.jsonl"
            return [
                *(sys.executable, "-c", start),
                *("dedupe", str(corpus), "-o", str(place)),
            ]
        script = self.folder / "peers.py"
        return [str(self.python), str(script), tool, str(corpus), str(out / tool)]


def measure(
    bench: Bench, articles: int, tools: Sequence[str], rounds: int, patience: float
) -> list[Figure]:
    """Run all tools in turn, up to *rounds* times after a warm-up."""
    corpus = bench.corpus(articles)
    runs: dict[str, list[tuple[float, int]]] = {tool: [] for tool in tools}
    for turn in range(rounds + 1):
        for tool, found in runs.items():
            if turn > 1 and found[0][0] > patience:
                continue
            # Replacing what a run before has written takes a third of a second.
            with tempfile.TemporaryDirectory() as out:
                found.append(run(bench.command(tool, corpus, Path(out))))
            print(f"{articles:,} {tool}: {found[-1]}", file=sys.stderr)
    return [
        Figure(
            tool=tool,
            articles=articles,
            warm_up=round(found[0][0], 2),
            seconds=round(statistics.median(s for s, _ in found[1:]), 2),
            megabytes=max(megabytes for _, megabytes in found),
        )
        for tool, found in runs.items()
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
    cli.add_argument("-o", "--plot", type=Path)
    cli.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    cli.add_argument("--peers-up-to", type=int, default=100_000)
    cli.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    cli.add_argument("--rounds", type=int, default=3)
    cli.add_argument("--patience", type=float, default=30, help="seconds")
    cli.add_argument("--json", type=Path, help="where the figures go as well")
    cli.add_argument("--bench", type=Path, default=Path("../shared/bench"))
    home = Path(tempfile.gettempdir()) / "wirecopy-peers"
    cli.add_argument("--home", type=Path, default=home, help="what is made once")
    args = cli.parse_args()
    args.home.mkdir(exist_ok=True)
    bench = Bench(args.bench, args.home)
    figures = []
    for size in args.sizes:
        peers = args.peers if size <= args.peers_up_to else ()
        figures += measure(bench, size, (OURS, *peers), args.rounds, args.patience)
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, {platform.platform()}\n")
    print(table(figures))
    if args.json:
        args.json.write_text(json.dumps([asdict(f) for f in figures], indent=1))
    if args.plot:
        plot(figures, args.plot)


if __name__ == "__main__":
    main()
