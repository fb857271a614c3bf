"""What every subcommand shares: exit codes, the report on stdout, logs on stderr."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

_NAME = 32  # characters

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


def print_json(report: Any) -> None:
    """Print *report*, a dataclass or plain values, as one line of JSON."""
    click.echo(orjson.dumps(report, default=_plain).decode())


def print_table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print *rows* under *columns* as a table; escapes what rich would interpret."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        title=escape(title) or None,
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_header=any(columns),
    )
    names = max((len(str(row[0])) for row in rows), default=0)
    for place, column in enumerate(columns):
        # A name stays on one line; what is longer than a name may break.
        is_name = place == 0 and names <= _NAME
        table.add_column(escape(column), no_wrap=is_name, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    Console().print(table)


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
