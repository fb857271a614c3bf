"""One item is made while another is used, and a third is written."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest

from storage.dumps.overlapping import ahead, write_behind

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_the_next_item_is_made_while_one_is_used() -> None:
    begun = [Event(), Event(), Event()]

    def make() -> Iterator[int]:
        for number, event in enumerate(begun):
            event.set()
            yield number
        raise ValueError("no more")

    used = []

    def use() -> None:
        for number in ahead(make()):
            used.append(number)
            assert all(event.wait(10) for event in begun[: number + 2])

    with pytest.raises(ValueError, match="no more"):
        use()
    assert used == [0, 1, 2]


def test_an_item_is_written_while_the_next_is_made() -> None:
    made, written = Event(), []

    def write(item: int) -> None:
        assert item == 1 or made.wait(10)
        written.append(item)

    def make() -> Iterator[int]:
        yield 0
        made.set()
        yield 1

    write_behind(write, make())
    assert written == [0, 1]


def test_what_cannot_be_written_is_told() -> None:
    def write(item: int) -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write_behind(write, iter([0, 1, 2]))
