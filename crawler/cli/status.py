"""wirecopy status: outlets, last runs, alarms."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.output import (
    EXIT_LOOK,
    db_option,
    json_option,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from storage.health import Health, OutletHealth


_COLUMNS = "outlet,last success,articles,last day,usual,copies,waits,errors and alarms"


@click.command(name="status")
@db_option
@click.option(
    "--prometheus",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the figures to this file, in Prometheus' text format.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context, /, db: Path, prometheus: Path | None, as_json: bool
) -> None:
    """Show how each outlet fares and what the last runs did.

    Exit 3 means that a person should look: an alarm stands beside an outlet.
    """
    from storage.health import read_health
    from storage.store import Store

    with Store.open(db, read_only=True) as store:
        health = read_health(store.db, now=time.time())
    if prometheus is not None:
        from crawler.prometheus import write_prometheus

        write_prometheus(health, prometheus)
    if as_json:
        print_json(health)
    else:
        _print(health)
    ctx.exit(0 if health.is_well else EXIT_LOOK)


def _print(health: Health) -> None:
    print_table(
        f"{len(health.outlets)} outlets",
        _COLUMNS.split(","),
        [_row(outlet) for outlet in health.outlets],
    )
    print_table(
        "Last runs",
        ["run", "started", "outcome", "command", "new", "error"],
        [
            [r.id, r.started, r.outcome, r.command[:60], r.counts.get("new"), r.error]
            for r in health.runs
        ],
    )
    for alarm in health.alarms:
        click.echo(f"wirecopy: {alarm}", err=True)


def _row(outlet: OutletHealth) -> list[Any]:
    errors = ", ".join(
        f"{count} {reason}"
        for reason, count in outlet.errors.items()
        if reason not in outlet.alarms
    )
    return [
        outlet.host or outlet.outlet,
        outlet.last_success[5:16].replace("T", " ") if outlet.last_success else "never",
        outlet.articles,
        outlet.day,
        outlet.usual,
        f"{outlet.copy_share:.0%}",
        outlet.waiting,
        "; ".join([*outlet.alarms, errors] if errors else outlet.alarms),
    ]
