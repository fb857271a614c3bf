"""wirecopy reextract: stored pages, extracted anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from crawler.cli.output import (
    EXIT_DONE,
    EXIT_LOOK,
    db_option,
    json_option,
    log_to_stderr,
    print_json,
)


@click.command(name="reextract")
@db_option
@click.option(
    "--warc",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder that crawl --warc kept; without it pages are fetched again.",
)
@json_option
@click.pass_context
def command(ctx: click.Context, /, db: Path, warc: Path | None, as_json: bool) -> None:
    """Extract every stored page anew, with the extractor of this version.

    The same bytes are no revision. What was never archived is queued: the next crawl
    fetches it. Exit 3 means that the folder lacks pages that were archived.
    """
    from crawler.reextracting import MISSING, reextract

    log_to_stderr()
    report = reextract(db, warc=warc, workers=os.cpu_count() or 1, argv=sys.argv[1:])
    if as_json:
        print_json(report)
    else:
        click.echo(
            f"{report.pages} pages extracted anew, {report.changed} changed;"
            f" {report.queued} queued for the next crawl"
        )
    for reason, count in report.failed.items():
        click.echo(f"wirecopy: {count} pages: {reason}", err=True)
    ctx.exit(EXIT_LOOK if MISSING in report.failed else EXIT_DONE)
