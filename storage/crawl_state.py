"""What was fetched, what waits, and when to look again.

The queue of a crawl is the table itself: a link is a row before it is a request, so a
crawl that dies loses nothing and asks for nothing twice. Every time is in epoch
seconds here and an ISO 8601 text in the table, and comes in as an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from storage.urls import article_id, source_key, url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlite_utils import Database

PageKind = Literal["article", "feed", "news sitemap", "sitemap", "section"]
Outcome = Literal["article", "not an article", "failed", "listing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that a source named; *hint* is its date in epoch seconds, if told."""

    url: str
    hint: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """A row of pages: one address, what came of it, and when to look again.

    *interval* is the polling interval of a source or the age step of an article in
    seconds; *found* and *fresh* count the links a source ever named and the new ones.
    A page without *outcome* waits for its first fetch.
    """

    url_key: str
    url: str
    outlet: int | None = None
    kind: PageKind = "article"
    outcome: Outcome | None = None
    reason: str | None = None
    article: int | None = None
    hint: float | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_hash: str | None = None
    first_seen: float | None = None
    first_fetched: float | None = None
    last_fetched: float | None = None
    changed: float | None = None
    next_check: float | None = None
    interval: float | None = None
    fetches: int = 0
    changes: int = 0
    failures: int = 0
    found: int = 0
    fresh: int = 0
    url_id: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsState:
    """The robots.txt of a host (scheme, name and port) as it was last fetched."""

    host: str
    status: int | None
    body: str
    fetched: float
    etag: str | None = None


COLUMNS = tuple(PageState.__slots__)
DAY = 86400.0
_TIMES = frozenset(
    {"hint", "first_seen", "first_fetched", "last_fetched", "changed", "next_check"}
)
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM pages"
_UPSERT = (
    f"INSERT INTO pages ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    " ON CONFLICT (url_key) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])
)
# What was taken down is not even fetched: an archive would keep it.
_QUEUE = (
    "INSERT INTO pages (url_key, url, outlet, kind, hint, first_seen, url_id)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7"
    " WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE url_key = ?1)"
    " ON CONFLICT (url_key) DO NOTHING"
)
_COLUMNS_OF_PAGES = ", ".join(f"pages.{column}" for column in COLUMNS)
# Two lists, so that each is read off an index and the first fetches go first.
_NEW = "WHERE outlet = ? AND kind = 'article' AND outcome IS NULL"
_AGAIN = "WHERE outlet = ? AND kind = 'article' AND outcome IS NOT NULL"


class CrawlState:
    """Reads and writes pages and robots; the caller owns the transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def page(self, key: str) -> PageState | None:
        """Return the page under *key*, which is a url_key or a source_key."""
        pages = self._pages("WHERE url_key = ?", [key])
        return pages[0] if pages else None

    def save(self, page: PageState) -> None:
        """Write every column of *page*; one statement, no transaction of its own."""
        self.db.execute(_UPSERT, [_to_column(page, column) for column in COLUMNS])

    def remember(
        self, links: Iterable[Link], *, outlet: int | None, now: float
    ) -> tuple[int, int]:
        """Queue the links that are not known; return how many there are, and new ones.

        A link that is known keeps its row, and so does an address that differs from
        it only in what url_key ignores.
        """
        seen = iso(now)
        return self._queue(
            (
                url_key(link.url),
                link.url,
                outlet,
                "article",
                iso(link.hint),
                seen,
                article_id(link.url),
            )
            for link in links
        )

    def add_sources(
        self, sources: Iterable[tuple[str, PageKind]], *, outlet: int, now: float
    ) -> tuple[int, int]:
        """Queue feeds, sitemaps and section pages, as (URL, kind); counts as above."""
        seen = iso(now)
        return self._queue(
            (source_key(url), url, outlet, kind, None, seen, None)
            for url, kind in sources
        )

    def sources(self, outlet: int) -> list[PageState]:
        """Return every feed, sitemap and section page that is known of an outlet."""
        return self._pages("WHERE outlet = ? AND kind <> 'article'", [outlet])

    def all_sources(self) -> list[PageState]:
        """Return the sources of every outlet."""
        return self._pages("WHERE kind <> 'article' ORDER BY outlet, id", [])

    def archived(self) -> Iterator[tuple[PageState, str | None]]:
        """Yield the article pages that a WARC file holds, with their outlet's name."""
        last = 0
        while True:
            rows = self.db.execute(
                f"SELECT pages.id, outlets.name, {_COLUMNS_OF_PAGES} FROM pages"
                " LEFT JOIN outlets ON outlets.id = pages.outlet"
                " WHERE pages.id > ? AND warc_file IS NOT NULL AND kind = 'article'"
                " ORDER BY pages.id LIMIT 500",
                [last],
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for row in rows:
                yield _from_row(row[2:]), row[1]

    def ask_again(self, *, only_unarchived: bool = False) -> int:
        """Make every article due, to be fetched without condition; returns how many.

        The page's hash goes, so that the same bytes are extracted too; the article
        keeps its own, by which they are no revision.
        """
        sql = (
            "UPDATE pages SET next_check = '1970-01-01T00:00:00Z', etag = NULL,"
            " last_modified = NULL, content_hash = NULL WHERE kind = 'article' AND outcome = 'article'"
        )
        if only_unarchived:
            sql += " AND warc_file IS NULL"
        return int(self.db.execute(sql).rowcount)

    def languages(self) -> list[str]:
        """Return the language of every article that has one."""
        sql = "SELECT language FROM articles WHERE language IS NOT NULL"
        return [row[0] for row in self.db.execute(sql).fetchall()]

    def due(
        self,
        outlet: int,
        *,
        now: float,
        limit: int,
        without: Sequence[str] = (),
        since: float | None = None,
    ) -> list[PageState]:
        """Return articles to fetch: first fetches, newest first, then second looks.

        *without* are keys that are under way; a page whose hint is before *since*
        keeps waiting.
        """
        held, most = set(without), limit + len(without)
        pages = self._pages(
            f"{_NEW} AND (hint IS NULL OR hint >= ?)"
            " ORDER BY hint DESC NULLS LAST, id LIMIT ?",
            [outlet, iso(since) or "", most],
        )
        if len(pages) < most:
            pages += self._pages(
                f"{_AGAIN} AND next_check <= ? ORDER BY next_check LIMIT ?",
                [outlet, iso(now), most - len(pages)],
            )
        return [page for page in pages if page.url_key not in held][:limit]

    def waiting(self, outlet: int) -> int:
        """Count the articles of an outlet that wait for their first fetch."""
        row = self.db.execute(f"SELECT count(*) FROM pages {_NEW}", [outlet]).fetchone()
        return int(row[0])

    def is_news(self, outlet: int) -> bool:
        """Tell whether an article of the outlet is stored, or may be: one waits."""
        sql = f"SELECT 1 FROM pages {_NEW} LIMIT 1"
        if self.db.execute(sql, [outlet]).fetchone():
            return True
        sql = "SELECT 1 FROM articles WHERE outlet = ? LIMIT 1"
        return self.db.execute(sql, [outlet]).fetchone() is not None

    def robots(self, host: str) -> RobotsState | None:
        """Return the cached robots.txt of *host* ("http://example.org")."""
        row = self.db.execute(
            "SELECT host, status, body, etag, fetched FROM robots WHERE host = ?",
            [host],
        ).fetchone()
        if row is None:
            return None
        return RobotsState(
            host=row[0], status=row[1], body=row[2], etag=row[3], fetched=epoch(row[4])
        )

    def save_robots(self, robots: RobotsState) -> None:
        """Keep a robots.txt for the next runs."""
        self.db.execute(
            "INSERT INTO robots (host, status, body, etag, fetched)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (host) DO UPDATE SET"
            " status = excluded.status, body = excluded.body,"
            " fetched = excluded.fetched, etag = excluded.etag",
            [robots.host, robots.status, robots.body, robots.etag, iso(robots.fetched)],
        )

    def _queue(self, rows: Iterable[tuple[Any, ...]]) -> tuple[int, int]:
        listed = list(rows)
        before = self.db.conn.total_changes
        self.db.conn.executemany(_QUEUE, listed)
        return len(listed), self.db.conn.total_changes - before

    def _pages(self, where: str, values: list[Any]) -> list[PageState]:
        rows = self.db.execute(f"{_SELECT} {where}", values).fetchall()
        return [_from_row(row) for row in rows]


def iso(seconds: float | None) -> str | None:
    """Write epoch seconds as the table does: "2026-11-01T05:00:00Z"."""
    if seconds is None:
        return None
    # Dates before year 1 or after 9999 come from broken feeds and are no hints.
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    # strftime() writes years below 1000 without their zeros, which nobody reads again.
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def epoch(text: str) -> float:
    """Read what iso() wrote, also before it filled up years below 1000."""
    return datetime.fromisoformat(text.zfill(len("2026-11-01T05:00:00Z"))).timestamp()


def _to_column(page: PageState, column: str) -> Any:
    value = getattr(page, column)
    return iso(value) if column in _TIMES else value


def _from_row(row: Sequence[Any]) -> PageState:
    values = dict(zip(COLUMNS, row, strict=True))
    for column in _TIMES:
        if values[column] is not None:
            values[column] = epoch(values[column])
    return PageState(**values)
