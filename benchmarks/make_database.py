"""Build a synthetic database of any size, to measure the pages and search on.

    python benchmarks/make_database.py big.db --articles 1000000

Rows are inserted directly, several thousand times faster than Store.add: texts are
words drawn from a made-up vocabulary, three articles of ten are copies. The index of
signatures, bands and passage keys, which no page reads, stays empty without --index;
with it, grow_database.py can add to what was built.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dedupe.parameters import DEFAULT
from storage.search import index_article
from storage.signing import IndexSigner
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

END = datetime(2026, 6, 30, tzinfo=UTC)
DAYS = 730
LANGUAGES = ("en", "ar", "de", "fr", "tr", "es")
AGENCIES = 12
BATCH = 20_000
_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ren",
    "to",
    "sa",
    "vel",
    "du",
    "pra",
    "shi",
    "on",
    "er",
)


@dataclass
class Maker:
    """Draws everything from one seed, so that two runs build the same database."""

    articles: int
    outlets: int = 300
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        size = 40_000
        picks = self.rng.integers(0, len(_SYLLABLES), (size, 4))
        lengths = self.rng.integers(2, 5, size)
        self.words = np.array(
            [
                "".join(_SYLLABLES[i] for i in row[:length])
                for row, length in zip(picks, lengths, strict=True)
            ]
        )
        weights = 1.0 / np.arange(3, size + 3)
        self.cumulative = np.cumsum(weights / weights.sum())

    def text(self, count: int) -> list[str]:
        """Draw *count* words, the frequent ones often."""
        places = np.searchsorted(self.cumulative, self.rng.random(count))
        return list(self.words[np.minimum(places, len(self.words) - 1)])

    def stories(self) -> Iterator[int]:
        """Sizes of stories until every article has one."""
        left = self.articles
        while left:
            drawn = 1 if self.rng.random() < 0.86 else int(self.rng.zipf(1.9)) + 1
            size = min(drawn, 60, left)
            left -= size
            yield size


def make_outlets(db: Database, maker: Maker) -> None:
    """Agencies and outlets, the first outlets being the agencies' own."""
    db.conn.executemany(
        "INSERT INTO agencies (id, name) VALUES (?, ?)",
        [(i + 1, f"Agency {chr(65 + i)}") for i in range(AGENCIES)],
    )
    db.conn.executemany(
        "INSERT INTO outlets (id, name, host, language, country, agency, last_success,"
        " usual_yield) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                i + 1,
                f"The {maker.words[i * 7].title()} {'Post' if i % 2 else 'Herald'} {i}",
                f"outlet{i}.example",
                LANGUAGES[i % len(LANGUAGES)],
                ("GB", "EG", "DE", "FR", "TR", "ES")[i % 6],
                i + 1 if i < AGENCIES else None,
                (END - timedelta(hours=int(maker.rng.integers(0, 90)))).isoformat(),
                float(maker.rng.gamma(2, 3)),
            )
            for i in range(maker.outlets)
        ],
    )


def make_articles(db: Database, maker: Maker) -> None:
    """Articles, their stories and search rows, the pairs and the removed blocks."""
    rows: list[tuple[Any, ...]] = []
    stories: list[tuple[Any, ...]] = []
    pairs: list[tuple[Any, ...]] = []
    article = 0
    for story, size in enumerate(maker.stories(), 1):
        day = float(maker.rng.random() * DAYS)
        first = END - timedelta(days=DAYS - day)
        headline = " ".join(maker.text(9)).capitalize()
        body = _body(maker)
        agency = int(maker.rng.integers(1, AGENCIES + 1)) if size > 1 else None
        outlets = maker.rng.integers(1, maker.outlets + 1, size)
        times = [first + timedelta(hours=float(h)) for h in maker.rng.gamma(1, 6, size)]
        times.sort()
        canonical = article + 1
        for at in range(size):
            article += 1
            rows.append(
                _article(article, story, at, headline, body, agency, outlets[at], times)
            )
            if at:
                pairs.append((canonical, article, "near", 0.8, 0.9, 0.85))
        stories.append(
            (
                story,
                headline,
                *(canonical,) * 3,
                size,
                len(set(outlets.tolist())),
                _iso(times[0]),
                _iso(times[-1]),
            )
        )
        if len(rows) >= BATCH:
            _write(db, maker, rows, stories, pairs)
            rows, stories, pairs = [], [], []
    _write(db, maker, rows, stories, pairs)


def _body(maker: Maker) -> str:
    words = maker.text(int(maker.rng.integers(60, 200)))
    return "\n\n".join(
        " ".join(words[at : at + 40]).capitalize() + "."
        for at in range(0, len(words), 40)
    )


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _article(
    article: int,
    story: int,
    at: int,
    headline: str,
    body: str,
    agency: int | None,
    outlet: int,
    times: list[datetime],
) -> tuple[Any, ...]:
    key = f"outlet{outlet - 1}.example/{article}"
    published = _iso(times[at])
    return (
        article,
        key,
        f"https://{key}",
        int(outlet),
        headline,
        agency,
        LANGUAGES[int(outlet - 1) % len(LANGUAGES)],
        published,
        "minute",
        "json-ld",
        published,
        ("world", "economy", "sport", "culture")[article % 4],
        body.count(" ") + 1,
        story,
        "copy" if at else "canonical",
        "p" * (body.count("\n\n") + 1),
        body,
        json.dumps({"headline": "og:title", "published": "json-ld"}),
    )


def _write(
    db: Database,
    maker: Maker,
    rows: list[tuple[Any, ...]],
    stories: list[tuple[Any, ...]],
    pairs: list[tuple[Any, ...]],
) -> None:
    with db.atomic():
        db.conn.executemany(
            "INSERT INTO stories (id, name, anchor, canonical, first, size, outlets,"
            " first_published, last_published) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            stories,
        )
        db.conn.executemany(
            "INSERT INTO articles (id, url_key, url, outlet, headline, agency, language,"
            " published, published_precision, published_from, fetched, section, words,"
            " story, role, block_kinds, body, field_sources)"
            f" VALUES ({', '.join('?' * 18)})",
            rows,
        )
        db.conn.executemany(
            "INSERT INTO pairs (a, b, verdict, jaccard, containment_a, containment_b)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            pairs,
        )
        db.conn.executemany(
            "INSERT INTO pages (url_key, url, outlet, article, outcome, status,"
            " last_fetched) VALUES (?, ?, ?, ?, 'article', 200, ?)",
            [(row[1], row[2], row[3], row[0], row[10]) for row in rows],
        )
        db.conn.executemany(
            "INSERT INTO removed_blocks (article, position, kind, text, reason)"
            " VALUES (?, 1, 'paragraph', 'Subscribe to our newsletter', 'boilerplate')",
            [(row[0],) for row in rows[::3]],
        )
        for row in rows:
            index_article(db, row[0], row[4], row[16])
        _close_calls(db, maker, rows)


def _close_calls(db: Database, maker: Maker, rows: list[tuple[Any, ...]]) -> None:
    """Add rejected pairs of strangers, which the Review page asks about."""
    picks = maker.rng.choice(len(rows), (len(rows) // 10, 2))
    db.conn.executemany(
        "INSERT OR IGNORE INTO pairs (a, b, verdict, jaccard, containment_a,"
        " containment_b, reason) VALUES (?, ?, 'rejected', ?, 0.5, 0.5, 'too little')",
        [
            (rows[min(i, j)][0], rows[max(i, j)][0], float(score))
            for (i, j), score in zip(
                picks.tolist(), maker.rng.uniform(0.3, 0.6, len(picks)), strict=True
            )
            if i != j
        ],
    )


def make_runs(db: Database, maker: Maker) -> None:
    """Two years of runs, one an hour, with counts at some outlets."""
    with db.atomic():
        for run in range(1, 2001):
            start = END - timedelta(hours=run)
            db.execute(
                "INSERT INTO runs (id, command, started, ended, outcome)"
                " VALUES (?, 'crawl', ?, ?, 'done')",
                (run, _iso(start), _iso(start + timedelta(minutes=7))),
            )
            db.conn.executemany(
                "INSERT INTO run_outlets (run, outlet, pages, articles, copies)"
                " VALUES (?, ?, 40, 12, 4)",
                [(run, o + 1) for o in range(0, maker.outlets, 10)],
            )


def make_index(db: Database) -> None:
    """Sign every text, and enter the first article of each into the index."""
    signer = IndexSigner(DEFAULT)
    keys: dict[str, list[np.ndarray]] = {"bands": [], "passage_keys": []}
    seen: set[int | None] = set()
    last = 0
    while rows := db.conn.execute(
        "SELECT id, headline, body FROM articles WHERE id > ? ORDER BY id LIMIT ?",
        [last, BATCH],
    ).fetchall():
        signed = signer.sign_all([row[1:] for row in rows])
        first = [one.fold not in seen and not seen.add(one.fold) for one in signed]
        new = [
            (row[0], one)
            for row, one, is_first in zip(rows, signed, first, strict=True)
            if is_first
        ]
        with db.atomic():
            db.conn.executemany(
                "UPDATE articles SET words = ?, text_hash = ?, headline_hash = ?,"
                " indexed = ? WHERE id = ?",
                [
                    (one.words, one.fold, one.headline, is_first, row[0])
                    for row, one, is_first in zip(rows, signed, first, strict=True)
                ],
            )
            db.conn.executemany(
                "INSERT INTO signatures (article, minima) VALUES (?, ?)",
                [(n, one.entry.signature.tobytes()) for n, one in new],
            )
        for table, name in (("bands", "bands"), ("passage_keys", "passages")):
            keys[table].append(
                np.array(
                    [(key, n) for n, one in new for _, key in getattr(one.entry, name)],
                    np.int64,
                )
            )
        last = rows[-1][0]
        print(f"{last:,} signed", flush=True)
    for table, parts in keys.items():
        _insert_keys(db, table, np.concatenate(parts))


def _insert_keys(db: Database, table: str, rows: np.ndarray) -> None:
    """Fill an empty table in its order."""
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    for start in range(0, len(rows), 1_000_000):
        with db.atomic():
            db.conn.executemany(
                f"INSERT OR IGNORE INTO {table} (key, article) VALUES (?, ?)",
                rows[start : start + 1_000_000].tolist(),
            )
    print(f"{table}: {len(rows):,} rows", flush=True)


def main() -> None:
    """Parse the arguments and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--index", action="store_true")
    options = parser.parse_args()
    with Store.open(options.database, cache_mb=1024) as store:
        store.db.execute("PRAGMA synchronous = off")
        store.db.execute("PRAGMA foreign_keys = off")
        maker = Maker(options.articles)
        make_outlets(store.db, maker)
        make_articles(store.db, maker)
        make_runs(store.db, maker)
        store.db.execute("INSERT INTO search (search) VALUES ('optimize')")
        if options.index:
            make_index(store.db)
        store.db.execute("ANALYZE")
    print(f"{options.database}: {options.articles} articles")


if __name__ == "__main__":
    main()
