"""numba, imported without scipy: that costs half a second, and no kernel needs it."""

from __future__ import annotations

import sys

# numba asks for scipy to check its version and to multiply matrices; None makes it
# look not installed while numba decides.
_hidden = "scipy" not in sys.modules
if _hidden:
    sys.modules["scipy"] = None  # type: ignore[assignment]
try:
    import numba.np.arraymath
    from numba import njit, types
finally:
    if _hidden:
        del sys.modules["scipy"]

__all__ = ["njit", "numba", "types"]
