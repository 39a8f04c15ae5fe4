"""The two ways in which this project compiles a function."""

import sys

from numba import cfunc, njit, types

ULONG = types.uint32 if sys.platform == "win32" else types.uint64  # C's unsigned long

kernel = njit(nogil=True, cache=True, error_model="numpy", forceinline=True)
"""For loops over samples. Inlined into its callers, so that no error path survives in them;
never `fastmath`, which may reorder, and the result would then depend on the block size."""


def native(signature):
    """For functions that C calls by address: an entry of the plan, the device's callback."""
    return cfunc(signature, cache=True, error_model="numpy")
