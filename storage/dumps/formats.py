"""Which format a name is of, and the inputs that a command line names."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from storage.dumps.streams import PACKED
from storage.errors import DumpError, UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.dumps.dump import Dump

Format = Literal["jsonl", "csv", "tsv", "parquet", "sqlite", "warc", "html", "txt"]
FORMATS: tuple[Format, ...] = (
    *("jsonl", "csv", "tsv", "parquet", "sqlite", "warc", "html", "txt"),
)
_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jl": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".warc": "warc",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "txt",
    ".text": "txt",
}
PAGES = ("warc", "html", "txt")
_UNPACKED = ("parquet", "sqlite", "html", "txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file to read, or standard input ("-"), and what it is."""

    path: Path
    format: Format
    table: str | None = None

    @property
    def is_stdin(self) -> bool:
        return str(self.path) == "-"

    @property
    def is_stream(self) -> bool:
        """Whether it can be read only once: standard input, a pipe, a terminal."""
        path = self.path
        return self.is_stdin or path.is_fifo() or path.is_char_device()

    @property
    def name(self) -> str:
        """What messages, rejects and tables call it."""
        return readable(self.path)


def readable(path: Path | str) -> str:
    """Return *path* as text that any format takes; bytes that are no text escaped."""
    return os.fsencode(path).decode(errors="backslashreplace")


def format_of(path: Path, given: Format | None = None) -> Format:
    """Return the format by suffix, else *given*; raises UnknownFormatError."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = bool(suffixes) and suffixes[-1] in PACKED
    known = (
        _SUFFIXES.get(suffixes[-2 if packed and len(suffixes) > 1 else -1])
        if suffixes
        else None
    )
    found = known or given
    if found is None:
        raise UnknownFormatError(
            f"{path} has no suffix that names a format: say --format, one of "
            + ", ".join(FORMATS)
        )
    if packed and found in _UNPACKED:
        raise UnknownFormatError(f"{path}: unpack it first, {found} is never packed")
    return found


def expand(names: Sequence[str], given: Format | None = None) -> list[Input]:
    """Return the inputs behind *names*: files, folders, globs, "file.db::table", "-".

    Raises DumpError where nothing is there, UnknownFormatError where a file that was
    named is of no known format. Files of unknown formats in a folder are left out.
    """
    found = [item for name in names for item in _expand_one(name, given)]
    if not found:
        raise DumpError("no input was named")
    return found


def _expand_one(name: str, given: Format | None) -> list[Input]:
    if not name:
        raise DumpError("an input has no name: is a variable empty?")
    if name == "-":
        return [Input(path=Path(name), format=given or "jsonl")]
    path = Path(name)
    place, separator, table = name.partition("::")
    if separator and not path.exists():
        return [Input(path=Path(place), format="sqlite", table=table)]
    if path.is_dir():
        return _folder(path, given)
    if path.exists():
        return [Input(path=path, format=format_of(path, given))]
    matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
    # A link to nowhere is its own match.
    if matches in ([], [name]):
        raise DumpError(f"{name} cannot be opened: there is no such file")
    return [item for match in matches for item in _expand_one(match, given)]


def _folder(path: Path, given: Format | None) -> list[Input]:
    files = sorted(p for p in path.rglob("*") if _is_input(p) and p.name[0] not in "._")
    found = [
        Input(path=file, format=format_of(file, given))
        for file in files
        if _is_known(file, given)
    ]
    if not found:
        raise DumpError(f"{path} holds no file of a known format")
    return found


def _is_input(path: Path) -> bool:
    """Whether it is a file, or a link to one that is gone: that one is told."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _is_known(path: Path, given: Format | None) -> bool:
    try:
        return format_of(path, given) in FORMATS
    except UnknownFormatError:
        return False


def open_dump(item: Input, path: Path | None = None) -> Dump:
    """Return the reader of a tabular input; *path* is where it was laid out."""
    at = item.path if path is None else path
    name = item.name
    if item.format in ("csv", "tsv"):
        from storage.dumps.delimited import Delimited

        return Delimited(at, name, "\t" if item.format == "tsv" else ",")
    if item.format == "parquet":
        from storage.dumps.parquet import Parquet

        return Parquet(at, name)
    if item.format == "sqlite":
        from storage.dumps.sqlite import SqliteTable, pick_table

        if item.is_stream:
            raise DumpError(f"{name}: SQLite reads files only: name the file itself")
        table = pick_table(at, item.table)
        return SqliteTable(at, f"{name}::{table}", table)
    from storage.dumps.jsonl import JsonLines

    return JsonLines(at, name)
