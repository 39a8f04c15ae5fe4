"""Loads and stores of int64 words with a stated memory order.

numba has no atomics on the CPU. These are LLVM's own instructions, so a kernel that uses them is
right in a native callback, in a thread without the interpreter lock, and in another process.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

WORD = 8  # bytes; LLVM demands an alignment for atomics


def _place(context, builder, kind, array, index):
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), ir.IntType(64).as_pointer())


def _loader(order):
    @intrinsic
    def load(typing, array, index):
        def codegen(context, builder, signature, args):
            place = _place(context, builder, signature.args[0], args[0], args[1])
            return builder.load_atomic(place, order, WORD)

        return types.int64(array, types.intp), codegen

    return load


def _storer(order):
    @intrinsic
    def store(typing, array, index, value):
        def codegen(context, builder, signature, args):
            place = _place(context, builder, signature.args[0], args[0], args[1])
            builder.store_atomic(args[2], place, order, WORD)
            return context.get_dummy_value()

        return types.void(array, types.intp, types.int64), codegen

    return store


load_relaxed = _loader("monotonic")  # LLVM's name for relaxed
load_acquire = _loader("acquire")
store_relaxed = _storer("monotonic")
store_release = _storer("release")


@intrinsic
def exchange(typing, array, index, value):
    """Put a word and take the one that was there, acquiring and releasing at once."""

    def codegen(context, builder, signature, args):
        place = _place(context, builder, signature.args[0], args[0], args[1])
        return builder.atomic_rmw("xchg", place, args[2], "acq_rel")

    return types.int64(array, types.intp, types.int64), codegen


@intrinsic
def float_to_bits(typing, number):
    """A float64 as the int64 word that carries it."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def bits_to_float(typing, word):
    """The float64 that a word carries."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen
