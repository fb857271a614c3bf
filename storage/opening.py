"""Opening a database file: is it ours, is it whole, does it need a migration."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from storage.database import Database
from storage.errors import (
    DatabaseBusyError,
    DatabaseError,
    ForeignDatabaseError,
    NewerSchemaError,
    NotADatabaseError,
)
from storage.migrations import APPLICATION_ID, migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

_MAGIC = b"SQLite format 3\0"
_UNWRITABLE = ("attempt to write a readonly database", "unable to open database")
_BUSY = ("database is locked", "database table is locked", "database schema is locked")

# What SQLite says where it cannot lay its files out, or write to one.
_NO_ROOM = ("disk I/O error", "database or disk is full")
_ROOM = 65536


def open_database(
    path: Path,
    *,
    create: bool = True,
    read_only: bool = False,
    busy_seconds: float = 30.0,
    cache_mb: int = 128,
) -> Database:
    """Open *path*, make or migrate its schema, and set what a connection needs.

    Raises NotADatabaseError, ForeignDatabaseError or NewerSchemaError with nothing
    written, DatabaseBusyError after *busy_seconds*, DatabaseError otherwise.
    """
    is_new = _is_new(path)
    if is_new and (read_only or not create):
        what = "is empty" if path.exists() else "does not exist"
        raise DatabaseError(f"{path} {what}: name an existing database")
    with named_errors(path):
        db = _connect(path, read_only=read_only, busy_seconds=busy_seconds)
        try:
            _tune(db, cache_mb)
            if is_new:
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _refuse_newer(db, path)
            if not read_only:
                db.execute("PRAGMA journal_mode = wal")
                _migrate(db, path)
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def named_errors(path: Path | str) -> Iterator[None]:
    """Turn SQLite's errors into ours, with the file's name in the one line."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise DatabaseBusyError(
                f"{path} is being written by another process: wait until it is done"
            ) from error
        if str(error).startswith(_UNWRITABLE):
            raise DatabaseError(
                f"{path} cannot be written: check the rights of the file and its folder"
            ) from error
        if str(error) in _NO_ROOM and _is_full(Path(path)):
            raise DatabaseError(
                f"{path}: the disk is full: make room, and run the command again"
            ) from error
        raise DatabaseError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            raise
        raise DatabaseError(
            f"{path}: {error}: run wirecopy check, or restore a backup"
        ) from error


def is_busy(error: sqlite3.Error) -> bool:
    """Return if it only says that another process holds the database."""
    return str(error).startswith(_BUSY)


def _is_new(path: Path) -> bool:
    """Look at the file's header alone: SQLite itself may write when it opens one."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise DatabaseError(
                f"{path}: the folder {path.parent} does not exist: make it first"
            ) from None
        return True
    except OSError as error:
        raise DatabaseError(f"{path}: {error.strerror}") from error
    if not header:
        return True
    if not header.startswith(_MAGIC) or len(header) < 100:
        raise NotADatabaseError(f"{path} is not an SQLite database: name another file")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise ForeignDatabaseError(
            f"{path} is a database that wirecopy did not make: name another file"
        )
    return False


def _connect(path: Path, *, read_only: bool, busy_seconds: float) -> Database:
    mode = "mode=rwc"
    if read_only:
        # One that may write clears SQLite's files beside the database up behind it.
        mode = "mode=ro&immutable=1" if is_at_rest(path) else "mode=rw"
    conn = sqlite3.connect(
        f"{path.resolve().as_uri()}?{mode}",
        uri=True,
        timeout=busy_seconds,
        # Transactions are begun by hand: the module's own are deferred.
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    if read_only:
        conn.execute("PRAGMA query_only = on")
    # Looking for plugins reads the metadata of every package that is installed.
    return Database(conn, recursive_triggers=False, execute_plugins=False)


def is_at_rest(path: Path) -> bool:
    """Return if nobody writes *path*, and reading it must leave no files beside it.

    SQLite shares its readers' state in such a file. A full disk has no room for one, a
    folder may not take one, and one of a user who may not write the database would shut
    out those who may.
    """
    log, shared = (path.with_name(f"{path.name}-{suffix}") for suffix in ("wal", "shm"))
    if log.exists() and log.stat().st_size > 0:
        return False
    return _is_full(path) or not (shared.exists() or may_write(path))


def _is_full(path: Path) -> bool:
    return shutil.disk_usage(path.parent).free < _ROOM


def may_write(path: Path) -> bool:
    """Return if this user may write *path* and SQLite's files beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _tune(db: Database, cache_mb: int) -> None:
    db.execute("PRAGMA foreign_keys = on")
    # A commit survives a power cut, not only a kill: fetched pages are not refetched.
    db.execute("PRAGMA synchronous = full")
    db.execute(f"PRAGMA cache_size = {-1024 * cache_mb}")
    db.execute("PRAGMA temp_store = memory")
    # A batch touches thousands of index pages, and the next one many of them again:
    # checkpoints every 64 MB write such a page once.
    db.execute("PRAGMA wal_autocheckpoint = 16384")
    db.execute("PRAGMA journal_size_limit = 67108864")


def _refuse_newer(db: Database, path: Path) -> None:
    known = {migration.name for migration in migrations._migrations}
    newer = [one.name for one in migrations.applied(db) if one.name not in known]
    if newer:
        raise NewerSchemaError(
            f"{path} was written by a newer wirecopy ({newer[0]}): upgrade wirecopy"
        )


def _migrate(db: Database, path: Path) -> None:
    if not migrations.pending(db):
        return
    # Under the lock, so that nobody writes between the copy and the change of it.
    db.execute("BEGIN IMMEDIATE")
    try:
        backup = _back_up(db, path)
        try:
            migrations.apply(db)
            db.execute("COMMIT")
        except BaseException:
            if backup is not None:
                backup.unlink(missing_ok=True)
            raise
    except BaseException:
        if db.conn.in_transaction:
            db.execute("ROLLBACK")
        raise
    if backup is not None:
        logger.warning("Backed the database up to %(target)s", {"target": backup})


def _back_up(db: Database, path: Path) -> Path | None:
    """Copy a database that is about to be migrated; a new one needs no copy."""
    pending = migrations.pending(db)
    if not pending or not migrations.applied(db):
        return None
    target = Path(f"{path}.before-{pending[0].name}")
    part = Path(f"{target}.part")
    part.unlink(missing_ok=True)
    try:
        # The connection that holds the lock cannot be copied from.
        with (
            closing(_connect(path, read_only=True, busy_seconds=0)) as source,
            closing(sqlite3.connect(part)) as copy,
        ):
            source.conn.backup(copy)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target
