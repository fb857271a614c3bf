"""wirecopy demo: an embedded newsroom on loopback, crawled for real."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from crawler.crawling import CrawlReport
    from storage.overview import Overview

REMOVED = {
    "headline": "the headline again",
    "repeat": "a block printed twice",
    "near repeat": "a block printed twice, slightly changed",
    "boilerplate": "the outlet's own lines",
    "source line": "a closing source line",
}


@click.command(name="demo")
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("demo.db"),
    show_default=True,
    help="The database file.",
)
@json_option
def command(db: Path, as_json: bool) -> None:
    """Crawl an embedded newsroom of made-up outlets into a database; no network."""
    from crawler.cli.progress import crawl_with_progress
    from crawler.demo.tour import run_demo

    report, overview = run_demo(
        db, lambda plan, path: crawl_with_progress(plan, path, settings={}, settle=True)
    )
    if as_json:
        print_json({"crawl": report, "database": overview})
        return
    _print_figures(db, report, overview)
    _print_outlets(overview)
    _print_next(db, overview)


def _print_figures(db: Path, report: CrawlReport, overview: Overview) -> None:
    rows: list[list[object]] = [
        ["pages fetched in this run", report.pages],
        ["articles", overview.articles],
        ["stories, each with one clean record", overview.stories],
        ["copies of them", overview.copies],
        ["blocks taken out of the articles", sum(overview.removed.values())],
    ]
    rows += [
        [f"    {REMOVED.get(reason, reason)}", count]
        for reason, count in overview.removed.items()
    ]
    print_table(f"{db}: {len(overview.outlets)} outlets crawled", ["", ""], rows)


def _print_outlets(overview: Overview) -> None:
    columns = ["outlet", "articles", "alone", "printed first", "after another"]
    rows = [
        [share.outlet, share.articles, share.alone, share.first, share.later]
        for share in overview.outlets
    ]
    print_table("Who printed first", columns, rows)
    columns = ["story", "printed first by", "articles"]
    lines = [
        [story.headline, story.first or "undecided", story.articles]
        for story in overview.largest
    ]
    print_table("The most reprinted stories", columns, lines)


def _print_next(db: Path, overview: Overview) -> None:
    canonical, copy = overview.largest[0].example
    click.echo("Next:")
    click.echo(f"  wirecopy explain {canonical} {copy} --db {db}")
    click.echo(f"  wirecopy serve {db}")
