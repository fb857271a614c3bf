"""wirecopy rededupe: decide every story anew."""

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

    from storage.rededupe import RededupeReport


@click.command("rededupe")
@db_option
@click.option("--dry-run", is_flag=True, help="Say what would change, write nothing.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a setting, near_jaccard=0.6 for instance; kept from then on.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    db: Path,
    *,
    dry_run: bool,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Decide every pair and story of a database anew, in place.

    Stopped half-way, it goes on with wirecopy settle. Exit 3 means that a person should
    look: a story too large, an outlet of copies.
    """
    from crawler.settling import read_alarms, rededupe_database

    log_to_stderr()
    report = rededupe_database(db, sys.argv[1:], settings=settings, dry_run=dry_run)
    if as_json:
        print_json(report)
    else:
        _print(report, dry_run=dry_run)
    if not dry_run:
        exit_with_alarms(ctx, read_alarms(db, now=time.time()))


def _print(report: RededupeReport, *, dry_run: bool) -> None:
    would = "would have" if dry_run else "have"
    click.echo(
        f"{report.articles} articles: {report.stories_before} stories before,"
        f" {report.stories_after} after; {report.moved} articles {would} other company"
    )
    for group in report.samples:
        click.echo(f"  one story: {', '.join(map(str, group))}")
