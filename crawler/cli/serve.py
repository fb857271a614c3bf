"""wirecopy serve: open a database in the browser."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.cli.output import json_option, print_json

if TYPE_CHECKING:
    from storage.inspect.server import Served


@click.command()
@click.argument("database", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 shows the site to the whole network.",
)
@click.option(
    "--port",
    default=8001,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--sql", is_flag=True, help="Let visitors run their own SQL queries.")
@click.option(
    "--download",
    is_flag=True,
    help="Let visitors download the database; needs --immutable.",
)
@click.option(
    "--immutable",
    is_flag=True,
    help="Nothing writes this file meanwhile; works on a read-only disk.",
)
@click.option(
    "--review",
    "reviewers",
    multiple=True,
    metavar="NAME",
    help="Let NAME answer on the Review page, by a link that is printed; repeatable.",
)
@click.option(
    "--base-url",
    default="/",
    show_default=True,
    help="The path under which a proxy serves the site.",
)
@click.option("--title", help="The site's name.")
@json_option
def command(
    database: Path,
    host: str,
    port: int,
    sql: bool,
    download: bool,
    immutable: bool,
    reviewers: tuple[str, ...],
    base_url: str,
    title: str | None,
    as_json: bool,
) -> None:
    """Open DATABASE in the browser: stories, evidence, search; read-only.

    Only this machine can see it unless --host says otherwise.
    """
    if importlib.util.find_spec("datasette") is None:
        raise click.UsageError("serve needs datasette: pip install 'wirecopy[inspect]'")
    from storage.inspect.server import Serving, serve

    serving = Serving(
        host=host,
        port=port,
        sql=sql,
        download=download,
        immutable=immutable,
        reviewers=reviewers,
        base_url=f"/{base_url.strip('/')}/".replace("//", "/"),
        title=title,
    )
    serve(database, serving, started=print_json if as_json else _print)


def _print(served: Served) -> None:
    click.echo(f"{served.database} is open at {served.address} (stop with Ctrl-C)")
    for name, address in served.sign_in.items():
        click.echo(f"{name} may review, by this link once: {address}")
