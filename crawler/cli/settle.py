"""wirecopy settle: derive again what new knowledge made stale."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from crawler.cli.output import db_option, json_option, log_to_stderr, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.command("settle")
@db_option
@json_option
def command(db: Path, *, as_json: bool) -> None:
    """Re-derive the articles that wait: bodies, index, search, pairs and stories."""
    from crawler.settling import settle_database

    log_to_stderr()
    report = settle_database(db, sys.argv[1:])
    if as_json:
        print_json(report)
    else:
        click.echo(f"{report.articles} articles settled")
