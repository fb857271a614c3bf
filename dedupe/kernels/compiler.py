"""numba, imported without scipy: that costs half a second, and no kernel needs it."""

from __future__ import annotations

import os
import sys

# numba asks for scipy to check its version and to multiply matrices; None makes it
# look not installed while numba decides.
_hidden = "scipy" not in sys.modules
if _hidden:
    sys.modules["scipy"] = None  # type: ignore[assignment]
try:
    import numba.np.arraymath
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import njit, types
    from numba.extending import intrinsic
    from numba.np.arrayobj import make_array
finally:
    if _hidden:
        del sys.modules["scipy"]

DISABLED = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"

__all__ = ["DISABLED", "intrinsic", "ir", "make_array", "njit", "numba", "types"]
