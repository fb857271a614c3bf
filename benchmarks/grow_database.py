"""What one article costs in a database of any size: python grow_database.py 1000000.

Fills a database with made-up articles by the shortest way (rows and sorted keys, no
candidates: they are strangers; the search index in large pieces that are joined at the
end), then adds real batches of 100 through Store.add_all,
a third of them copies of articles in the database, and prints milliseconds an article.
The time of a batch's own work is taken inside the transaction, without cleaning and
signing, which crawls do elsewhere; each article bears its share of what the batch reads
at its beginning and writes at its end, but for the words, which go to the search index with
the commit. The mean with commits holds everything but cleaning and signing. CPU time
stands beside, which a busy machine lengthens less.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from dedupe.bands import number_bands
from dedupe.block import Block
from dedupe.incremental import BAND, PASSAGE
from dedupe.parameters import DEFAULT
from dedupe.shingles import analyse_texts
from dedupe.signature import permutations
from dedupe.slim_imports import collect_seldom, kept
from dedupe.text_column import TextColumn
from storage.article import Article
from storage.key_filter import KeyFilter
from storage.key_runs import SLICES, key_blobs, lay_out
from storage.recent_keys import MOST, draw_stamp
from storage.search import index_article
from storage.settle import settle
from storage.store import Store

START = datetime(2020, 1, 1, tzinfo=UTC)
OUTLETS = 200
# Keys are inserted in order, so the larger a batch the fewer walks over their tables.
BATCH = 250_000
# Articles of whose keys, 53 each, some wait where all were added one by one.
RECENT = 2 * MOST // 53


def vocabulary(rng: random.Random) -> list[str]:
    """Make 40,000 words, as many as a language uses in news."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(rng.choices(letters, k=rng.randint(3, 9))) for _ in range(40_000)]


def body(rng: random.Random, words: list[str]) -> list[str]:
    """Make 8 to 14 paragraphs of two sentences, some words far likelier than others."""
    paragraphs = []
    for _ in range(rng.randint(8, 14)):
        sentences = []
        for _ in range(2):
            picked = [
                words[int(40_000 * rng.random() ** 3)]
                for _ in range(rng.randint(8, 22))
            ]
            sentences.append(" ".join(picked).capitalize() + ".")
        paragraphs.append(" ".join(sentences))
    return paragraphs


def fill(store: Store, count: int, rng: random.Random, words: list[str]) -> None:
    """Insert *count* stories of one article each."""
    have = store.db.conn.execute("SELECT count(*) FROM articles").fetchone()[0]
    usual = set_search_memory(store, 512 << 20)
    for start in range(have, count, BATCH):
        numbers = range(start + 1, min(count, start + BATCH) + 1)
        bodies = ["\n\n".join(body(rng, words)) for _ in numbers]
        headlines = [" ".join(rng.choices(words, k=8)) for _ in numbers]
        found = analyse_texts(
            TextColumn.from_strings(bodies),
            TextColumn.from_strings(headlines),
            permutations=permutations(DEFAULT.num_perm, DEFAULT.seed),
            bands=DEFAULT.bands,
            rows=DEFAULT.rows,
            keep_signatures=True,
        )
        with store.transaction() as db:
            if not start:
                db.conn.executemany(
                    "INSERT INTO outlets (id, name) VALUES (?, ?)",
                    [(n + 1, f"outlet{n}.test") for n in range(OUTLETS)],
                )
            # Stories and articles name each other.
            db.conn.execute("PRAGMA defer_foreign_keys = on")
            write(store, numbers, bodies, headlines, found)
        print(f"{numbers[-1]:,} filled", flush=True)
    set_search_memory(store, usual)
    if have < count and count > RECENT:
        with store.transaction():
            let_keys_wait(store, count - RECENT)
    if count > RECENT:
        write_filters(store)
    if have < count:
        # Else the first batch that is measured would join them.
        store.db.conn.execute("INSERT INTO search (search) VALUES ('optimize')")


def let_keys_wait(store: Store, since: int) -> None:
    """Take out of their tables what a crawl had not written of the last articles."""
    conn = store.db.conn
    texts = conn.execute(
        "SELECT id, headline, body FROM articles WHERE id > ? AND indexed", [since]
    ).fetchall()
    signed = store.adder.decider.sign_all([text[1:] for text in texts])
    rows = [
        (text[0], (text[0] - since) * SLICES // RECENT, *key_blobs(one.entry))
        for text, one in zip(texts, signed, strict=True)
    ]
    conn.executemany("INSERT INTO recent_keys VALUES (?, ?, ?, ?)", rows)
    waiting = lay_out(rows, SLICES)
    for kind, table in ((BAND, "bands"), (PASSAGE, "passage_keys")):
        conn.executemany(
            f"DELETE FROM {table} WHERE key = ? AND article = ?", waiting.rows(kind)
        )
    draw_stamp(conn)


def write_filters(store: Store) -> None:
    """Write a filter of every slice of keys that has none, as a crawl had done."""
    conn = store.db.conn
    known = {row[0] for row in conn.execute("SELECT slice FROM key_filters")}
    with store.transaction():
        keys = KeyFilter(conn)
        for part in set(range(SLICES)) - known:
            keys.write(part, 0)
        draw_stamp(conn)


def set_search_memory(store, size: int) -> int:
    """Let the search index gather *size* bytes of words before it writes a segment.

    Returns how many it gathered before.
    """
    (before,) = store.db.conn.execute(
        "SELECT v FROM search_config WHERE k = 'hashsize'"
    ).fetchone()
    store.db.conn.execute(
        "INSERT INTO search (search, rank) VALUES ('hashsize', ?)", [size]
    )
    return int(before)


def write(store, numbers, bodies, headlines, found) -> None:
    """Write one batch of rows, keys in the order of their tables."""
    conn = store.db.conn
    folds = found.folds.view(np.int64).tolist()
    titles = found.headlines.view(np.int64).tolist()
    conn.executemany(
        "INSERT INTO stories (id, name, anchor, canonical, first) VALUES (?,?,?,?,?)",
        [(n, h, n, n, n) for n, h in zip(numbers, headlines, strict=True)],
    )
    conn.executemany(
        "INSERT INTO articles (id, url_key, url, outlet, headline, published, fetched,"
        " words, story, indexed, text_hash, headline_hash, block_kinds, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
        [
            (
                n, f"old.test/{n}", f"http://old.test/{n}", n % OUTLETS + 1, headline,
                moment(n), moment(n), len(text.split()), n, fold, title,
                "p" * (text.count("\n\n") + 1), text,
            )
            for n, headline, text, fold, title in zip(
                numbers, headlines, bodies, folds, titles, strict=True
            )
        ],
    )  # fmt: skip
    ids = np.arange(numbers[0], numbers[-1] + 1)
    bands = number_bands(found.bands).view(np.int64).ravel()
    owners = np.repeat(ids, DEFAULT.bands)
    insert_keys(conn, "bands", bands, owners)
    counts = np.diff(found.key_offsets)
    insert_keys(conn, "passage_keys", found.keys.view(np.int64), np.repeat(ids, counts))
    conn.executemany(
        "INSERT INTO signatures (article, minima) VALUES (?, ?)",
        [(n, found.signatures[i].tobytes()) for i, n in enumerate(numbers)],
    )
    for number, headline, text in zip(numbers, headlines, bodies, strict=True):
        index_article(store.db, number, headline, text)


def insert_keys(conn, table, keys, owners) -> None:
    """Insert keys in order, so that a batch walks the table once."""
    order = np.lexsort((owners, keys))
    conn.executemany(
        f"INSERT OR IGNORE INTO {table} (key, article) VALUES (?, ?)",
        zip(keys[order].tolist(), owners[order].tolist(), strict=True),
    )


def moment(number: int) -> str:
    """Give article *number* a time, one a minute."""
    return (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def article(store, number, size, rng, words, copies) -> Article:
    """Make a new article, or a lightly cut copy of one in the database."""
    paragraphs, headline = body(rng, words), " ".join(rng.choices(words, k=8))
    if rng.random() < copies:
        old = rng.randint(1, size)
        text, headline = store.db.conn.execute(
            "SELECT body, headline FROM articles WHERE id = ?", [old]
        ).fetchone()
        paragraphs = text.split("\n\n")[: rng.randint(5, 14)]
    outlet = f"outlet{rng.randrange(OUTLETS)}.test"
    when = START + timedelta(minutes=size + number)
    return Article(
        url=f"http://{outlet}/{rng.getrandbits(48)}",
        outlet=outlet,
        headline=headline,
        blocks=tuple(Block(text) for text in paragraphs),
        published=when,
        published_precision="minute",
        fetched=when,
    )


def measure(store, size, batches, rng, words) -> None:
    """Add *batches* of 100 and print what an article costs, in wall and CPU time."""
    made = [
        [article(store, batch * 100 + n, size, rng, words, 0.33) for n in range(100)]
        for batch in range(batches)
    ]
    own, ends, preparing, whole = [], [], [], []
    for articles in made:
        began = clocks()
        prepared = store.adder.prepare(articles)
        preparing.append(since(began))
        own += add_batch(store, prepared, ends, whole)
    print(f"adding {batches * 100:,} to {size:,} (milliseconds an article):")
    for name, place in (("wall", 0), ("CPU", 1)):
        # What a batch's search index costs is shared out over its articles.
        shares = [end[place] / 100 for end in ends for _ in range(100)]
        each = sorted(
            one[place] + share for one, share in zip(own, shares, strict=True)
        )
        print(
            f"  {name}: own work median {statistics.median(each):.2f},"
            f" 99th percentile {each[int(len(each) * 0.99)]:.1f};"
            f" mean with commits {mean(whole, place):.2f};"
            f" cleaning and signing {mean(preparing, place):.2f}"
        )


def add_batch(store, prepared, ends, whole) -> list[tuple[float, float]]:
    """Add one batch; return each article's own times, and note those of the batch."""
    own = []
    start = clocks()
    with store.transaction():
        with ExitStack() as stack:
            began = clocks()
            stack.enter_context(store.adder.batch(prepared))
            begin = since(began)
            for one in prepared:
                began = clocks()
                with store.transaction():
                    store.adder.add(one)
                own.append(since(began))
            began = clocks()
        store.adder.write()
        end = since(began)
        ends.append((begin[0] + end[0], begin[1] + end[1]))
    whole.append(since(start))
    return own


def measure_settle(store, count, rng) -> None:
    """Derive *count* random articles again and print what one costs."""
    (most,) = store.db.conn.execute("SELECT max(id) FROM articles").fetchone()
    with store.transaction() as db:
        db.conn.executemany(
            "INSERT INTO settle_queue (article, reason) SELECT id, 'benchmark'"
            " FROM articles WHERE id = ? ON CONFLICT (article) DO NOTHING",
            [(rng.randint(1, most),) for _ in range(count)],
        )
    began = clocks()
    settled = settle(store).articles
    wall, cpu = since(began)
    print(f"settle: {wall / settled:.2f} wall, {cpu / settled:.2f} CPU ({settled:,})")


def clocks() -> tuple[float, float]:
    """Return the time now, and this thread's CPU time, which takes longer to ask."""
    cpu = time.thread_time()
    return time.perf_counter(), cpu


def since(start: tuple[float, float]) -> tuple[float, float]:
    """Return the milliseconds since clocks()."""
    now = time.perf_counter()
    return (now - start[0]) * 1000, (time.thread_time() - start[1]) * 1000


def mean(times, place) -> float:
    """Return the mean an article of the times of batches."""
    return statistics.fmean(one[place] for one in times) / 100


def main() -> None:
    """Fill, open, add, and print sizes."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("size", type=int)
    cli.add_argument("--db", type=Path, default=Path("grown.db"))
    cli.add_argument("--batches", type=int, default=10)
    cli.add_argument("--settle", type=int, default=500)
    cli.add_argument("--sizes", action="store_true", help="walk the file: minutes")
    cli.add_argument("--cache-mb", type=int, default=128)
    args = cli.parse_args()
    rng = random.Random(7)
    words = vocabulary(rng)
    with Store.open(args.db, cache_mb=512) as store:
        fill(store, args.size, rng, words)
    start = time.perf_counter()
    with Store.open(args.db, cache_mb=args.cache_mb) as store:
        print(
            f"opened in {time.perf_counter() - start:.3f} s, cache {args.cache_mb} MB"
        )
        rng = random.Random(time.time_ns())
        # As the writer of a crawl does, once all is loaded.
        with kept():
            store.adder.prepare([])
        collect_seldom()
        measure(store, args.size, 2, rng, words)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        measure(store, args.size, args.batches, rng, words)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory {before // 1024} MB, then {after // 1024} MB")
        measure_settle(store, args.settle, rng)
    if args.sizes:
        sizes(args.db)


def sizes(path: Path) -> None:
    """Print the bytes an article of the index and of everything."""
    with Store.open(path, read_only=True) as store:
        count = store.db.conn.execute("SELECT count(*) FROM articles").fetchone()[0]
        index = store.db.conn.execute(
            "SELECT sum(pgsize) FROM dbstat"
            " WHERE name IN ('signatures', 'bands', 'passage_keys', 'recent_keys',"
            " 'recent_keys_turn', 'key_filters') AND aggregate = TRUE"
        ).fetchone()[0]
    print(f"index {index / count:,.0f} bytes an article of {count:,} articles;")
    print(f"whole file {path.stat().st_size / count:,.0f} bytes an article")


if __name__ == "__main__":
    main()
