"""Changes about articles that wait for the end of their transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

What = TypeVar("What")


class Changes(Generic[What]):
    """What is to be added and removed, in order, so that a savepoint can go back."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, bool, What]] = []

    def __iter__(self) -> Iterator[tuple[int, bool, What]]:
        """Go through (article, whether it is added, what)."""
        return iter(self._waiting)

    def __len__(self) -> int:
        """Return where a savepoint begins, for back_to()."""
        return len(self._waiting)

    def add(self, article: int, what: What) -> None:
        """Let *what* be written for an article."""
        self._waiting.append((article, True, what))

    def remove(self, article: int, what: What) -> None:
        """Let *what* be taken out; it must be what went in."""
        self._waiting.append((article, False, what))

    def back_to(self, size: int) -> None:
        """Forget what came since there were so many: it was rolled back."""
        del self._waiting[size:]

    def take(self) -> tuple[list[tuple[int, What]], list[tuple[int, What]]]:
        """Return what is to be removed and then what is to be added; none waits."""
        removed: list[tuple[int, What]] = []
        added: dict[int, What] = {}
        for article, is_new, what in self._waiting:
            if is_new:
                added[article] = what
            elif added.pop(article, None) is None:
                removed.append((article, what))
        self._waiting.clear()
        return removed, list(added.items())
