"""The hooks by which datasette finds our pages; each one leads to its own module.

datasette loads its plugins while it is itself being imported, so what needs its views
is imported inside the hooks.
"""

from __future__ import annotations

import logging
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

from datasette import hookimpl
from datasette.utils.asgi import Base400, Response
from jinja2 import FileSystemLoader

from storage.inspect.csp import with_headers
from storage.inspect.descriptions import describe
from storage.inspect.filters import FILTERS
from storage.inspect.site import REVIEW, TEMPLATES, review_allowed, site_of
from storage.search import register_functions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Add our pages."""
    from storage.inspect.routes import make_routes

    return make_routes(datasette)


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Add our templates behind those of --template-dir, and our filters."""
    # datasette finds a plugin's templates only beside a package, and ours is a module.
    paths = env.loader.loaders[0].searchpath
    own = 1 if datasette.template_dir else 0
    env.loader.loaders[0] = FileSystemLoader(
        [*paths[:own], str(TEMPLATES), *paths[own:]]
    )
    env.filters |= FILTERS


@hookimpl
def extra_template_vars(
    datasette: Any, request: Any, database: str | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Tell every template of the site."""

    async def inner() -> dict[str, Any]:
        actor = request.actor if request else None
        return {"site": await site_of(datasette, actor, database)}

    return inner  # datasette calls and awaits it


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give SQL the functions of search, and reading a large file its memory map."""
    register_functions(conn)
    conn.execute("PRAGMA mmap_size = 1073741824")


@hookimpl
def asgi_wrapper() -> Any:
    """Send the headers that keep a stored string from running."""
    return with_headers


@hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Describe every table, view and column."""
    return describe(datasette)


@hookimpl
def permission_allowed(
    datasette: Any, actor: Any, action: str, resource: Any
) -> bool | None:
    """Answer for the Review page; every other permission is datasette's."""
    return review_allowed(datasette, actor, resource) if action == REVIEW else None


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """Offer Parquet beside CSV and JSON where pyarrow is installed."""
    from storage.inspect.exports import has_parquet, parquet

    if not has_parquet():
        return []
    return [{"extension": "parquet", "render": parquet}]


@hookimpl
def handle_exception(
    datasette: Any, request: Any, exception: Exception
) -> Callable[[], Awaitable[Response]]:
    """Say what went wrong on a page of ours; only a fault of ours is logged."""
    status, title, message = _told(exception)
    if status >= 500:
        logger.error("%(path)s failed", {"path": request.path}, exc_info=exception)

    async def inner() -> Response:
        if request.path.split("?")[0].endswith(".json"):
            facts = {"ok": False, "error": message, "status": status, "title": title}
            return Response.json(facts, status=status)
        html = await datasette.render_template(
            [f"{status}.html", "error.html"],
            {"title": title, "error": message, "status": status},
            request=request,
        )
        return Response.html(html, status=status)

    return inner


def _told(exception: Exception) -> tuple[int, str, str]:
    from datasette.database import QueryInterrupted
    from datasette.views.base import DatasetteError

    text = str(exception)
    if isinstance(exception, QueryInterrupted) or text == "interrupted":
        return 400, "That took too long", "Narrow the question: a date, an outlet."
    if isinstance(exception, Base400):
        titles = {404: "Not found", 403: "Not allowed", 400: "Not understood"}
        return exception.status, titles.get(exception.status, "Error"), text
    if isinstance(exception, DatasetteError):
        # What datasette refuses by itself is the visitor's; what it passes on is not.
        is_ours = exception.status != 500 or exception.__context__ is not None
        status = exception.status if is_ours else 400
        if exception.message_is_html:
            return status, exception.title or "Error", "See the server's log."
        return status, exception.title or "Error", str(exception.message)
    if isinstance(exception, JSONDecodeError):
        return 400, "Not understood", "A part of the address is no JSON."
    return 500, "Something went wrong", "The server's log says more."
