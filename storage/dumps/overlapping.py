"""Reading, changing and writing at once: one item ahead, and one behind."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
_END: Any = object()


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield *items*, each made while the one before it is used."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        coming = pool.submit(next, items, _END)
        while (item := coming.result()) is not _END:
            coming = pool.submit(next, items, _END)
            yield item


def write_behind(write: Callable[[T], None], items: Iterable[T]) -> None:
    """Write each of *items* while the next one is made."""
    with ThreadPoolExecutor(1, "behind") as pool:
        last: Future[None] | None = None
        for item in items:
            if last is not None:
                last.result()
            last = pool.submit(write, item)
        if last is not None:
            last.result()
