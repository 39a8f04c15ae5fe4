"""Operators by address, so that a plan can hold them in any order and nothing is compiled on stage."""

from types import FunctionType

from llvmlite import ir
from numba import types, typeof
from numba.extending import intrinsic

from engine.native.kernel import native
from engine.native.memory import I64, interleaved, parameters, reader_of

ENTRY = types.void(*[types.int64] * 6)


def _entry(state, params, count, block, frames, channels):
    audio = interleaved(block, frames, channels)
    process(read(state), parameters(params, count), audio, audio)  # noqa: F821  (given by `entry`)


def entry(module):
    """The C entry of an operator: (state, params, number of params, block, frames, channels).

    It works in place. `state` is the address of what `describe` made of the operator's State.
    Keep what is returned alive: its `address` is only good for as long.
    """
    scope = {
        "process": module.process,
        "read": reader_of(typeof(module.init(48_000.0, 2))),
        "interleaved": interleaved,
        "parameters": parameters,
    }
    own = FunctionType(_entry.__code__, scope, "entry")
    own.__module__, own.__qualname__ = __name__, f"entry_{module.__name__.rpartition('.')[2]}"
    return native(ENTRY)(own)


@intrinsic
def call(typing, address, state, params, count, block, frames, channels):
    """Call an operator's entry."""

    def codegen(context, builder, signature, args):
        kind = ir.FunctionType(ir.VoidType(), [I64] * 6)
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), args[1:])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 7), codegen
