"""numba, imported without what it only looks for: that costs half a second."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from os import environ
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _hidden(*names: str) -> Iterator[None]:
    """Make packages that are not loaded yet look as if they were not installed."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


# scipy is asked for its version and to multiply matrices, cffi to call functions of C,
# yaml to read a file of settings: no kernel needs any of them.
with _hidden("scipy", "cffi", "yaml"):
    import numba.np.arraymath
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import njit, types
    from numba.extending import intrinsic
    from numba.np.arrayobj import make_array

DISABLED = environ.get("NUMBA_DISABLE_JIT", "0") != "0"

__all__ = ["DISABLED", "intrinsic", "ir", "make_array", "njit", "numba", "types"]
