"""The middle floor: everything at rest: the SQLite database, dump files, its pages."""
