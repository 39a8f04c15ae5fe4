"""Sums of products and peaks, eight lanes at a time.

Without `fastmath` the compiler must not reorder a sum and so cannot vectorise it. Here the order is explicit: eight
running sums, added as a tree at the end. The result is the same on every machine.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 8


def _loader(context, builder, kind, array, start):
    """A function that loads eight neighbouring numbers, from an index counted from `start`."""
    view = context.make_array(kind)(context, builder, array)
    vector = ir.VectorType(context.get_data_type(kind.dtype), LANES).as_pointer()
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))

    def load(index):
        pointer = builder.gep(view.data, [builder.add(start, index)])
        return builder.load(builder.bitcast(pointer, vector), align=size)

    return load


def _fold(builder, lanes, combine):
    """The eight lanes combined in pairs, as a tree."""
    values = [builder.extract_element(lanes, ir.Constant(ir.IntType(32), lane)) for lane in range(LANES)]
    while len(values) > 1:
        values = [combine(a, b) for a, b in zip(values[::2], values[1::2])]
    return values[0]


def _reduce(context, builder, element, count, step, combine):
    """Reduce `count` numbers, a multiple of eight: `step` adds eight to the total, `combine` joins two lanes."""
    vector = ir.VectorType(context.get_data_type(element), LANES)
    total = cgutils.alloca_once_value(builder, ir.Constant(vector, [0.0] * LANES))
    eight = ir.Constant(count.type, LANES)
    with cgutils.for_range(builder, builder.sdiv(count, eight)) as loop:
        builder.store(step(builder.load(total), builder.mul(loop.index, eight)), total)
    return _fold(builder, builder.load(total), combine)


@intrinsic
def dot(typing, left, left_start, right, right_start, count):
    """The sum of products of `count` numbers, a multiple of eight, from a start index in each of two arrays."""
    if left.dtype != right.dtype or {left.layout, right.layout} != {"C"} or (left.ndim, right.ndim) != (1, 1):
        return None

    def codegen(context, builder, signature, args):
        load_left = _loader(context, builder, signature.args[0], args[0], args[1])
        load_right = _loader(context, builder, signature.args[2], args[2], args[3])

        def step(total, index):
            return builder.fadd(total, builder.fmul(load_left(index), load_right(index)))

        return _reduce(context, builder, left.dtype, args[4], step, builder.fadd)

    return left.dtype(left, types.int64, right, types.int64, types.int64), codegen


@intrinsic
def peak(typing, array, start, count):
    """The largest magnitude among `count` numbers, a multiple of eight. NaNs are ignored."""
    if array.layout != "C" or array.ndim != 1:
        return None

    def codegen(context, builder, signature, args):
        load = _loader(context, builder, signature.args[0], args[0], args[1])

        def larger(a, b):
            return builder.select(builder.fcmp_ordered(">", b, a), b, a)

        def step(total, index):
            value = load(index)
            return larger(larger(total, value), builder.fneg(value))

        return _reduce(context, builder, array.dtype, args[2], step, larger)

    return array.dtype(array, types.int64, types.int64), codegen
