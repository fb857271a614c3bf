"""wirecopy search: find articles by words, folded as their texts were."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import click

from crawler.cli.output import console, db_option, json_option, print_json, shown

if TYPE_CHECKING:
    from pathlib import Path

    from storage.search import Hit


_UNWANTED = re.compile(r"^-(?=[^-].)")
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}|\d{4}-\d{2}-\d{2}T[\d:]{2,8}Z?")


class Day(click.ParamType[str]):
    """A year, a month, a day or a moment, as times are stored."""

    name = "day"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return *value* as it is, where it is a date."""
        found = _DATE.fullmatch(value)
        try:
            datetime.fromisoformat(f"{found[0]}-01-01"[:10] if found else "none")
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-11-01", param, ctx)
        return value


DAY = Day()


class SearchCommand(click.Command):
    """Takes a query that begins with an unwanted word for no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Part the hyphen from what click looks at; the command has one short option."""
        return super().parse_args(ctx, [_UNWANTED.sub(" -", arg) for arg in args])


@click.command("search", cls=SearchCommand)
@click.argument("query")
@db_option
@click.option("--outlet", help="Only of this outlet.")
@click.option("--agency", help="Only credited to this agency.")
@click.option("--language", help="Only in this language, as a code.")
@click.option(
    "--since", type=DAY, help="Only published on this day or later (2026-11-01)."
)
@click.option("--until", type=DAY, help="Only published on this day or before.")
@click.option("--clean", is_flag=True, help="Only the shown article of each story.")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    help="Show so many.",
)
@click.option("--offset", default=0, type=click.IntRange(0), help="Skip so many.")
@json_option
def command(
    query: str,
    db: Path,
    *,
    outlet: str | None,
    agency: str | None,
    language: str | None,
    since: str | None,
    until: str | None,
    clean: bool,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """Search the articles of a database.

    Words are all wanted; "a phrase" keeps its order, stem* is a beginning, -word is
    unwanted, OR is either. Accents, letter forms and ü/ue make no difference.
    """
    from storage.search import Filters, search_articles
    from storage.store import Store

    query = query.strip()
    filters = Filters(
        outlet=outlet,
        agency=agency,
        language=language,
        since=since,
        until=until,
        only_canonical=clean,
    )
    with Store.open(db, read_only=True) as store:
        filters.refuse_unknown(store.db)
        hits = search_articles(
            store.db, query, filters=filters, limit=limit, offset=offset
        )
    if as_json:
        print_json({"query": query, "hits": hits})
        return
    _print_hits(hits)
    if not hits:
        is_filtered = filters != Filters()
        where = " among those that were asked for" if is_filtered else ""
        what = f"no more than {offset} articles have" if offset else "no article has"
        click.echo(f"{what} these words{where}", err=True)


def _print_hits(hits: list[Hit]) -> None:
    """Print each hit as its id and headline, its origin, and the words around it."""
    from rich.padding import Padding
    from rich.text import Text

    screen = console()
    width = max((len(str(hit.article)) for hit in hits), default=0) + 2
    for hit in hits:
        headline = shown(hit.headline)
        screen.print(Text(f"{hit.article!s:<{width}}{headline}", style="bold"))
        origin = ", ".join(filter(None, [hit.outlet, (hit.published or "")[:10]]))
        for line in (origin, hit.snippet.marked("«", "»")):
            screen.print(Padding(Text(shown(line)), (0, 0, 0, width)))
