"""wirecopy explain: why two articles are, or are not, one story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.output import (
    db_option,
    json_option,
    print_json,
    print_table,
    shown,
)

if TYPE_CHECKING:
    from pathlib import Path

    from storage.explaining import ExplainReport


@click.command("explain")
@click.argument("a")
@click.argument("b")
@db_option
@json_option
def command(a: str, b: str, db: Path, *, as_json: bool) -> None:
    """Say why the articles A and B, ids or URLs, are one story or not."""
    from storage.explaining import explain
    from storage.store import Store

    with Store.open(db, read_only=True) as store:
        report = explain(store.db, a, b, parameters=store.parameters)
    if as_json:
        print_json(report)
    else:
        _print(report)


def _print(report: ExplainReport) -> None:
    found = report.verdict
    one = "one story" if report.same_story else "two stories"
    click.echo(f"{one}; the texts now: {found.verdict} ({found.reason})")
    print_table(
        "",
        ["", "a", "b"],
        [
            ["article", report.a.id, report.b.id],
            ["headline", report.a.headline, report.b.headline],
            ["outlet", report.a.outlet, report.b.outlet],
            ["published", report.a.published, report.b.published],
            ["story", report.a.story, report.b.story],
            ["role", report.a.role, report.b.role],
            [
                "found in the other",
                f"{found.containment_a:.0%}",
                f"{found.containment_b:.0%}",
            ],
        ],
    )
    hours = "unknown" if found.hours is None else f"{found.hours:.1f} hours"
    click.echo(
        f"jaccard {found.jaccard:.2f}, longest shared passage {found.longest} words,"
        f" {found.differences} differences ({found.numbers} in numbers,"
        f" {found.names} in names), time apart {hours}"
    )
    if report.stored is not None:
        click.echo(f"stored: {report.stored.verdict} ({report.stored.reason})")
    if report.answer is not None:
        click.echo(f"a reader's answer: {report.answer}")
    for passage in report.passages:
        click.echo(f"  {passage.where.words} words: {shown(passage.text)}")
