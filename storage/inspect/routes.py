"""The addresses of our pages, and what answers them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from datasette.utils import sqlite_timelimit, tilde_decode
from datasette.utils.asgi import BadRequest, NotFound, Response, asgi_static
from datasette.views.index import IndexView

from storage.inspect.agencies import read_agencies
from storage.inspect.article import read_article
from storage.inspect.asking import Asked, Moved, UnreadableError
from storage.inspect.exports import csv_routes
from storage.inspect.feeds import Channel, atom_feed, json_feed
from storage.inspect.finding import read_search
from storage.inspect.outlet import read_outlet, read_outlets
from storage.inspect.remembering import remembered
from storage.inspect.review_routes import review
from storage.inspect.sign_in import sign_in
from storage.inspect.site import STATIC, our_databases, permit, site_of
from storage.inspect.story import read_story
from storage.inspect.story_list import read_story_list
from storage.inspect.today import read_today
from storage.inspect.view_pages import view_routes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

_TIME_LIMIT_MS = 5_000
_FEED_LENGTH = 50
_TEXTS = ("articles", "stories")


@dataclass(frozen=True, slots=True)
class Page:
    """A page: *path* after the database's address, and the tables that it shows."""

    name: str
    path: str
    read: Callable[[sqlite3.Connection, Asked], object | None]
    tables: tuple[str, ...] = _TEXTS
    reads_all: bool = False


PAGES = (
    Page(
        "today", "today", read_today, (*_TEXTS, "outlets", "agencies"), reads_all=True
    ),
    Page("stories", "stories", read_story_list),
    Page(
        "story",
        r"story/(?P<number>\d+)",
        read_story,
        (*_TEXTS, "pairs", "story_aliases"),
    ),
    Page(
        "article",
        r"article/(?P<number>\d+)",
        read_article,
        (*_TEXTS, "pairs", "removed_blocks", "revisions"),
    ),
    Page("outlets", "outlets", read_outlets, ("articles", "outlets"), reads_all=True),
    Page(
        "outlet",
        r"outlet/(?P<number>\d+)",
        read_outlet,
        (*_TEXTS, "outlets", "outlet_blocks"),
    ),
    Page(
        "agencies",
        "agencies",
        read_agencies,
        ("articles", "agencies", "outlets"),
        reads_all=True,
    ),
    Page("search", "search", read_search),
)


def make_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Return every route of the plugin; they stand before datasette's own."""
    prefix = r"/(?P<database>[^/]+)/-/"
    return [
        (r"/$", _home),
        (r"/-/wirecopy/(?P<path>.*)$", asgi_static(STATIC)),
        (r"/-/sign-in$", sign_in),
        *((rf"{prefix}{page.path}$", _view(page)) for page in PAGES),
        (rf"{prefix}stories\.(?P<format>atom|json)$", _feed),
        (rf"{prefix}review$", review),
        *csv_routes(datasette),
        (r"/(?P<database>[^/]+)/-(/|$)", _nothing),
        *view_routes(datasette),
    ]


def _view(page: Page) -> Callable[..., Any]:
    async def view(request: Any, datasette: Any) -> Any:
        if request.method not in ("GET", "HEAD"):
            return Response.text("Method not allowed", status=405)
        database = await _database(datasette, request)
        await permit(datasette, request.actor, database, page.tables)
        found = await read_within(datasette, database, page.read, asked_of(request))
        if found is None:
            raise NotFound(f"No {page.name} {request.url_vars.get('number', '')}")
        if isinstance(found, Moved):
            site = await site_of(datasette, request.actor, database)
            return Response.redirect(site.at("story", found.story), status=301)
        html = await datasette.render_template(
            f"wirecopy/{page.name}.html",
            {"database": database, "page": found, "here": page.name},
            request=request,
            view_name="wirecopy",
        )
        return Response.html(html)

    return remembered(view) if page.reads_all else view


async def _home(request: Any, datasette: Any) -> Response | None:
    """Lead to Today where one wirecopy database is served; else datasette's index."""
    site = await site_of(datasette, request.actor, None)
    if len(site.databases) == 1:
        return Response.redirect(site.at("today"))
    request.scope["url_route"]["kwargs"]["format"] = None
    response: Response = await IndexView(datasette).dispatch_request(request)
    return response


async def _nothing(request: Any, datasette: Any) -> None:
    """Answer what is none of our pages; datasette would ask for a table named "-"."""
    raise NotFound(f"No page {request.path}")


async def _feed(request: Any, datasette: Any) -> Response:
    database = await _database(datasette, request)
    await permit(datasette, request.actor, database, _TEXTS)
    found = await read_within(
        datasette,
        database,
        lambda conn, asked: read_story_list(conn, asked, _FEED_LENGTH),
        asked_of(request),
    )
    site = await site_of(datasette, request.actor, database)
    channel = Channel(
        name=f"{datasette.metadata('title', database=database) or database}: stories",
        home=datasette.absolute_url(request, site.at("stories")),
        address=datasette.absolute_url(request, request.full_path),
        page_of=lambda story: datasette.absolute_url(request, site.at("story", story)),
    )
    if request.url_vars["format"] == "json":
        return Response.json(
            json_feed(channel, found.rows),
            headers={"content-type": "application/feed+json"},
        )
    return Response(
        atom_feed(channel, found.rows),
        content_type="application/atom+xml; charset=utf-8",
    )


def asked_of(request: Any) -> Asked:
    """Read what a request asks; the clock is read here and nowhere below."""
    number = request.url_vars.get("number") or "0"
    return Asked(
        now=datetime.now(UTC),
        # SQLite's ids end at 63 bits.
        number=min(int(number[:19]), 2**63 - 1),
        args={name: request.args.get(name) or "" for name in request.args},
    )


async def read_within(
    datasette: Any,
    database: str,
    read: Callable[[sqlite3.Connection, Asked], Any],
    asked: Asked,
) -> Any:
    """Run *read* on a read-only connection in datasette's pool, for a limited time."""

    def run(conn: sqlite3.Connection) -> Any:
        with sqlite_timelimit(conn, _TIME_LIMIT_MS):
            return read(conn, asked)

    try:
        return await datasette.get_database(database).execute_fn(run)
    except UnreadableError as error:
        raise BadRequest(str(error)) from error


async def _database(datasette: Any, request: Any) -> str:
    route = tilde_decode(request.url_vars["database"])
    try:
        name: str = datasette.get_database(route=route).name
    except KeyError:
        raise NotFound(f"No database {route}") from None
    if name not in our_databases(datasette):
        raise NotFound(f"{route} is not a wirecopy database")
    return name
