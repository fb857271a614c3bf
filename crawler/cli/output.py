"""What every subcommand shares: exit codes, the report on stdout, logs on stderr."""

from __future__ import annotations

import dataclasses
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

if TYPE_CHECKING:
    from rich.console import Console

_NAME = 32  # columns on the screen
_FOLDED = 12  # columns that names may be folded into
_CELL = 1000  # characters of a cell
# Control characters, and those that turn the direction of what follows.
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_GAP = 3
_PIPED = 120

EXIT_DONE = 0
EXIT_FAILED = 1  # one line said what, where and what to do
EXIT_USAGE = 2  # click's own
EXIT_LOOK = 3  # done, but a person should look: alarms, rejects under --strict

Command = TypeVar("Command", bound=Callable[..., Any])


def db_option(command: Command) -> Command:
    """Add the required --db option; it arrives as a Path named *db*."""
    option = click.option(
        "--db",
        required=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="The database file.",
    )
    return option(command)


def json_option(command: Command) -> Command:
    """Add --json, which arrives as *as_json*."""
    option = click.option(
        "--json", "as_json", is_flag=True, help="Print the report as one JSON object."
    )
    return option(command)


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Send log records to standard error, so that standard output is the result."""
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")


def exit_with_alarms(ctx: click.Context, alarms: Sequence[str]) -> None:
    """Print each alarm on standard error, and exit with EXIT_LOOK where there is one."""
    for alarm in alarms:
        click.echo(f"wirecopy: {alarm}", err=True)
    if alarms:
        ctx.exit(EXIT_LOOK)


def print_json(report: Any, *, to_stderr: bool = False) -> None:
    """Print *report*, a dataclass or plain values, as one line of JSON."""
    click.echo(orjson.dumps(report, default=_plain).decode(), err=to_stderr)


def console() -> Console:
    """Return the console of standard output; a pipe gets lines of _PIPED columns."""
    from rich.console import Console

    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if narrow else _PIPED)


def print_table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print *rows* under *columns* as a table, or as lines where it is too wide.

    Escapes what rich would interpret.
    """
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        title=escape(title) or None,
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_header=any(columns),
    )
    screen = console()
    cells = [[row[place] for row in rows] for place in range(len(columns))]
    widths = list(map(_least_width, columns, cells))
    room = screen.width - sum(widths[1:]) - _GAP * len(widths)
    if room < min(widths[0], _FOLDED):
        _print_lines(screen, title, columns, rows)
        return
    if room < widths[0]:
        widths[0] = 0  # the names fold first
    for column, width, values in zip(columns, widths, cells, strict=True):
        table.add_column(
            escape(column),
            overflow="fold",
            min_width=width,
            justify="right" if all(map(_is_count, values)) else "left",
        )
    for row in rows:
        table.add_row(*("" if cell is None else escape(shown(cell)) for cell in row))
    screen.print(table)


def _print_lines(
    screen: Console, title: str, columns: list[str], rows: list[list[Any]]
) -> None:
    """Print each cell on a line of its own, where a table would lose columns."""
    from rich.text import Text

    screen.print(Text(title, style="italic"))
    for row in rows:
        screen.print()
        for column, cell in zip(columns, row, strict=True):
            if cell not in (None, ""):
                screen.print(Text(f"{column}: {shown(cell)}"))


def shown(cell: Any) -> str:
    """Return *cell* as the screen can have it: of pages and dumps nothing steers it."""
    text = _STEERING.sub(" ", str(cell))
    return text if len(text) <= _CELL else f"{text[:_CELL]}…"


def _least_width(column: str, cells: list[Any]) -> int:
    """Return the screen columns that keep short cells and words of the header whole."""
    from rich.cells import cell_len

    header = max(map(cell_len, column.split()), default=0)
    widest = max((cell_len(str(cell)) for cell in cells), default=0)
    return max(header, widest if widest <= _NAME else 0)


def _is_count(cell: Any) -> bool:
    """Return if *cell* is a number or a share; an empty one does not gainsay."""
    return isinstance(cell, int | float | None) or cell.rstrip("%").isdecimal()


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")
