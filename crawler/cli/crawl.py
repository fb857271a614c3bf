"""wirecopy crawl: outlets into a database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.moments import MOMENT
from crawler.cli.output import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_LOOK,
    db_option,
    json_option,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from crawler.crawling import CrawlReport

SHARD = "N of M as N/M, N from 1 to M"


@click.command(name="crawl")
@click.argument("targets", metavar="[OUTLET|URL]...", nargs=-1)
@db_option
@click.option(
    "--since",
    type=MOMENT,
    help="Only articles from then on, archives searched: 2d, 12h, 2026-01-01.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Fetch at most N pages.")
@click.option(
    "--outlets",
    "own",
    type=click.Path(path_type=Path),
    help="Your own TOML file, over the packaged catalogue.",
)
@click.option("--country", help="All outlets of a country: iq.")
@click.option("--language", help="All outlets in a language: ar.")
@click.option("--shard", callback=lambda _, __, text: parse_shard(text), help=SHARD)
@click.option(
    "--warc",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep requests and responses in this folder, as WARC files.",
)
@click.option(
    "--due",
    is_flag=True,
    help="Poll only what is due; the rule when no outlet is named.",
)
@click.option(
    "--allow-private", is_flag=True, help="Also fetch from private addresses."
)
@click.option("--no-settle", is_flag=True, help="Leave settling to wirecopy settle.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    targets: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Crawl outlets of the catalogue, hosts or URLs into a database.

    Without OUTLET all outlets of the catalogue are crawled, or those of --country and
    --language. What waits from earlier runs is fetched too. Exit 3 means that a person
    should look: an outlet failed while others did not, an alarm, or a run that was
    stopped before its end.
    """
    from crawler.cli.progress import crawl_with_progress
    from crawler.planning import make_plan, settings_of

    plan = make_plan(targets, argv=sys.argv[1:], **options)
    report = crawl_with_progress(
        plan,
        options["db"],
        settings=settings_of(warc=options["warc"], private=options["allow_private"]),
        settle=not options["no_settle"],
    )
    if as_json:
        print_json(report)
    elif exit_code(report) != EXIT_FAILED:
        _print(report)
    _complain(report)
    ctx.exit(exit_code(report))


def parse_shard(text: str | None) -> tuple[int, int] | None:
    """Read "3/16"; raises click.BadParameter."""
    if text is None:
        return None
    try:
        shard, shards = (int(part) for part in text.split("/"))
    except ValueError:
        raise click.BadParameter(f"write {SHARD}, got {text!r}") from None
    if not 1 <= shard <= shards:
        raise click.BadParameter(f"write {SHARD}, got {text!r}")
    return shard, shards


def exit_code(report: CrawlReport) -> int:
    """Return 1 where every outlet failed, 3 where a person should look, else 0."""
    if report.came_to_nothing:
        return EXIT_FAILED
    is_whole = report.reason == "finished"
    return EXIT_LOOK if report.problems or report.alarms or not is_whole else EXIT_DONE


def _print(report: CrawlReport) -> None:
    rows: list[list[Any]] = [
        ["outlets", len(report.outlets)],
        [
            "sources polled, of them unchanged",
            _of(report.polls, report.polls_unchanged),
        ],
        ["pages fetched", report.pages],
        ["articles, of them new", _of(report.articles, report.new)],
        ["copies of stories known before", report.copies],
        ["revisions", report.revisions],
        ["blocks removed", report.blocks_removed],
        ["pages left for the next run", report.waiting],
        ["seconds", report.seconds],
    ]
    print_table("", ["", "this run"], rows)
    reasons = {**report.not_articles, **report.failed}
    if reasons:
        print_table("", ["no article", "pages"], list(map(list, reasons.items())))
    if report.failed_sources:
        failed = list(map(list, report.failed_sources.items()))
        print_table("", ["feed, sitemap or section not read", "sources"], failed)


def _of(all_: int, part: int) -> str:
    return f"{all_} ({part})"


def _complain(report: CrawlReport) -> None:
    for outlet in report.problems:
        click.echo(f"wirecopy: {outlet.host}: {outlet.problem}", err=True)
    for line in (*report.notes, *report.alarms):
        click.echo(f"wirecopy: {line}", err=True)
    if report.reason != "finished":
        why = "" if report.reason == "stopped" else f" ({report.reason})"
        click.echo(f"wirecopy: stopped{why}; run the same command to go on", err=True)
