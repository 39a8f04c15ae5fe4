"""Sums and peaks over runs of numbers, eight lanes at a time.

A sum may only be reordered by whoever wrote it, so the compiler leaves one alone; here the order is written
down: eight running sums, added up at the end as a tree. The result is the same on every machine.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8


def _lanes(context, builder, kind, array, start):
    """A function of an index that loads eight numbers from there on, as they lie."""
    view = context.make_array(kind)(context, builder, array)
    wide = ir.VectorType(context.get_data_type(kind.dtype), LANES).as_pointer()
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))

    def load(at):
        place = builder.gep(view.data, [builder.add(start, at)])
        return builder.load(builder.bitcast(place, wide), align=size)

    return load


def _fold(builder, lanes, join):
    """The eight lanes joined pairwise, and their pairs, and those."""
    values = [builder.extract_element(lanes, ir.Constant(ir.IntType(32), lane)) for lane in range(LANES)]
    while len(values) > 1:
        values = [join(a, b) for a, b in zip(values[::2], values[1::2])]
    return values[0]


def _run(context, builder, element, count, step, join):
    """Go through `count` numbers, a multiple of eight, eight at a time; gives them folded."""
    wide = ir.VectorType(context.get_data_type(element), LANES)
    total = cgutils.alloca_once_value(builder, ir.Constant(wide, [0.0] * LANES))
    eight = ir.Constant(count.type, LANES)
    with cgutils.for_range(builder, builder.sdiv(count, eight)) as loop:
        builder.store(step(builder.load(total), builder.mul(loop.index, eight)), total)
    return _fold(builder, builder.load(total), join)


@intrinsic
def dot(typing, left, start, right, begin, count):
    """The sum of products of `count` numbers, a multiple of eight, from `start` in one array and `begin` in another."""
    if left.dtype != right.dtype or {left.layout, right.layout} != {"C"} or (left.ndim, right.ndim) != (1, 1):
        return None

    def codegen(context, builder, signature, args):
        one = _lanes(context, builder, signature.args[0], args[0], args[1])
        other = _lanes(context, builder, signature.args[2], args[2], args[3])

        def step(total, at):
            return builder.fadd(total, builder.fmul(one(at), other(at)))

        return _run(context, builder, left.dtype, args[4], step, builder.fadd)

    return left.dtype(left, types.int64, right, types.int64, types.int64), codegen


@intrinsic
def peak(typing, array, start, count):
    """The largest magnitude among `count` numbers, a multiple of eight; one that is not a number is not seen."""
    if array.layout != "C" or array.ndim != 1:
        return None

    def codegen(context, builder, signature, args):
        load = _lanes(context, builder, signature.args[0], args[0], args[1])

        def larger(a, b):
            return builder.select(builder.fcmp_ordered(">", b, a), b, a)

        def step(total, at):
            value = load(at)
            return larger(larger(total, value), builder.fneg(value))

        return _run(context, builder, array.dtype, args[2], step, larger)

    return array.dtype(array, types.int64, types.int64), codegen
