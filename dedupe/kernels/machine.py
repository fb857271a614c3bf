"""What the machine does in one instruction and numba has no name for.

Each has a twin in plain Python, for kernels that run without being compiled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedupe.kernels.compiler import DISABLED, intrinsic, ir, types

_EIGHT = ir.IntType(64)


def _load64(context, array, index):
    """The eight bytes of *array* (uint8) from *index* on, the first one the lowest.

    numba reads whole elements only; this reads them from any place, without a test of
    the bounds.
    """
    signature = types.uint64(array, types.uint64)

    def generate(context, builder, signature, arguments):
        from numba.np.arrayobj import make_array

        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(data, [arguments[1]])
        loaded = builder.load(builder.bitcast(place, _EIGHT.as_pointer()))
        loaded.align = 1
        return loaded

    return signature, generate


def _store64(context, array, index, eight):
    """Write *eight* bytes to *array* (uint8) from *index* on, the lowest one first."""
    signature = types.void(array, types.uint64, types.uint64)

    def generate(context, builder, signature, arguments):
        from numba.np.arrayobj import make_array

        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        place = builder.gep(data, [arguments[1]])
        builder.store(
            arguments[2], builder.bitcast(place, _EIGHT.as_pointer())
        ).align = 1
        return context.get_dummy_value()

    return signature, generate


def _trailing_zeros(context, word):
    """How many low bits of a uint64 are 0; 64 of nothing."""

    def generate(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.IntType(1)(0))

    return types.uint64(types.uint64), generate


def _count_ones(context, word):
    """How many bits of a uint64 are set."""

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


def _plain_load64(array, index):
    return np.frombuffer(array[int(index) : int(index) + 8].tobytes(), np.uint64)[0]


def _plain_store64(array, index, eight):
    array[int(index) : int(index) + 8] = np.array([eight], np.uint64).view(np.uint8)


def _plain_trailing_zeros(word):
    return np.uint64((int(word) & -int(word)).bit_length() - 1 if word else 64)


def _plain_count_ones(word):
    return np.uint64(int(word).bit_count())


load64: Any = _plain_load64 if DISABLED else intrinsic(_load64)
store64: Any = _plain_store64 if DISABLED else intrinsic(_store64)
trailing_zeros: Any = _plain_trailing_zeros if DISABLED else intrinsic(_trailing_zeros)
count_ones: Any = _plain_count_ones if DISABLED else intrinsic(_count_ones)
