"""The only route that writes: an answer about a pair, behind a permission."""

from __future__ import annotations

import logging
import sqlite3
from datetime import UTC, datetime
from typing import Any

from datasette.utils import tilde_decode
from datasette.utils.asgi import BadRequest, Forbidden, NotFound, Response

from storage.inspect.asking import Asked, UnreadableError
from storage.inspect.review import ANSWERS, MOST_ID, keep_answer, read_review
from storage.inspect.site import REVIEW, may_review, our_databases, permit, site_of
from storage.reviews import Review

logger = logging.getLogger(__name__)
_TABLES = ("articles", "pairs", "reviews")
_LONGEST_NOTE = 500


async def review(request: Any, datasette: Any) -> Response:
    """Show the next pair, or keep an answer and show the one after it."""
    try:
        database = datasette.get_database(
            route=tilde_decode(request.url_vars["database"])
        ).name
    except KeyError:
        raise NotFound("No such database") from None
    if database not in our_databases(datasette):
        raise NotFound("Not a wirecopy database")
    if not await may_review(datasette, request.actor, database):
        raise Forbidden(f"Answering needs the permission {REVIEW}")
    await permit(datasette, request.actor, database, _TABLES)
    if request.method == "POST":
        return await _keep(request, datasette, database)
    return await _show(request, datasette, database)


async def _show(request: Any, datasette: Any, database: str) -> Response:
    asked = Asked(
        now=datetime.now(UTC),
        args={name: request.args.get(name) or "" for name in request.args},
    )
    try:
        page = await datasette.get_database(database).execute_fn(
            lambda conn: read_review(conn, asked)
        )
    except UnreadableError as error:
        raise BadRequest(str(error)) from error
    html = await datasette.render_template(
        "wirecopy/review.html",
        {
            "database": database,
            "page": page,
            "here": "review",
            "skip": asked.whole("skip", 0),
            "kept": asked.text("kept"),
            "answered": (asked.whole("a", 0, MOST_ID), asked.whole("b", 0, MOST_ID)),
        },
        request=request,
        view_name="wirecopy",
    )
    return Response.html(html)


async def _keep(request: Any, datasette: Any, database: str) -> Response:
    # asgi-csrf passes a request that carries no cookie at all; the actor's cookie is
    # what let us come here, but an actor may come from elsewhere (a header, a proxy).
    if not _same_origin(request):
        raise Forbidden("An answer must come from this site's own page")
    form = await request.post_vars()
    try:
        answer, _ = ANSWERS[form.get("answer", "")]
        pair = int(form["a"]), int(form["b"])
    except (KeyError, ValueError):
        return Response.text("An answer is s, n or u, about two articles", status=400)
    found = Review(
        a=min(pair), b=max(pair), answer=answer, reviewer=_name(request.actor)
    )
    note = (form.get("note") or "").strip()[:_LONGEST_NOTE] or None
    now = datetime.now(UTC)
    try:
        known = await datasette.get_database(database).execute_write_fn(
            lambda conn: keep_answer(conn, found, now, note)
        )
    except sqlite3.OperationalError as error:
        logger.warning("An answer was not kept: %(error)s", {"error": error})
        return Response.text("The database is being written: try again", status=503)
    if not known:
        raise NotFound("No such pair")
    site = await site_of(datasette, request.actor, database)
    where = site.at("review", kept=answer, a=found.a, b=found.b)
    return Response.redirect(where, status=303)


def _same_origin(request: Any) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.split("//")[-1] == request.host


def _name(actor: Any) -> str:
    names = (actor or {}).get("name"), (actor or {}).get("id")
    return str(next((name for name in names if name), "unknown"))
