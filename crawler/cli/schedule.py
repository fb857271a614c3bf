"""wirecopy schedule: crawl again and again."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.moments import SPAN
from crawler.cli.output import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_LOOK,
    db_option,
    json_option,
    log_to_stderr,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta


@click.command(name="schedule")
@click.argument("targets", metavar="[OUTLET]...", nargs=-1)
@db_option
@click.option("--every", type=SPAN, default="15m", show_default=True, help="Interval.")
@click.option(
    "--outlets",
    "own",
    type=click.Path(path_type=Path),
    help="Your own TOML file, over the packaged catalogue.",
)
@click.option("--shard", help="Of M nodes this is the Nth: N/M.")
@click.option(
    "--warc", type=click.Path(file_okay=False, path_type=Path), help="Keep WARC files."
)
@click.option("--allow-private", is_flag=True, help="Also ask private addresses.")
@click.option("--print-systemd", is_flag=True, help="Print a service and a timer.")
@click.option("--print-cron", is_flag=True, help="Print a crontab line.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    targets: tuple[str, ...],
    db: Path,
    every: timedelta,
    own: Path | None,
    shard: str | None,
    warc: Path | None,
    allow_private: bool,
    print_systemd: bool,
    print_cron: bool,
    as_json: bool,
) -> None:
    """Crawl in the foreground, every so often, until it is stopped.

    Rounds never overlap; an outlet's own interval (`every` in the catalogue, in
    seconds) is kept. With --print-systemd or --print-cron nothing is run. Exit 1 means
    that every round failed, exit 3 that a round failed while others did not.
    """
    from crawler.cli.crawl import parse_shard
    from crawler.planning import pick_outlets
    from crawler.scheduling import (
        child_command,
        cron_line,
        plan_rounds,
        run_schedule,
        systemd_units,
    )

    parse_shard(shard)
    options = _options(own, shard, warc, allow_private)
    if print_systemd:
        units = systemd_units(db, every, [*options, *targets])
        if as_json:
            print_json(units)
        for name, unit in {} if as_json else units.items():
            click.echo(f"# /etc/systemd/system/{name}\n{unit}")
        return
    if print_cron:
        line = cron_line(db, every, [*options, *targets])
        print_json({"cron": line}) if as_json else click.echo(line)
        return
    log_to_stderr(logging.INFO)
    # Of its own steps only what went wrong: a round that was skipped or missed.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    outlets = pick_outlets(targets, own=own)
    rounds = plan_rounds(outlets, every, named=bool(targets))
    codes = run_schedule(rounds, child_command(db, options))
    if as_json:
        print_json({"rounds": len(codes), "exit_codes": codes})
    ctx.exit(exit_code(codes))


def exit_code(rounds: Sequence[int]) -> int:
    """Return 1 where all *rounds* failed, 3 where some did, else 0."""
    failed = sum(code not in {EXIT_DONE, EXIT_LOOK} for code in rounds)
    if not failed:
        return EXIT_DONE
    return EXIT_FAILED if failed == len(rounds) else EXIT_LOOK


def _options(
    own: Path | None, shard: str | None, warc: Path | None, private: bool
) -> list[str]:
    options = []
    if own is not None:
        options += ["--outlets", str(own.resolve())]
    if shard is not None:
        options += ["--shard", shard]
    if warc is not None:
        options += ["--warc", str(warc.resolve())]
    return options + ["--allow-private"] * private
