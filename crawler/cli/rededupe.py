"""wirecopy rededupe: decide every story anew."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from crawler.cli.output import db_option, json_option, log_to_stderr, print_json

if TYPE_CHECKING:
    from pathlib import Path


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
def command(
    db: Path, *, dry_run: bool, settings: tuple[str, ...], as_json: bool
) -> None:
    """Decide every pair and story of a database anew, in place.

    Stopped half-way, it goes on with wirecopy settle.
    """
    from crawler.settling import rededupe_database

    log_to_stderr()
    report = rededupe_database(db, sys.argv[1:], settings=settings, dry_run=dry_run)
    if as_json:
        print_json(report)
        return
    would = "would have" if dry_run else "have"
    click.echo(
        f"{report.articles} articles: {report.stories_before} stories before,"
        f" {report.stories_after} after; {report.moved} articles {would} other company"
    )
    if dry_run and report.answers:
        click.echo(
            f"{report.answers} answers of people hold in a real run, and are not in"
            " these figures"
        )
    for group in report.samples:
        click.echo(f"  one story: {', '.join(map(str, group))}")
