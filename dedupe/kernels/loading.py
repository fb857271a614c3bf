"""Kernels out of numba's cache, without what only compiling other kernels needs."""

from __future__ import annotations

import sys
from functools import cache, wraps
from typing import Any

from llvmlite.binding import add_symbol, parse_bitcode  # type: ignore[import-untyped]
from numba.core import environment as environments
from numba.core.caching import FunctionCache
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.environment import Environment, lookup_environment
from numba.core.runtime import _nrt_python  # type: ignore[attr-defined]


class LightLibrary(JITCodeLibrary):
    """Machine code whose bitcode waits unread until another kernel links it.

    Reading it takes six times as long as all else of loading a kernel.
    """

    _bitcode: bytes | None = None

    @classmethod
    def _unserialize(cls, codegen: Any, state: Any) -> Any:
        name, kind, data = state
        if kind != "object":
            return super()._unserialize(codegen, state)
        machine_code, bitcode = data
        library = codegen.create_library(name)
        library._bitcode = bitcode
        library.enable_object_caching()
        library._set_compiled_object(machine_code)
        library._finalize_final_module()
        return library

    def get_pointer_to_function(self, name: str) -> Any:
        if self._bitcode is None:
            return super().get_pointer_to_function(name)
        return self._codegen._engine.get_function_address(name)

    def _get_module_for_linking(self) -> Any:
        if self._bitcode is not None:
            self._shared_module = parse_bitcode(self._bitcode)
            self._codegen._engine._load_defined_symbols(self._shared_module)
            self._bitcode = None
        return super()._get_module_for_linking()


@cache
def _name_helpers() -> None:
    """Name what kernels call of numba's runtime; the rest of it only linking needs."""
    for name, address in _nrt_python.c_helpers.items():
        add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


@wraps(environments._rebuild_env)
def _rebuild_environment(module: str, constants: list[Any], name: str) -> Any:
    """Rebuild what a kernel knows, without a module that only interpreting it needs.

    It goes into the cache by the name of numba's own.
    """
    known = lookup_environment(name)
    if known is not None:
        return known
    found = sys.modules.get(module)
    environment = Environment({"__name__": module} if found is None else vars(found))
    environment.consts[:] = constants
    environment.env_name = name
    Environment._memo[name] = environment
    return environment


def _load_overload(cache: FunctionCache, signature: Any, context: Any) -> Any:
    """Load a kernel without all that numba can compile, which the compiler fetches."""
    _name_helpers()
    with cache._guard_against_spurious_io_errors():
        return cache._load_overload(signature, context)


def load_lightly() -> None:
    """Let kernels come out of the cache in a sixth of the time."""
    environments._rebuild_env = _rebuild_environment
    JITCPUCodegen._library_class = LightLibrary
    FunctionCache.load_overload = _load_overload  # type: ignore[method-assign, assignment]
