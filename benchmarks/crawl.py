"""Measure a crawl beside what it is made of: fetching, extracting, storing, apart.

    python benchmarks/crawl.py ../shared/newsroom             (speed, both folders)
    python benchmarks/crawl.py ../shared/newsroom --times 10  (again under other hosts)
    python benchmarks/crawl.py ../shared/newsroom --round     (220 outlets, nothing new)
    python benchmarks/crawl.py ../shared/newsroom --kills 20  (killed over one crawl)
    python benchmarks/crawl.py ../shared/newsroom --memory --times 117   (50,000 pages)

The folder holds newsroom.py, pages/, reprints/. All is on loopback, CPU of all processes.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import until_closed
from crawl_parts import FETCH_BARE, measure_parts, measure_start
from installed import compile_modules

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTLETS, LINKS = 220, 91
UNTIL_CLOSED = (sys.executable, until_closed.__file__)


def load_pages(folder: Path, times: int) -> list[dict[str, Any]]:
    """Return the manifest's pages, *times* over under other host names."""
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    pages = []
    for number in range(times):
        for line in lines:
            page = json.loads(line)
            page["file"] = str((folder / page["file"]).resolve())
            if number:
                parts = urlsplit(page["url"])
                host = f"n{number}.{parts.netloc}"
                page["url"] = parts._replace(netloc=host).geturl()
            pages.append(page)
    return pages


@contextmanager
def served(newsroom: Path, pages: list[dict[str, Any]], work: Path) -> Iterator[str]:
    """Serve *pages* through the newsroom's proxy; yields the proxy's address."""
    folder = work / "served"
    folder.mkdir(exist_ok=True)
    manifest = "".join(json.dumps(page) + "\n" for page in pages)
    (folder / "manifest.jsonl").write_text(manifest, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = [str(newsroom / "newsroom.py"), "--port", str(port), str(folder)]
    server = subprocess.Popen(
        [*UNTIL_CLOSED, *script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    server.stdout.readline()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def crawl_command(hosts: list[str], db: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "crawler", "crawl", *hosts, "--db", str(db), *options]


def run(command: list[str], proxy: str) -> tuple[Any, float, float, list[int]]:
    """Run to the end; returns the report, wall and CPU seconds, and memory in MB."""
    adopt_orphans()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    others = children_of(os.getpid())
    child = subprocess.Popen(
        command,
        env={**os.environ, "http_proxy": proxy},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    memory: list[int] = []
    done = threading.Event()
    watcher = threading.Thread(target=watch, args=(child.pid, memory, done))
    watcher.start()
    out = child.communicate()[0]
    wall = time.perf_counter() - began
    done.set()
    watcher.join()
    wait_for_orphans(others)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(out), wall, cpu, memory


def adopt_orphans() -> None:
    """Become the parent of what a child leaves running: its CPU counts as ours."""
    set_child_subreaper = 36
    ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0)


def wait_for_orphans(others: list[int]) -> None:
    """Wait for every child but *others*; a crawl's server ends after the crawl."""
    while orphans := set(children_of(os.getpid())) - set(others):
        for pid in orphans:
            os.waitpid(pid, 0)


def children_of(pid: int) -> list[int]:
    # A child belongs to the thread that started it.
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for text in lists for child in text.split()]


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a running process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def watch(pid: int, memory: list[int], done: threading.Event) -> None:
    """Note the memory of a process and its children every second."""
    while not done.wait(1.0):
        memory.append(proportional(pid) // 1024)


def proportional(pid: int) -> int:
    """Return the kB of a process and its descendants; 0 once it is gone.

    Summed PSS: a page that processes share is counted once in all.
    """
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        children = children_of(pid)
    except OSError:
        return 0
    own = [int(line.split()[1]) for line in rollup.splitlines() if "Pss:" in line]
    return sum(own) + sum(map(proportional, children))


def asked_for(proxy: str) -> list[str]:
    """Return every URL that the newsroom was asked for: also robots.txt and feeds."""
    opener = build_opener(ProxyHandler({"http": proxy}))
    with opener.open("http://newsroom/log") as log:
        entries = [json.loads(line) for line in log]
    return [f"http://{entry['host']}{entry['path']}" for entry in entries]


def measure_speed(newsroom: Path, name: str, times: int) -> dict[str, Any]:
    """Crawl one folder, and measure its parts in the same run."""
    pages = load_pages(newsroom / name, times)
    hosts = sorted({urlsplit(page["url"]).netloc for page in pages})
    with tempfile.TemporaryDirectory(prefix="wirecopy-") as folder:
        work = Path(folder)
        with served(newsroom, pages, work) as proxy:
            targets = [f"http://{host}/" for host in hosts]
            command = crawl_command(targets, work / "news.db", "--json", "--no-settle")
            server = children_of(os.getpid())[0]
            began = cpu_of(server)
            report, wall, cpu, memory = run(command, proxy)
            serving = cpu_of(server) - began
            starting = measure_start(work, proxy)
            urls = asked_for(proxy)
            bare = subprocess.run(
                FETCH_BARE,
                input=json.dumps(urls),
                env={**os.environ, "http_proxy": proxy},
                capture_output=True,
                text=True,
                check=True,
            )
        extracting, storing = measure_parts(pages, work)
    request = float(bare.stdout)
    fetching = request * len(urls) / report["pages"]
    floor = fetching + extracting + storing
    rate = report["pages"] / wall
    return {
        "folder": name,
        "pages": report["pages"],
        "articles": report["articles"],
        "seconds": round(wall, 1),
        "requests": len(urls),
        "pages a second": round(rate, 1),
        "CPU ms a page": round(1000 * cpu / report["pages"], 1),
        "alone: fetching, extracting, storing (ms)": [
            round(1000 * part, 1) for part in (fetching, extracting, storing)
        ],
        "CPU ms a page of the newsroom's server, on the same cores": round(
            1000 * serving / report["pages"], 1
        ),
        "CPU s of a start alone: Scrapy, extracting and storing": [
            round(seconds, 1) for seconds in starting
        ],
        "share of 2 / their sum": round(rate * floor / 2, 2),
        "the same, one start alone counted": round(
            (report["pages"] * floor + sum(starting)) / 2 / wall, 2
        ),
        "the same, pages alone fetched": round(
            rate * (request + extracting + storing) / 2, 2
        ),
        "peak MB, and at each tenth": [max(memory, default=0), *tenths(memory)],
    }


def tenths(memory: list[int]) -> list[int]:
    return [memory[len(memory) * part // 10] for part in range(1, 10)] if memory else []


def measure_memory(newsroom: Path, times: int) -> dict[str, Any]:
    """Crawl the reprints *times* over, and note the memory of every process."""
    pages = load_pages(newsroom / "reprints", times)
    hosts = sorted({urlsplit(page["url"]).netloc for page in pages})
    with tempfile.TemporaryDirectory(prefix="wirecopy-") as folder:
        work = Path(folder)
        with served(newsroom, pages, work) as proxy:
            targets = [f"http://{host}/" for host in hosts]
            command = crawl_command(targets, work / "news.db", "--json", "--no-settle")
            report, wall, cpu, memory = run(command, proxy)
    return {
        "pages": report["pages"],
        "hosts": len(hosts),
        "seconds": round(wall, 1),
        "CPU ms a page": round(1000 * cpu / report["pages"], 1),
        "peak MB, and at each tenth": [max(memory, default=0), *tenths(memory)],
    }


def measure_round(newsroom: Path) -> dict[str, Any]:
    """Poll OUTLETS outlets with LINKS known articles each, of which none is new."""
    seed = load_pages(newsroom / "reprints", 1)[0]
    pages = [
        {**seed, "url": f"http://paper{outlet}.test/2026/11/20/article-{number}00001"}
        for outlet in range(OUTLETS)
        for number in range(LINKS)
    ]
    hosts = [f"http://paper{outlet}.test/" for outlet in range(OUTLETS)]
    with tempfile.TemporaryDirectory(prefix="wirecopy-") as folder:
        work = Path(folder)
        db = work / "news.db"
        with served(newsroom, pages, work) as proxy:
            run(crawl_command(hosts, db, "--json", "--limit", "1"), proxy)
            make_known(db)
            report, wall, cpu, _ = run(
                crawl_command(hosts, db, "--json", "--due"), proxy
            )
    return {
        "outlets": OUTLETS,
        "known": OUTLETS * LINKS,
        "requests": report["requests"],
        "new": report["new"],
        "seconds": round(wall, 1),
        "CPU seconds": round(cpu, 1),
    }


def make_known(db: Path) -> None:
    """Mark every page as read, and every source as due."""
    with sqlite3.connect(db) as connection:
        connection.execute(
            "UPDATE pages SET outcome = 'article', next_check = '2099-01-01T00:00:00Z'"
            " WHERE kind = 'article'"
        )
        connection.execute(
            "UPDATE pages SET next_check = '2020-01-01T00:00:00Z'"
            " WHERE kind <> 'article' AND outcome = 'listing'"
        )
    connection.close()


def measure_kills(newsroom: Path, kills: int) -> dict[str, Any]:
    """Kill one crawl at random moments; compare with a crawl that was left alone."""
    pages = load_pages(newsroom / "reprints", 1)
    targets = sorted({f"http://{urlsplit(page['url']).netloc}/" for page in pages})
    chance = random.Random(6)
    with tempfile.TemporaryDirectory(prefix="wirecopy-") as folder:
        work = Path(folder)
        with served(newsroom, pages, work) as proxy:
            run(crawl_command(targets, work / "calm.db", "--json"), proxy)
            killed, again = work / "killed.db", 0
            for _ in range(kills):
                again += kill_one(crawl_command(targets, killed), proxy, killed, chance)
            run(crawl_command(targets, killed, "--json"), proxy)
            run(crawl_command(targets, killed, "--json"), proxy)
        calm, hurt = read_stories(work / "calm.db"), read_stories(killed)
        with sqlite3.connect(killed) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
            twice = connection.execute(
                "SELECT count(*) FROM pages WHERE kind = 'article' AND fetches > 1"
            ).fetchone()[0]
    return {
        "kills": kills,
        "runs that had ended before": again,
        "articles, calm and killed": [sum(map(len, calm)), sum(map(len, hurt))],
        "same partition": calm == hurt,
        "integrity": sound,
        "committed pages fetched again": twice,
    }


def kill_one(command: list[str], proxy: str, db: Path, chance: random.Random) -> bool:
    """Run, and kill after some time; tells whether it had ended by itself."""
    child = subprocess.Popen(
        command,
        env={**os.environ, "http_proxy": proxy},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        child.wait(chance.uniform(1.0, 5.0))
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
        return False
    return True


def read_stories(db: Path) -> set[frozenset[str]]:
    stories: dict[int, set[str]] = {}
    with sqlite3.connect(db) as connection:
        for key, story in connection.execute("SELECT url_key, story FROM articles"):
            stories.setdefault(story, set()).add(key)
    return {frozenset(members) for members in stories.values()}


def main() -> None:
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("newsroom", type=Path)
    cli.add_argument("--folder", action="append", choices=["pages", "reprints"])
    cli.add_argument("--times", type=int, default=1)
    cli.add_argument("--round", action="store_true")
    cli.add_argument("--kills", type=int, default=0)
    cli.add_argument("--memory", action="store_true")
    args = cli.parse_args()
    compile_modules()
    if args.round:
        results = [measure_round(args.newsroom)]
    elif args.memory:
        results = [measure_memory(args.newsroom, args.times)]
    elif args.kills:
        results = [measure_kills(args.newsroom, args.kills)]
    else:
        folders = args.folder or ["pages", "reprints"]
        results = [measure_speed(args.newsroom, name, args.times) for name in folders]
    for result in results:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
