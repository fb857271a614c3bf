"""numba, imported without scipy: that costs half a second, and no kernel needs it."""

from __future__ import annotations

import os

from dedupe.slim_imports import unseen

# numba asks for scipy to check its version and to multiply matrices.
with unseen("scipy"):
    import numba.np.arraymath
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import njit, types
    from numba.extending import intrinsic
    from numba.np.arrayobj import make_array

DISABLED = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"

__all__ = ["DISABLED", "intrinsic", "ir", "make_array", "njit", "numba", "types"]
