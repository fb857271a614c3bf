"""numba, imported without what it only looks for: that costs half a second."""

from __future__ import annotations

from functools import partial
from os import environ
from typing import Any

from dedupe.slim_imports import deferred, unseen

# scipy is asked for its version and to multiply matrices, cffi to call functions of C,
# yaml to read a file of settings: no kernel needs any of them. What is installed is
# asked for extensions once something is compiled.
with unseen("scipy", "cffi", "yaml"), deferred("importlib.metadata"):
    import numba.core.typing.cffi_utils
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import types
    from numba.extending import intrinsic

    # What loads kernels in less time knows numba from within: others load in their own
    # way, with all that numba can compile.
    LIGHT = numba.__version__.startswith("0.68.")
    if LIGHT:
        from dedupe.kernels.loading import load_lightly

        load_lightly()
    else:
        import numba.np.arraymath

DISABLED = environ.get("NUMBA_DISABLE_JIT", "0") != "0"


def njit(*signature: Any, **options: Any) -> Any:
    """Return numba's decorator, for kernels that take no types of its extensions."""

    def decorate(function: Any) -> Any:
        kernel = numba.njit(*signature, **options)(function)
        if not DISABLED:
            # Else it looks through all that is installed before the first call.
            kernel._compilation_chain_init_hook = lambda: None
        return kernel

    return decorate


# For kernels that others call, and that make no array: numba counts no reference for
# each array that is passed on to them, which may take longer than they do.
borrowing = partial(njit, _nrt=False)

__all__ = [
    "DISABLED",
    "LIGHT",
    "borrowing",
    "intrinsic",
    "ir",
    "njit",
    "numba",
    "types",
]
