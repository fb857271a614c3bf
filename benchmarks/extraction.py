"""CPU a page beside trafilatura with its metadata, and one worker beside two.

python benchmarks/extraction.py FOLDER_OF_PAGES

The folder holds HTML files, also .gz, and a manifest.jsonl with the url and file of each
where there is one. Both tools read the same pages in turns, so that a busy machine slows
both alike; CPU time is user and system together.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import statistics
import time
from pathlib import Path

import trafilatura

from crawler.errors import CrawlerError, NotAnArticle
from crawler.extract.article import extract
from crawler.extract.workers import ExtractionPool, Task

BAR_TRAFILATURA = 1.3
BAR_WORKERS = 1.7
_ROUNDS = 3
_IN_TURNS = 10


def load_pages(folder: Path, most: int) -> list[Task]:
    """Read the pages of *folder*, with their addresses where a manifest tells them."""
    manifest = folder / "manifest.jsonl"
    if manifest.exists():
        rows = map(json.loads, manifest.read_text("utf-8").splitlines())
        named = [(folder / row["file"], row["url"]) for row in rows]
    else:
        found = sorted(folder.rglob("*.html*"))
        named = [(path, f"https://outlet.test/{path.stem}/page.html") for path in found]
    return [Task(html=_read(path), url=url) for path, url in named[:most]]


def _read(path: Path) -> bytes:
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def take(pages: list[Task]) -> float:
    """Extract *pages* here; return the CPU seconds that it took."""
    started = time.process_time()
    for page in pages:
        with contextlib.suppress(NotAnArticle):
            extract(page.html, page.url)
    return time.process_time() - started


def take_with_trafilatura(pages: list[Task]) -> float:
    """Let trafilatura extract *pages*, metadata too; return the CPU seconds."""
    started = time.process_time()
    for page in pages:
        trafilatura.bare_extraction(page.html, url=page.url, with_metadata=True)
    return time.process_time() - started


def compare_cpu(pages: list[Task]) -> None:
    """Print the milliseconds a page of both, taken in turns."""
    take(pages[:_IN_TURNS])
    take_with_trafilatura(pages[:_IN_TURNS])
    ours = theirs = 0.0
    for start in range(0, len(pages), _IN_TURNS):
        some = pages[start : start + _IN_TURNS]
        ours += take(some)
        theirs += take_with_trafilatura(some)
    each = [1000 * seconds / len(pages) for seconds in (ours, theirs)]
    print(f"CPU a page: {each[0]:.1f} ms; trafilatura {each[1]:.1f} ms")
    print(f"ratio {ours / theirs:.2f} (bar: at most {BAR_TRAFILATURA})")


def seconds_with(workers: int, pages: list[Task]) -> float:
    """Extract *pages* in a pool that is warm; return the seconds on the wall."""
    with ExtractionPool(workers) as pool:
        _finish(pool, pages[: 2 * workers])
        started = time.perf_counter()
        _finish(pool, pages)
        return time.perf_counter() - started


def _finish(pool: ExtractionPool, pages: list[Task]) -> None:
    for future in [pool.submit(page) for page in pages]:
        with contextlib.suppress(NotAnArticle, CrawlerError):
            future.result()


def compare_workers(pages: list[Task]) -> None:
    """Print how many times as fast two workers are as one, in turns."""
    taken: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(_ROUNDS):
        for workers, times in taken.items():
            times.append(seconds_with(workers, pages))
    one, two = (statistics.median(times) for times in taken.values())
    rate = len(pages) / two
    print(f"one worker {one:.2f} s, two {two:.2f} s, {rate:.0f} pages a second")
    print(f"ratio {one / two:.2f} (bar: at least {BAR_WORKERS}; needs two idle cores)")


def main() -> None:
    """Measure both on the pages of one folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=240)
    parser.add_argument("--only", choices=("cpu", "workers"))
    options = parser.parse_args()
    pages = load_pages(options.folder, options.pages)
    print(f"{len(pages)} pages of {options.folder}")
    if options.only != "workers":
        compare_cpu(pages)
    if options.only != "cpu":
        compare_workers(pages)


if __name__ == "__main__":
    main()
