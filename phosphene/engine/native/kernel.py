"""The two decorators that compile a function: `kernel` for numba callers, `native_function` for C callers."""

import sys
from collections.abc import Callable
from functools import update_wrapper
from threading import Lock
from typing import Any, ParamSpec, Protocol, TypeVar

from numba import cfunc, njit, types

ULONG = types.uint32 if sys.platform == "win32" else types.uint64  # C's unsigned long

OPTIONS = {"error_model": "numpy", "forceinline": True}

P = ParamSpec("P")
R = TypeVar("R")


class Kernel(Protocol[P, R]):
    """A compiled function. It is called with the arguments of the Python function it was made of."""

    py_func: Callable[P, R]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Compile a loop over samples.

    It is inlined into its callers, which removes its error paths. There is no `fastmath`, which may reorder sums:
    results would then depend on the block size. Annotations are for readers and mypy; numba infers its own types.
    """
    compiled: Kernel[P, R] = njit(nogil=True, cache=True, **OPTIONS)(function)
    return compiled


class NativeFunction:
    """A function that C calls by address. It is compiled, or loaded from the cache, when its address is first read."""

    __name__: str  # of the function

    def __init__(self, signature: Any, function: Callable[..., Any]) -> None:
        self.signature, self.function = signature, function
        self._lock, self._compiled = Lock(), None
        update_wrapper(self, function)

    @property
    def compiled(self) -> Any:
        with self._lock:  # of two compiled at once, one would be freed while its address is in use
            self._compiled = self._compiled or cfunc(self.signature, cache=True, **OPTIONS)(self.function)
        return self._compiled

    @property
    def address(self) -> int:
        """Valid for as long as this object lives."""
        return int(self.compiled.address)


def native_function(signature: Any) -> Callable[[Callable[..., Any]], NativeFunction]:
    """Decorator for a function that C or a chain calls by address."""
    return lambda function: NativeFunction(signature, function)
