"""wirecopy forget: take an article down for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.output import db_option, json_option, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.command("forget")
@click.argument("reference", metavar="URL|ID")
@db_option
@click.option("--reason", required=True, help="Why; kept with the tombstone.")
@json_option
def command(reference: str, db: Path, *, reason: str, as_json: bool) -> None:
    """Remove an article's texts for good; no crawl or dump brings it back."""
    from storage.forget import forget
    from storage.store import Store

    with Store.open(db, create=False) as store:
        report = forget(store, reference, reason=reason)
    if as_json:
        print_json(report)
        return
    if report.article is None:
        click.echo(f"{report.url_key} was not stored; it is barred from now on")
    else:
        click.echo(
            f"article {report.article} is gone, with {report.revisions} revisions"
            f" and {report.blocks} removed blocks"
        )
    if report.others:
        others = ", ".join(map(str, report.others))
        click.echo(f"Others that printed its story stay: {others}")
    for record in report.warc:
        click.echo(f"purge by hand: {record.file} at {record.offset}, {record.url}")
    click.echo("Backups and exports made before still hold it.")
