"""wirecopy export: the clean articles as a file, or a database fit to publish."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.cli.output import db_option, json_option, print_json


@click.command("export")
@db_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; its suffix names the format. Default: standard output, or -.",
)
@click.option("--all", "everything", is_flag=True, help="Every article, copies too.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["jsonl", "csv", "parquet", "db"]),
    help="The format, whatever the suffix.",
)
@json_option
def command(
    db: Path,
    *,
    output: Path | None,
    everything: bool,
    format_: str | None,
    as_json: bool,
) -> None:
    """Write the clean articles, or all with their story.

    A .db file is a copy to publish: no crawl state, runs or reviews.
    """
    from storage.export import export_articles
    from storage.store import Store

    if str(output) == "-":
        output = None
    with Store.open(db, read_only=True) as store:
        report = export_articles(
            store.db, output, everything=everything, format=format_
        )
    # Without -o the articles themselves are what standard output holds.
    if as_json and output is not None:
        print_json(report)
    else:
        where = "standard output" if output is None else report.output
        click.echo(f"{report.articles} articles to {where}", err=True)
