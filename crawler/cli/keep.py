"""wirecopy keep: which article of a story is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.output import db_option, json_option, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.command("keep")
@db_option
@click.option(
    "--rule",
    required=True,
    help="earliest, longest, or outlets' names parted by commas, the best first.",
)
@json_option
def command(db: Path, *, rule: str, as_json: bool) -> None:
    """Pick the shown article of every story anew; the rule holds from then on."""
    from storage.editing import keep
    from storage.store import Store

    with Store.open(db, create=False) as store:
        report = keep(store, rule)
    if as_json:
        print_json(report)
    else:
        click.echo(f"{report.changed} of {report.stories} stories show another article")
