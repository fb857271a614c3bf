"""Without what one would wait for: what a library only looks for, and garbage."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from importlib.machinery import PathFinder
from importlib.util import LazyLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec


class _Unseen:
    """Asked before the finders of the import system; what is loaded nobody looks for."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self.packages:
            raise ModuleNotFoundError(f"{name} is not looked for", name=name)


@contextmanager
def unseen(*packages: str) -> Iterator[None]:
    """Make packages that are not loaded yet look as if they were not installed."""
    with _asked_first(_Unseen(packages)):
        yield


@contextmanager
def deferred(*modules: str) -> Iterator[None]:
    """Load modules that are not loaded yet when something of them is used first."""
    with _asked_first(_Deferred(modules)):
        yield


@contextmanager
def _asked_first(finder: _Unseen | _Deferred) -> Iterator[None]:
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Deferred:
    """Asked before the finders of the import system; what is found is loaded when used."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self.modules = modules

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        if name not in self.modules:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def kept() -> Iterator[None]:
    """Load what stays: no collection walks through it, neither meanwhile nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def collect_seldom() -> None:
    """Let garbage wait: very many small objects are made, nearly none of them in cycles."""
    gc.set_threshold(20_000, 20, 20)
