"""wirecopy merge: several databases into one."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.output import json_option, print_json


@click.command("merge")
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--into",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The database that takes them in; made where it is absent.",
)
@json_option
def command(sources: tuple[Path, ...], into: Path, *, as_json: bool) -> None:
    """Merge SOURCES; doing it again changes nothing."""
    from storage.merge import merge_databases

    report = merge_databases(sources, into)
    if as_json:
        print_json(report)
    else:
        click.echo(
            f"{report.articles} articles, {report.revisions} revisions and"
            f" {report.pages} pages came in; {report.known} articles were known"
        )
