"""The database as one object: open it, write in transactions, add articles."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from storage.opening import named_errors, open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlite_utils import Database

    from dedupe.parameters import Parameters
    from storage.adding import Adder
    from storage.article import Article
    from storage.verdict import Verdict


class Store:
    """One connection to a database: readers use *db*, writers a transaction()."""

    def __init__(
        self,
        db: Database,
        path: Path,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.db = db
        self.path = path
        self.now = now or (lambda: datetime.now(UTC))
        self._adder: Adder | None = None
        # What SQLite counts the commits of other connections with, when last asked.
        self._version: int | None = None

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = True,
        read_only: bool = False,
        busy_seconds: float = 30.0,
        cache_mb: int = 128,
        now: Callable[[], datetime] | None = None,
    ) -> Self:
        """Open the database at *path*; made unless *create* is False.

        Raises DatabaseError or one of its kinds, with nothing written.
        """
        path = Path(path)
        db = open_database(
            path,
            create=create,
            read_only=read_only,
            busy_seconds=busy_seconds,
            cache_mb=cache_mb,
        )
        return cls(db, path, now)

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            with named_errors(self.path):
                raise error

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Write under BEGIN IMMEDIATE: all of it or nothing.

        Inside another transaction it is a savepoint, so that one article can fail
        alone. Raises DatabaseBusyError where another writer does not end in time.
        """
        with named_errors(self.path):
            if self.db.conn.in_transaction:
                yield from self._savepoint()
                return
            self.db.execute("BEGIN IMMEDIATE")
            try:
                self._heed_others()
                yield self.db
                self._write_waiting()
                self.db.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _heed_others(self) -> None:
        """Forget what was read before another connection committed."""
        (version,) = self.db.conn.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._forget_written((0, 0, 0))

    def _roll_back(self) -> None:
        # A full disk may have ended the transaction already.
        if self.db.conn.in_transaction:
            self.db.execute("ROLLBACK")
        self._forget_written((0, 0, 0))

    def _savepoint(self) -> Iterator[Database]:
        waiting = (0, 0, 0) if self._adder is None else self._adder.waiting()
        # Of one name, so that SQLite compiles the statement once.
        self.db.conn.execute("SAVEPOINT article")
        try:
            yield self.db
            self.db.conn.execute("RELEASE article")
        except BaseException:
            if self.db.conn.in_transaction:
                self.db.conn.execute("ROLLBACK TO article")
                self.db.conn.execute("RELEASE article")
            self._forget_written(waiting)
            raise

    def _write_waiting(self) -> None:
        if self._adder is not None:
            self._adder.write()

    def _forget_written(self, waiting: tuple[int, int, int]) -> None:
        if self._adder is not None:
            self._adder.back_to(waiting)

    @property
    def adder(self) -> Adder:
        """What writes articles; made at the first use, since it loads the kernels."""
        if self._adder is None:
            from storage.wiring import make_adder

            self._adder = make_adder(self.db)
        return self._adder

    @property
    def parameters(self) -> Parameters:
        """The settings that the index was built with."""
        return self.adder.decider.parameters

    def reload(self) -> None:
        """Read settings and keep rule again: they have changed."""
        if self.db.conn.in_transaction:
            self._write_waiting()
        self._adder = None

    def forget_caches(self) -> None:
        """Ask the database again for what other processes may have written."""
        if self._adder is not None:
            self._adder.forget_caches()

    def add(self, article: Article, *, run: int | None = None) -> Verdict:
        """Add one article in a transaction of its own."""
        return self.add_all([article], run=run)[0]

    def add_all(
        self,
        articles: Iterable[Article],
        *,
        run: int | None = None,
        also: Callable[[int, Verdict], None] | None = None,
    ) -> list[Verdict]:
        """Add *articles* in one transaction, each under a savepoint.

        Cleaning and signing are done before the transaction begins. About 100 a
        call is what the one writer of a crawl sends. *also* is called with the number
        of each article and its verdict inside that savepoint, so that a crawl writes
        the page's state with it or not at all.
        """
        prepared = self.adder.prepare(list(articles))
        verdicts: list[Verdict] = []
        with self.transaction(), self.adder.batch(prepared):
            for number, one in enumerate(prepared):
                with self.transaction():
                    verdict = self.adder.add(one, run)
                    if also is not None:
                        also(number, verdict)
                verdicts.append(verdict)
        return self.adder.joined(verdicts)
