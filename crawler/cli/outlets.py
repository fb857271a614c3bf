"""wirecopy outlets: list, show, add, check, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.output import (
    EXIT_LOOK,
    json_option,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from crawler.outlets import Outlet

own_option = click.option(
    "--outlets",
    "own",
    type=click.Path(path_type=Path),
    help="Your own TOML file, over the packaged catalogue.",
)


@click.group(name="outlets")
def command() -> None:
    """List, show, add and check outlets."""


@command.command(name="list")
@own_option
@click.option("--country", help="Of one country: iq.")
@click.option("--language", help="In one language: ar.")
@json_option
def list_(
    own: Path | None, country: str | None, language: str | None, as_json: bool
) -> None:
    """List the outlets of the catalogue."""
    from crawler.outlets import load_catalogue

    outlets = load_catalogue(own).pick(country=country, language=language)
    if as_json:
        print_json(outlets)
        return
    if not outlets:
        click.echo("no outlet of that country and language", err=True)
        return
    print_table(
        f"{len(outlets)} outlets",
        ["host", "name", "country", "languages", "agency"],
        [[o.host, o.name, o.country, " ".join(o.languages), o.agency] for o in outlets],
    )


@command.command()
@click.argument("target", metavar="OUTLET")
@own_option
@json_option
def show(target: str, own: Path | None, as_json: bool) -> None:
    """Show what the catalogue says of one outlet."""
    from crawler.errors import OutletError
    from crawler.outlets import load_catalogue, write_outlet

    outlet = load_catalogue(own).find(target)
    if outlet is None:
        raise OutletError(
            f"{target!r} is not in the catalogue: see wirecopy outlets list, "
            "or find it out with wirecopy outlets add"
        )
    if as_json:
        print_json(outlet)
    else:
        click.echo(write_outlet(outlet), nl=False)


@command.command()
@click.argument("url")
@click.option(
    "-o",
    "--outlets",
    "own",
    required=True,
    type=click.Path(path_type=Path),
    help="Your own TOML file, which the outlet is added to.",
)
@click.option("--allow-private", is_flag=True, help="Also ask private addresses.")
@json_option
def add(url: str, own: Path, allow_private: bool, as_json: bool) -> None:
    """Find out about the outlet at URL, and add it to your own file."""
    from crawler.probing import add_outlet

    found = add_outlet(url, own, allow_private=allow_private)
    if as_json:
        print_json(found)
        return
    _say(found.outlet)
    for line in found.notes:
        click.echo(f"wirecopy: {line}", err=True)


@command.command()
@click.argument("targets", metavar="[OUTLET]...", nargs=-1)
@own_option
@click.option("--allow-private", is_flag=True, help="Also ask private addresses.")
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    /,
    targets: tuple[str, ...],
    own: Path | None,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Ask every home page, feed and sitemap whether it still is one."""
    from crawler.planning import pick_outlets
    from crawler.probing import check_outlets

    checks = check_outlets(pick_outlets(targets, own=own), allow_private=allow_private)
    if as_json:
        print_json(checks)
    else:
        rows: list[list[Any]] = [
            [c.host, c.kind, c.url, c.links, c.problem] for c in checks
        ]
        print_table("", ["outlet", "kind", "URL", "links", "problem"], rows)
    ctx.exit(EXIT_LOOK if any(c.problem for c in checks) else 0)


@command.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--outlets",
    "own",
    required=True,
    type=click.Path(path_type=Path),
    help="Your own TOML file, which the outlets are added to.",
)
@json_option
def import_(file: Path, own: Path, as_json: bool) -> None:
    """Add the outlets of FILE (TOML, TSV, CSV, OPML or a list of URLs) to your own."""
    from crawler.importing import import_outlets

    report = import_outlets(file, own)
    if as_json:
        print_json(report)
    else:
        click.echo(f"{report.added} outlets added, {report.known} were there already")


def _say(outlet: Outlet) -> None:
    from crawler.outlets import write_outlet

    click.echo(write_outlet(outlet), nl=False)
