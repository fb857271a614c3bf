"""Answers that read the whole database are kept until it changes, and a little longer.

A crawl commits every second, and who uses which agency does not change in a minute: an
answer is drawn anew in the background while the visitor gets the one from before.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from datasette.utils.asgi import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    View = Callable[..., Awaitable[Any]]

Answer = TypeVar("Answer")

_FRESH_SECONDS = 30.0
# Older than this, nobody is shown what has changed since.
_STALE_SECONDS = 600.0
_MOST = 256


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Answer]):
    answer: Answer
    stamp: tuple[int, ...]
    drawn: float


class Memory(Generic[Answer]):
    """Answers by their keys, each with the stamp of what it was read from.

    After a change an answer is given for 30 seconds, then once more while it is drawn
    anew; one of more than ten minutes is waited for. Only what *keeps* says is kept.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        keeps: Callable[[Answer], bool] = lambda _: True,
    ) -> None:
        self._clock = clock
        self._keeps = keeps
        self._kept: dict[Hashable, _Kept[Answer]] = {}
        self._drawing: dict[Hashable, asyncio.Task[Answer]] = {}

    async def answer(
        self,
        key: Hashable,
        stamp: tuple[int, ...],
        draw: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        """Return what is kept under *key*, or what *draw* returns."""
        found = self._kept.get(key)
        if found is None:
            return await self._draw(key, stamp, draw)
        age = self._clock() - found.drawn
        if found.stamp == stamp or age <= _FRESH_SECONDS:
            return found.answer
        if age > _STALE_SECONDS:
            return await self._draw(key, stamp, draw)
        if key not in self._drawing:
            self._drawing[key] = asyncio.create_task(self._draw(key, stamp, draw))
            self._drawing[key].add_done_callback(lambda task: self._drawn(key, task))
        return found.answer

    async def _draw(
        self,
        key: Hashable,
        stamp: tuple[int, ...],
        draw: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        answer = await draw()
        if self._keeps(answer):
            self._kept.pop(key, None)
            if len(self._kept) >= _MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = _Kept(answer, stamp, self._clock())
        return answer

    def _drawn(self, key: Hashable, task: asyncio.Task[Answer]) -> None:
        del self._drawing[key]
        if not task.cancelled() and task.exception() is not None:
            # The next visitor waits for a new one, and is told what is wrong.
            self._kept.pop(key, None)


def remembered(view: View) -> View:
    """Wrap *view*: anonymous answers are kept; what a signed-in visitor sees never is."""
    memory: Memory[Any] = Memory(
        keeps=lambda answer: isinstance(answer, Response) and answer.status == 200
    )

    @wraps(view)
    async def answer(request: Any, datasette: Any) -> Any:
        if request.actor is not None or request.method != "GET":
            return await view(request, datasette)
        route = request.url_vars["database"]
        paths = [d.path for d in datasette.databases.values() if d.route == route]
        found = await memory.answer(
            (id(datasette), f"{request.host} {request.full_path}"),
            stamp_of(*paths),
            lambda: view(request, datasette),
        )
        return _copy(found) if isinstance(found, Response) else found

    return answer


def _copy(response: Response) -> Response:
    return Response(
        response.body,
        status=response.status,
        headers=dict(response.headers),
        content_type=response.content_type,
    )


def stamp_of(*paths: str) -> tuple[int, ...]:
    """Return the sizes and times of databases' files and their logs."""
    found: list[int] = []
    for path in paths:
        for file in (Path(path), Path(f"{path}-wal")):
            try:
                facts = file.stat()
            except OSError:
                continue
            found += [facts.st_mtime_ns, facts.st_size]
    return tuple(found)
