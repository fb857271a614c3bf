"""Rows of outlets and agencies: found by name, made when first met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.urls import host_of

if TYPE_CHECKING:
    from sqlite_utils import Database

# A page may credit agencies without naming one; a row of its own keeps it countable.
UNNAMED_AGENCY = "unnamed agency"


class Names:
    """Ids of outlets and agencies by name, remembered for one connection.

    forget() must follow a rollback: an id that was made in it is gone.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._outlets: dict[tuple[str | None, str], int | None] = {}
        self._agencies: dict[str, int] = {}

    def forget(self) -> None:
        """Ask the database again from here on."""
        self._outlets.clear()
        self._agencies.clear()

    def outlet(self, name: str | None, url: str) -> int | None:
        """Return the outlet called *name*, else the one of the host of *url*."""
        host = host_of(url)
        key = (name, host)
        if key not in self._outlets:
            self._outlets[key] = find_or_add_outlet(self._db, name, host)
        return self._outlets[key]

    def find_outlet(self, name: str | None, url: str) -> int | None:
        """Find the outlet, and make no row for it."""
        host = host_of(url)
        known = self._outlets.get((name, host))
        return known or find_outlet(self._db, name, host)

    def agency(self, name: str | None) -> int | None:
        """Return the agency called *name*; "" is the unnamed one, None is none."""
        if name is None:
            return None
        name = name or UNNAMED_AGENCY
        if name not in self._agencies:
            self._agencies[name] = find_or_add_agency(self._db, name)
        return self._agencies[name]


def find_outlet(db: Database, name: str | None, host: str = "") -> int | None:
    """Find the outlet's id by *name*, or where it has none by *host*."""
    sql = "SELECT id FROM outlets WHERE name = ?"
    row = db.conn.execute(sql, [name or host]).fetchone()
    if row is None and not name:
        sql = "SELECT id FROM outlets WHERE host = ? ORDER BY id LIMIT 1"
        row = db.conn.execute(sql, [host]).fetchone()
    return None if row is None else int(row[0])


def find_or_add_outlet(db: Database, name: str | None, host: str = "") -> int | None:
    """Return the outlet's id, its row made where need be; None for two empty names."""
    if not name and not host:
        return None
    found = find_outlet(db, name, host)
    if found is not None:
        return found
    cursor = db.conn.execute(
        "INSERT INTO outlets (name, host) VALUES (?, ?)", [name or host, host or None]
    )
    return int(cursor.lastrowid or 0)


def find_or_add_agency(db: Database, name: str) -> int:
    """Return the agency's id; a row is made for a new name."""
    row = db.conn.execute("SELECT id FROM agencies WHERE name = ?", [name]).fetchone()
    if row is not None:
        return int(row[0])
    cursor = db.conn.execute("INSERT INTO agencies (name) VALUES (?)", [name])
    return int(cursor.lastrowid or 0)
