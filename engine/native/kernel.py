"""The two ways in which this project compiles a function."""

import sys
from functools import cached_property, update_wrapper

from numba import cfunc, njit, types

ULONG = types.uint32 if sys.platform == "win32" else types.uint64  # C's unsigned long

OPTIONS = {"error_model": "numpy", "forceinline": True}

kernel = njit(nogil=True, cache=True, **OPTIONS)
"""For loops over samples. Inlined into its callers, so that no error path survives in them;
never `fastmath`, which may reorder, and the result would then depend on the block size."""


class Native:
    """A function that C calls by address; compiled, or taken from the cache, when that is first asked for."""

    def __init__(self, signature, function):
        self.signature, self.function = signature, function
        update_wrapper(self, function)

    @cached_property
    def compiled(self):
        return cfunc(self.signature, cache=True, **OPTIONS)(self.function)

    @property
    def address(self):
        """Good for as long as this object lives."""
        return self.compiled.address


def native(signature):
    """Decorate a function that C, or a plan, calls by address."""
    return lambda function: Native(signature, function)
