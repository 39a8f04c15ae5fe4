"""Vectors of eight or sixteen numbers that kernels add, subtract and multiply as one value.

The compiler vectorises a contiguous loop by itself if nothing overlaps. These types are for loops where it would
have to check for overlap each time (the stages of an FFT), and for eight filters that run side by side.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

LANES = 8
WIDE = 16  # one AVX-512 register, two of AVX2, four of Neon; for code that needs few registers


class Lanes(types.Type):
    """The numba type of a vector of `width` numbers of `dtype`."""

    def __init__(self, dtype, width=LANES):
        self.dtype, self.width = dtype, width
        super().__init__(name=f"Lanes({dtype}, {width})")


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(manager.lookup(kind.dtype).get_value_type(), kind.width))


def _is_contiguous(array):
    return isinstance(array, types.Array) and array.layout == "C" and array.ndim == 1


def _pointer(context, builder, kind, array, index, width=LANES):
    """A pointer to a vector in an array, and its alignment in bytes."""
    view = context.make_array(kind)(context, builder, array)
    vector = ir.VectorType(context.get_data_type(kind.dtype), width).as_pointer()
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    return builder.bitcast(builder.gep(view.data, [index]), vector), size


def _load(array, width):
    def codegen(context, builder, signature, args):
        array, index = args
        pointer, size = _pointer(context, builder, signature.args[0], array, index, width)
        return builder.load(pointer, align=size)

    return Lanes(array.dtype, width)(array, types.int64), codegen


@intrinsic
def load_lanes(typing, array, index):
    """Eight neighbouring numbers of an array."""
    return _load(array, LANES) if _is_contiguous(array) else None


@intrinsic
def load_wide(typing, array, index):
    """Sixteen neighbouring numbers of an array."""
    return _load(array, WIDE) if _is_contiguous(array) else None


def _splat(builder, number, width):
    """A vector with the same number in every lane."""
    first = builder.insert_element(
        ir.Constant(ir.VectorType(number.type, width), ir.Undefined), number, ir.Constant(ir.IntType(32), 0)
    )
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width))


@intrinsic
def broadcast(typing, number):
    """A number in all eight lanes."""
    if not isinstance(number, types.Float):
        return None

    def codegen(context, builder, signature, args):
        return _splat(builder, args[0], LANES)

    return Lanes(number)(number), codegen


@intrinsic
def ramp_lanes(typing, start, step):
    """Sixteen numbers: start, start + step, start + 2 step ..."""
    if not isinstance(start, types.Float) or start != step:
        return None

    def codegen(context, builder, signature, args):
        first, by = (_splat(builder, number, WIDE) for number in args)
        steps = ir.Constant(by.type, [float(n) for n in range(WIDE)])
        return builder.fadd(first, builder.fmul(by, steps))

    return Lanes(start, WIDE)(start, step), codegen


@intrinsic(prefer_literal=True)
def shift_lanes(typing, first, second, by):
    """The lanes `by` (a constant) further on: the last ones of `first`, then the first ones of `second`."""
    by = getattr(by, "literal_value", None)
    if not isinstance(first, Lanes) or first != second or by is None:
        return None
    order = ir.Constant(ir.VectorType(ir.IntType(32), first.width), list(range(by, by + first.width)))

    def codegen(context, builder, signature, args):
        return builder.shuffle_vector(args[0], args[1], order)

    return first(first, second, types.literal(by)), codegen


@intrinsic
def store_lanes(typing, array, index, value):
    """Store a vector in neighbouring elements of an array."""
    if not _is_contiguous(array) or not isinstance(value, Lanes) or value.dtype != array.dtype:
        return None

    def codegen(context, builder, signature, args):
        array, index, vector = args
        pointer, size = _pointer(context, builder, signature.args[0], array, index, value.width)
        builder.store(vector, pointer, align=size)
        return context.get_dummy_value()

    return types.void(array, types.int64, value), codegen


@intrinsic
def store_interleaved(typing, array, index, four, group):
    """Store four vectors of eight: `group` (1 or 4) numbers of the first, of the second, third, fourth, and so on."""
    group = getattr(group, "literal_value", None)
    if not _is_contiguous(array) or four != types.UniTuple(Lanes(array.dtype), 4) or group is None:
        return None

    def codegen(context, builder, signature, args):
        a, b, c, d = cgutils.unpack_tuple(builder, args[2])
        concatenate = ir.Constant(ir.VectorType(ir.IntType(32), 2 * LANES), list(range(2 * LANES)))
        ab, cd = builder.shuffle_vector(a, b, concatenate), builder.shuffle_vector(c, d, concatenate)
        for part in range(4):
            groups = [(LANES * part + lane) // group for lane in range(LANES)]
            order = [LANES * (g % 4) + g // 4 * group + lane % group for lane, g in enumerate(groups)]
            start = builder.add(args[1], ir.Constant(args[1].type, LANES * part))
            pointer, size = _pointer(context, builder, signature.args[0], args[0], start)
            mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), order)
            builder.store(builder.shuffle_vector(ab, cd, mask), pointer, align=size)
        return context.get_dummy_value()

    return types.void(array, types.int64, four, types.literal(group)), codegen


def _overload_operators(operators, instruction):
    """Define an arithmetic operator between two vectors, or between a vector and a number."""

    @intrinsic
    def apply(typing, left, right):
        kind = left if isinstance(left, Lanes) else right

        def codegen(context, builder, signature, args):
            vectors = [
                value if isinstance(operand, Lanes) else _splat(builder, value, kind.width)
                for operand, value in zip(signature.args, args)
            ]
            return getattr(builder, instruction)(*vectors)

        return kind(left, right), codegen

    def operation(left, right):
        kinds = [kind for kind in (left, right) if isinstance(kind, Lanes)]
        if kinds and all(kind in (kinds[0], kinds[0].dtype) for kind in (left, right)):
            return lambda left, right: apply(left, right)

    for function in operators:
        overload(function)(operation)


_overload_operators((operator.add, operator.iadd), "fadd")
_overload_operators((operator.sub, operator.isub), "fsub")
_overload_operators((operator.mul, operator.imul), "fmul")
