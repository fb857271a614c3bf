"""numba, imported without what it only looks for: that costs half a second."""

from __future__ import annotations

from functools import partial
from os import environ

from dedupe.slim_imports import unseen

# scipy is asked for its version and to multiply matrices, cffi to call functions of C,
# yaml to read a file of settings: no kernel needs any of them.
with unseen("scipy", "cffi", "yaml"):
    import numba.core.typing.cffi_utils
    import numba.np.arraymath
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import njit, types
    from numba.extending import intrinsic
    from numba.np.arrayobj import make_array

# What loads kernels in less time knows numba from within: others load in their own way.
if numba.__version__.startswith("0.68."):
    from dedupe.kernels.loading import load_lightly

    load_lightly()

# For kernels that others call, and that make no array: numba counts no reference for
# each array that is passed on to them, which may take longer than they do.
borrowing = partial(njit, _nrt=False)
DISABLED = environ.get("NUMBA_DISABLE_JIT", "0") != "0"

__all__ = [
    "DISABLED",
    "borrowing",
    "intrinsic",
    "ir",
    "make_array",
    "njit",
    "numba",
    "types",
]
