"""wirecopy extract: pages in, articles out as JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from crawler.cli.output import EXIT_LOOK, json_option, print_json


@click.command("extract")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--url", help="The page's address, for a file or standard input.")
@click.option(
    "--rules",
    "rules_file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="A TOML file with an outlet's own [[rules]].",
)
@click.option("--strict", is_flag=True, help="Exit 3 where a page is no article.")
@click.option(
    "--allow-private", is_flag=True, help="Also fetch from private addresses."
)
@json_option
def command(
    sources: tuple[str, ...],
    url: str | None,
    rules_file: Path | None,
    strict: bool,
    allow_private: bool,
    as_json: bool,  # JSON lines either way
) -> None:
    """Take the articles out of pages, and print them as JSON lines.

    SOURCE is an HTML file, a folder, a WARC file, an http address, or - for standard
    input. Repeats inside an article are taken out and listed in removed_blocks. Exit 3
    means that no page was an article, with --strict that one was none.
    """
    from crawler.extract.rules import load_rules
    from crawler.extracting import ExtractReport, extract_pages

    rules = load_rules(rules_file) if rules_file else ()
    report = ExtractReport()
    for record in extract_pages(
        sources, report=report, url=url, rules=rules, allow_private=allow_private
    ):
        print_json(record)
    for page, reason in report.named:
        click.echo(f"wirecopy: {page}: {reason}", err=True)
    reasons = "".join(f", {n} {why}" for why, n in report.rejects.most_common())
    noun = "article" if report.articles == 1 else "articles"
    click.echo(f"{report.articles} {noun}{reasons}", err=True)
    if not report.articles or (strict and report.rejects):
        sys.exit(EXIT_LOOK)
