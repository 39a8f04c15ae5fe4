"""Loads and stores of int64 words with an explicit memory order.

numba has no atomics on the CPU. These compile to LLVM's own instructions, so a kernel that uses them is correct in
a native callback, in a thread without the interpreter lock, and in another process.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WORD_SIZE = 8  # bytes; LLVM requires an alignment for atomics


def _pointer(context, builder, kind, array, index):
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), ir.IntType(64).as_pointer())


def _make_load(order):
    @intrinsic
    def load(typing, array, index):
        def codegen(context, builder, signature, args):
            pointer = _pointer(context, builder, signature.args[0], args[0], args[1])
            return builder.load_atomic(pointer, order, WORD_SIZE)

        return types.int64(array, types.intp), codegen

    return load


def _make_store(order):
    @intrinsic
    def store(typing, array, index, value):
        def codegen(context, builder, signature, args):
            pointer = _pointer(context, builder, signature.args[0], args[0], args[1])
            builder.store_atomic(args[2], pointer, order, WORD_SIZE)
            return context.get_dummy_value()

        return types.void(array, types.intp, types.int64), codegen

    return store


load_relaxed = _make_load("monotonic")  # LLVM's name for relaxed
load_acquire = _make_load("acquire")
store_relaxed = _make_store("monotonic")
store_release = _make_store("release")


@intrinsic
def exchange(typing, array, index, value):
    """Store a word and return the one it replaces, as an acquire and a release at once."""

    def codegen(context, builder, signature, args):
        pointer = _pointer(context, builder, signature.args[0], args[0], args[1])
        return builder.atomic_rmw("xchg", pointer, args[2], "acq_rel")

    return types.int64(array, types.intp, types.int64), codegen


@intrinsic
def float_to_bits(typing, number):
    """The bits of a float64 as an int64."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def bits_to_float(typing, word):
    """The float64 with the bits of an int64."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen
