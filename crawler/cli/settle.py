"""wirecopy settle: derive again what new knowledge made stale."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from crawler.cli.output import (
    db_option,
    exit_with_alarms,
    json_option,
    log_to_stderr,
    print_json,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command("settle")
@db_option
@json_option
@click.pass_context
def command(ctx: click.Context, /, db: Path, *, as_json: bool) -> None:
    """Re-derive the articles that wait: bodies, index, search, pairs and stories.

    Exit 3 means that a person should look: a story too large, an outlet of copies.
    """
    from crawler.settling import read_alarms, settle_database

    log_to_stderr()
    report = settle_database(db, sys.argv[1:])
    if as_json:
        print_json(report)
    else:
        click.echo(f"{report.articles} articles settled")
    exit_with_alarms(ctx, read_alarms(db, now=time.time()))
