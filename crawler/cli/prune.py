"""wirecopy prune: delete what only grows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.moments import MOMENT
from crawler.cli.output import db_option, json_option, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.command("prune")
@click.argument("what", type=click.Choice(["pages", "runs", "rejected-pairs"]))
@db_option
@click.option(
    "--older-than",
    "before",
    required=True,
    type=MOMENT,
    help="An age or a date: 2y, 26w, 2026-01-01.",
)
@json_option
def command(what: Any, db: Path, *, before: datetime, as_json: bool) -> None:
    """Delete old pages, runs or rejected pairs; articles and stories stay."""
    from storage.prune import prune
    from storage.store import Store

    if before > datetime.now(UTC):
        raise click.BadParameter(
            f"{before:%Y-%m-%d} is yet to come: everything is older than that",
            param_hint="'--older-than'",
        )
    with Store.open(db, create=False) as store:
        report = prune(store, what, before=before)
    if as_json:
        print_json(report)
    else:
        what = report.what.replace("-", " ")
        noun = what[:-1] if report.deleted == 1 else what
        click.echo(f"{report.deleted} {noun} from before {report.before} deleted")
