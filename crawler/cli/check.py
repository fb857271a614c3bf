"""wirecopy check: is the database whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.output import (
    EXIT_DONE,
    EXIT_LOOK,
    db_option,
    json_option,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command("check")
@db_option
@click.option("--repair", is_flag=True, help="Derive anew what can be derived.")
@json_option
@click.pass_context
def command(ctx: click.Context, /, db: Path, *, repair: bool, as_json: bool) -> None:
    """Check file, keys, index, search and stories; exit 3 where something is wrong."""
    from storage.check import check
    from storage.store import Store

    with Store.open(db, create=False) as store:
        report = check(store, repair=repair)
    if as_json:
        print_json(report)
    elif report.problems:
        print_table(
            "",
            ["part", "what", "count", "for example", "repaired"],
            [
                [
                    *(p.part, p.what, p.count, ", ".join(map(str, p.examples))),
                    "yes" if p.repaired else "",
                ]
                for p in report.problems
            ],
        )
    else:
        click.echo(f"{report.articles} articles, {report.stories} stories: sound")
    if report.waiting and not as_json:
        click.echo(f"{report.waiting} articles wait: run wirecopy settle")
    ctx.exit(EXIT_DONE if report.is_sound else EXIT_LOOK)
