"""A value that a finder read, and the witness that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """*value*, with the *source* that bears witness to it ("json-ld", "meta", ...)."""

    value: T
    source: str
