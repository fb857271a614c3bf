"""Pages that read the whole database are kept until it changes, and a little longer.

A crawl commits every second, and who uses which agency does not change in a minute: a
page is drawn anew in the background while the visitor gets the one from before.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    View = Callable[..., Awaitable[Any]]

_FRESH_SECONDS = 30.0
_MOST = 128


@dataclass(frozen=True, slots=True)
class _Kept:
    response: Response
    stamp: tuple[int, ...]
    drawn: float


def remembered(view: View, clock: Callable[[], float] = time.monotonic) -> View:
    """Wrap *view*: anonymous answers are kept while the database's files stay as is.

    After a change the kept answer is served for 30 seconds, then once more while it is
    drawn anew. What a signed-in visitor sees is never kept.
    """
    kept: dict[tuple[int, str], _Kept] = {}
    drawing: dict[tuple[int, str], asyncio.Task[Any]] = {}

    async def draw(key: tuple[int, str], request: Any, datasette: Any) -> Any:
        stamp = _stamp(request, datasette)
        response = await view(request, datasette)
        if isinstance(response, Response) and response.status == 200:
            if len(kept) >= _MOST:
                kept.pop(next(iter(kept)))
            kept[key] = _Kept(response, stamp, clock())
        return response

    @wraps(view)
    async def answer(request: Any, datasette: Any) -> Any:
        if request.actor is not None or request.method != "GET":
            return await view(request, datasette)
        key = (id(datasette), f"{request.host} {request.full_path}")
        found = kept.get(key)
        if found is None:
            return await draw(key, request, datasette)
        is_stale = found.stamp != _stamp(request, datasette)
        if is_stale and clock() - found.drawn > _FRESH_SECONDS and key not in drawing:
            drawing[key] = asyncio.create_task(draw(key, request, datasette))
            drawing[key].add_done_callback(lambda _: drawing.pop(key, None))
        return _copy(found.response)

    return answer


def _copy(response: Response) -> Response:
    return Response(
        response.body,
        status=response.status,
        headers=dict(response.headers),
        content_type=response.content_type,
    )


def _stamp(request: Any, datasette: Any) -> tuple[int, ...]:
    """Return the sizes and times of the database's file and its log."""
    route = request.url_vars["database"]
    paths = [d.path for d in datasette.databases.values() if d.route == route]
    found: list[int] = []
    for path in paths:
        for file in (Path(path), Path(f"{path}-wal")):
            try:
                facts = file.stat()
            except OSError:
                continue
            found += [facts.st_mtime_ns, facts.st_size]
    return tuple(found)
