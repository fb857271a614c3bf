"""Measures the project on the sets in ../shared and prints every figure.

Run by .ci/run, or by hand: ``python .ci/bars.py [NAME]...``. A figure below its floor
ends the run with exit 1.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"
ROOM = SHARED / "newsroom"
SETS = ("pages", "reprints", "seed")
WIRECOPY = str(Path(sys.executable).with_name("wirecopy"))
failures: list[str] = []


def bar(name: str, value: float, floor: float | None, *, at_most: bool = False) -> None:
    """Print one figure beside its floor (or ceiling), and remember a miss."""
    held = floor is None or (value <= floor if at_most else value >= floor)
    sign = "<=" if at_most else ">="
    limit = "" if floor is None else f"   bar {sign} {floor}"
    print(f"{'ok  ' if held else 'MISS'} {name}: {value}{limit}", flush=True)
    if not held:
        failures.append(name)


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and return it, output captured."""
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


@contextlib.contextmanager
def newsroom(*sets: str):
    """Serve *sets* of pages as a proxy on a free port; yield its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = [str(ROOM / name) for name in sets]
    command = [sys.executable, str(ROOM / "newsroom.py"), "--port", str(port), *folders]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def hosts_of(*sets: str) -> list[str]:
    """Return the hosts of *sets*, in order and once each."""
    found = {}
    for name in sets:
        for line in (ROOM / name / "manifest.jsonl").read_text("utf-8").splitlines():
            host = json.loads(line)["url"].split("/")[2]
            found[f"http://{host}/"] = True
    return list(found)


def crawl(proxy: str, db: Path, hosts: list[str]) -> subprocess.CompletedProcess[str]:
    """Crawl *hosts* through *proxy* into *db*."""
    return run(WIRECOPY, "crawl", *hosts, "--db", str(db), "--json", http_proxy=proxy)


def score(truth: str, articles: Path, *options: str) -> dict:
    """Score *articles* against the truth of set *truth*."""
    scorer, answer = str(ROOM / "score_pages.py"), str(ROOM / truth / "truth.jsonl")
    done = run(sys.executable, scorer, answer, str(articles), *options)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def rows(db: Path, sql: str) -> list[tuple]:
    """Return the rows of one query."""
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def fingerprint(db: Path) -> tuple:
    """Return what must be equal between two crawls: articles, and their partition."""
    members: dict[int, list[str]] = {}
    for story, key in rows(db, "select story, url_key from articles"):
        members.setdefault(story, []).append(key)
    texts = rows(db, "select url_key, headline, body from articles order by url_key")
    return texts, sorted(sorted(keys) for keys in members.values())


def share(counted: list[int]) -> float:
    """Return the share of (left, of how many)."""
    return round(counted[0] / max(1, counted[1]), 4)


def measure_crawl(folder: Path) -> None:
    """Crawl the three sets twice; score what came out beside raw trafilatura."""
    db, export, hosts = folder / "news.db", folder / "export.jsonl", hosts_of(*SETS)
    with newsroom(*SETS) as proxy:
        started = time.perf_counter()
        done = crawl(proxy, db, hosts)
        print(f"     first crawl: {time.perf_counter() - started:.1f} s")
        if done.returncode not in (0, 3):
            raise SystemExit(done.stderr)
        before = counts(db)
        seen = read_log(proxy)
        crawl(proxy, db, hosts)
        again = read_log(proxy)[len(seen) :]
        after = counts(db)
    bar("rows added by a second crawl", sum(after) - sum(before), 0, at_most=True)
    private = sum(entry["path"].startswith("/private/") for entry in seen + again)
    bar("requests for /private/", private, 0, at_most=True)
    feeds = [e for e in again if e["path"].endswith(".xml") and e["status"] != 404]
    unchanged = sum(entry["status"] == 304 for entry in feeds)
    bar("feeds and sitemaps answered 304", share([unchanged, len(feeds)]), 1.0)
    run(WIRECOPY, "export", "--db", str(db), "--all", "-o", str(export))
    measure_pages(db, export)
    measure_reprints(export)
    measure_seed(export)


def counts(db: Path) -> list[int]:
    """Return the numbers of articles, stories and pairs."""
    tables = ("articles", "stories", "pairs")
    return [rows(db, f"select count(*) from {table}")[0][0] for table in tables]


def read_log(proxy: str) -> list[dict]:
    """Return every request that the newsroom has answered."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))
    with opener.open("http://newsroom/log") as answer:
        return [json.loads(line) for line in answer.read().splitlines()]


def measure_pages(db: Path, export: Path) -> None:
    """Score the real pages; name those that were not stored."""
    wanted, stored = [], {key_of(json.loads(x)["url"]) for x in export.open()}
    for name in SETS:
        lines = (ROOM / name / "manifest.jsonl").read_text("utf-8").splitlines()
        wanted.extend(json.loads(line)["url"] for line in lines)
    missing = [url for url in wanted if key_of(url) not in stored]
    bar("pages stored as articles", round(1 - len(missing) / len(wanted), 4), 0.99)
    outcomes = dict(
        rows(db, "select url, outcome || ' ' || ifnull(reason, '') from pages")
    )
    for url in missing:
        print(f"     not stored: {url}: {outcomes.get(url, 'never fetched')}")
    aeb = score("pages", export, "--set", "aeb")
    bar("aeb: body F1 (raw trafilatura 0.960)", aeb["f1"], 0.972)
    real = score("pages", export, "--set", "publishers")
    bar("publishers: body F1 (raw trafilatura 0.947)", real["f1"], 0.966)
    for field, floor in (
        ("headline", 0.88),
        ("published", 0.98),
        ("published_minute", 0.92),
        ("authors", 0.88),
    ):
        bar(f"publishers: {field}", real[field]["share"], floor)


def key_of(url: str) -> str:
    """Return a URL without scheme, www., fragment and trailing slash, for comparing."""
    page = url.partition("#")[0]
    return page.split("//", 1)[1].removeprefix("www.").rstrip("/")


def measure_reprints(export: Path) -> None:
    """Score the reprints: blocks, boilerplate, agency, stories."""
    got = score("reprints", export)
    bar("reprints: body F1 (raw trafilatura 0.915)", got["f1"], 0.990)
    bar("reprints: headline", got["headline"]["share"], 0.99)
    bar("reprints: agency", got["agency"]["share"], 0.97)
    bar("reprints: repeats left", share(got["repeats_left"]), 0.01, at_most=True)
    left = share(got["boilerplate_left"])
    bar("reprints: boilerplate left", left, 0.02, at_most=True)
    bar("reprints: stories F1", got["stories"]["f1"], 0.985)


def measure_seed(export: Path) -> None:
    """Compare the seed article with its truth, block by block."""
    truth = json.loads((ROOM / "seed" / "truth.jsonl").read_text("utf-8"))
    article = next(
        row for row in map(json.loads, export.open()) if row["url"] == truth["url"]
    )
    bar("seed: headline right", int(article["headline"] == truth["headline"]), 1)
    kept = article["body"].split("\n\n")
    bar("seed: blocks kept, in order", int(kept == truth["body"]), 1)


def measure_kills(folder: Path) -> None:
    """Kill the crawl at random moments, resume it, and compare with a quiet one."""
    quiet, killed, hosts = (
        folder / "quiet.db",
        folder / "killed.db",
        hosts_of("reprints"),
    )
    rng = random.Random(5)
    with newsroom("reprints") as proxy:
        started = time.perf_counter()
        crawl(proxy, quiet, hosts)
        whole = time.perf_counter() - started
        for _ in range(5):
            kill_a_crawl(proxy, killed, hosts, rng.uniform(0.2, 0.9) * whole)
        crawl(proxy, killed, hosts)
    sound = rows(killed, "pragma integrity_check") == [("ok",)]
    bar("integrity after 5 kills", int(sound), 1)
    same = fingerprint(quiet) == fingerprint(killed)
    bar("same articles and stories after 5 kills", int(same), 1)


def kill_a_crawl(proxy: str, db: Path, hosts: list[str], after: float) -> None:
    """Start a crawl and kill its whole process group *after* some seconds."""
    child = subprocess.Popen(
        [WIRECOPY, "crawl", *hosts, "--db", str(db)],
        env=os.environ | {"http_proxy": proxy},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(after)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def measure_dump(folder: Path) -> None:
    """Deduplicate a labelled corpus of 10,000 articles, and the seed as a dump."""
    bench = SHARED / "bench"
    corpus, labels, stories = (folder / n for n in ("c.jsonl", "l.tsv", "s.tsv"))
    run(
        sys.executable, str(bench / "make_corpus.py"), "10000", str(corpus), str(labels)
    )
    done = run(
        WIRECOPY,
        "dedupe",
        str(corpus),
        "-o",
        str(folder / "clean.jsonl"),
        "--stories",
        str(stories),
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    scored = run(sys.executable, str(bench / "score.py"), str(labels), str(stories))
    got = json.loads(scored.stdout)
    bar("10,000 articles: F1 (best peer 0.842)", got["f1"], 0.99)
    bar("10,000 articles: precision", got["precision"], 0.995)
    for kind, found in got["with_original"].items():
        floor = 0.98 if kind in ("combo", "edit") else 0.99
        bar(f"10,000 articles: {kind} with its original", found, floor)
    truth = json.loads((ROOM / "seed" / "truth.jsonl").read_text("utf-8"))
    out = folder / "seed.jsonl"
    run(WIRECOPY, "dedupe", str(ROOM / "seed" / "article.txt"), "-o", str(out))
    text = json.loads(out.read_text("utf-8"))["text"]
    bar(
        "seed as a dump: its headline left in the text",
        text.count(truth["headline"]),
        0,
        at_most=True,
    )
    at = [text.find(block) for block in truth["body"]]
    bar(
        "seed as a dump: every block, in order",
        int(-1 not in at and at == sorted(at)),
        1,
    )


MEASURES = {"crawl": measure_crawl, "kills": measure_kills, "dump": measure_dump}


def main() -> int:
    """Run the named measures, or all; return 1 when a figure is below its floor."""
    for name in sys.argv[1:] or MEASURES:
        print(f"-- {name}")
        with tempfile.TemporaryDirectory() as folder:
            MEASURES[name](Path(folder))
    print(f"\n{len(failures)} figures below their bar: {', '.join(failures) or 'none'}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
