"""Functions called by address, so that a chain can hold operators in any order without compiling anything live."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

from llvmlite import ir
from numba import typeof, types
from numba.extending import intrinsic

from phosphene.engine.native.kernel import native_function
from phosphene.engine.native.memory import I64, audio_at, descriptor_reader, float64_at

PROCESS_SIGNATURE = types.void(*[types.int64] * 6)  # state, params, number of params, block, frames, channels
FILL_SIGNATURE = types.int64(*[types.int64] * 3)  # state, block, frames; returns the frames written

# Globals of each function that `compile_process` makes; this module holds no values for them.
process: Callable[..., None]
read: Callable[[int], Any]


def _process_at(state, params, count, block, frames, channels):
    audio = audio_at(block, frames, channels)
    process(read(state), float64_at(params, count), audio, audio)  # noqa: F821  (globals from `compile_process`)


def compile_process(module):
    """An operator's `process` as a chain calls it: in place, with the address of its State's descriptor."""
    scope = {
        "process": module.process,
        "read": descriptor_reader(typeof(module.init(48_000.0, 2))),
        "audio_at": audio_at,
        "float64_at": float64_at,
    }
    function = FunctionType(_process_at.__code__, scope, "process_at")
    function.__module__, function.__qualname__ = __name__, f"process_at_{module.__name__.rpartition('.')[2]}"
    return native_function(PROCESS_SIGNATURE)(function)


def _call_address(builder, result, args):
    kind = ir.FunctionType(result, [I64] * (len(args) - 1))
    return builder.call(builder.inttoptr(args[0], kind.as_pointer()), args[1:])


@intrinsic
def call_process(typing, address, state, params, count, block, frames, channels):
    """Call the function at an address, which has PROCESS_SIGNATURE."""

    def codegen(context, builder, signature, args):
        _call_address(builder, ir.VoidType(), args)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 7), codegen


@intrinsic
def call_fill(typing, address, state, block, frames):
    """Call the function at an address, which has FILL_SIGNATURE."""

    def codegen(context, builder, signature, args):
        return _call_address(builder, I64, args)

    return types.int64(*[types.int64] * 4), codegen
