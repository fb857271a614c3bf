"""What can go wrong with data at rest.

StorageError
  x DatabaseError
      x NotADatabaseError   the file is something else
      x ForeignDatabaseError    a database that wirecopy did not make
      x NewerSchemaError    made by a newer wirecopy
      x DatabaseBusyError   another writer holds it
  x DumpError               a dump that cannot be read or written
      x UnknownFormatError
      x TruncatedDumpError
      x MissingFieldError
      x RejectedRowError    a row that cannot be read, where none may be left out
  x MissingLibraryError     an optional library is not installed
"""


class StorageError(Exception):
    """Base of every error that storage raises on purpose; its text is one line."""


class DatabaseError(StorageError):
    """The database cannot be opened or written."""


class NotADatabaseError(DatabaseError):
    """The file is not an SQLite database."""


class ForeignDatabaseError(DatabaseError):
    """The file is an SQLite database that wirecopy did not make."""


class NewerSchemaError(DatabaseError):
    """The database was written by a newer wirecopy."""


class DatabaseBusyError(DatabaseError):
    """Another writer has held the database for too long."""


class DumpError(StorageError):
    """A dump cannot be read or written."""


class UnknownFormatError(DumpError):
    """The suffix or the content names no format that wirecopy reads."""


class TruncatedDumpError(DumpError):
    """A compressed or columnar dump ends before it should."""


class MissingFieldError(DumpError):
    """No field of the dump holds the text, or the one that was named is absent."""


class RejectedRowError(DumpError):
    """A row cannot be read, and the user asked to stop at the first one."""


class MissingLibraryError(StorageError):
    """A format needs a library of an extra that is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"{library} is not installed: run pip install 'wirecopy[{extra}]'"
        )
