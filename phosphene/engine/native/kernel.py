"""The two ways in which this project compiles a function."""

import sys
from functools import update_wrapper
from threading import Lock

from numba import cfunc, njit, types

ULONG = types.uint32 if sys.platform == "win32" else types.uint64  # C's unsigned long

OPTIONS = {"error_model": "numpy", "forceinline": True}

kernel = njit(nogil=True, cache=True, **OPTIONS)
"""For loops over samples. Inlined into its callers, so that no error path survives in them;
never `fastmath`, which may reorder, and the result would then depend on the block size."""


class NativeFunction:
    """A function that C calls by address; compiled, or taken from the cache, when that is first asked for."""

    def __init__(self, signature, function):
        self.signature, self.function, self.turn, self.made = signature, function, Lock(), None
        update_wrapper(self, function)

    @property
    def compiled(self):
        with self.turn:  # made twice, one of the two would go, and its address be in use
            self.made = self.made or cfunc(self.signature, cache=True, **OPTIONS)(self.function)
        return self.made

    @property
    def address(self):
        """Good for as long as this object lives."""
        return self.compiled.address


def native_function(signature):
    """Decorate a function that C, or a plan, calls by address."""
    return lambda function: NativeFunction(signature, function)
