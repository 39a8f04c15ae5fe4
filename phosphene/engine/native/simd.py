"""Eight or sixteen numbers that kernels add, subtract and multiply as one: the vector unit without the guessing.

The compiler finds such work by itself where a loop is contiguous and nothing overlaps; where it would have to
ask at every turn (the stages of an FFT), or where the eight are states of eight filters, it is said outright.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

LANES = 8
WIDE = 16  # a register of AVX-512, two of AVX2, four of Neon; for what needs few registers


class Lanes(types.Type):
    """Eight, or so many, of `dtype`."""

    def __init__(self, dtype, width=LANES):
        self.dtype, self.width = dtype, width
        super().__init__(name=f"Lanes({dtype}, {width})")


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(manager.lookup(kind.dtype).get_value_type(), kind.width))


def _run(array):
    return isinstance(array, types.Array) and array.layout == "C" and array.ndim == 1


def _place(context, builder, kind, array, at, width=LANES):
    """A pointer to numbers of an array, and how they lie at least."""
    view = context.make_array(kind)(context, builder, array)
    lane = ir.VectorType(context.get_data_type(kind.dtype), width).as_pointer()
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    return builder.bitcast(builder.gep(view.data, [at]), lane), size


def _load(array, width):
    def codegen(context, builder, signature, args):
        place, size = _place(context, builder, signature.args[0], *args, width)
        return builder.load(place, align=size)

    return Lanes(array.dtype, width)(array, types.int64), codegen


@intrinsic
def load_lanes(typing, array, at):
    """Eight neighbours out of an array."""
    return _load(array, LANES) if _run(array) else None


@intrinsic
def load_wide(typing, array, at):
    """Sixteen neighbours out of an array."""
    return _load(array, WIDE) if _run(array) else None


def _constant(builder, number, width):
    first = builder.insert_element(
        ir.Constant(ir.VectorType(number.type, width), ir.Undefined), number, ir.Constant(ir.IntType(32), 0)
    )
    return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width))


@intrinsic
def broadcast(typing, number):
    """Eight times the same."""
    if not isinstance(number, types.Float):
        return None

    def codegen(context, builder, signature, args):
        return _constant(builder, args[0], LANES)

    return Lanes(number)(number), codegen


@intrinsic
def ramp_lanes(typing, start, step):
    """Sixteen numbers, each a step above the one before."""
    if not isinstance(start, types.Float) or start != step:
        return None

    def codegen(context, builder, signature, args):
        first, by = (_constant(builder, number, WIDE) for number in args)
        steps = ir.Constant(by.type, [float(n) for n in range(WIDE)])
        return builder.fadd(first, builder.fmul(by, steps))

    return Lanes(start, WIDE)(start, step), codegen


@intrinsic(prefer_literal=True)
def shift_lanes(typing, here, after, by):
    """The lanes that lie `by` further, a constant: the last of these, then the first of those that come after."""
    by = getattr(by, "literal_value", None)
    if not isinstance(here, Lanes) or here != after or by is None:
        return None
    order = ir.Constant(ir.VectorType(ir.IntType(32), here.width), list(range(by, by + here.width)))

    def codegen(context, builder, signature, args):
        return builder.shuffle_vector(args[0], args[1], order)

    return here(here, after, types.literal(by)), codegen


@intrinsic
def store_lanes(typing, array, at, value):
    """Neighbours into an array."""
    if not _run(array) or not isinstance(value, Lanes) or value.dtype != array.dtype:
        return None

    def codegen(context, builder, signature, args):
        place, size = _place(context, builder, signature.args[0], *args[:2], value.width)
        builder.store(args[2], place, align=size)
        return context.get_dummy_value()

    return types.void(array, types.int64, value), codegen


@intrinsic
def store_interleaved(typing, array, at, four, group):
    """Four times eight into an array: a `group` (1 or 4) of the first, of the second, third, fourth, and so on."""
    group = getattr(group, "literal_value", None)
    if not _run(array) or four != types.UniTuple(Lanes(array.dtype), 4) or group is None:
        return None

    def codegen(context, builder, signature, args):
        a, b, c, d = cgutils.unpack_tuple(builder, args[2])
        both = ir.Constant(ir.VectorType(ir.IntType(32), 2 * LANES), list(range(2 * LANES)))
        near, far = builder.shuffle_vector(a, b, both), builder.shuffle_vector(c, d, both)
        for part in range(4):
            turn = [(LANES * part + lane) // group for lane in range(LANES)]
            order = [LANES * (t % 4) + t // 4 * group + lane % group for lane, t in enumerate(turn)]
            at = builder.add(args[1], ir.Constant(args[1].type, LANES * part))
            place, size = _place(context, builder, signature.args[0], args[0], at)
            mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), order)
            builder.store(builder.shuffle_vector(near, far, mask), place, align=size)
        return context.get_dummy_value()

    return types.void(array, types.int64, four, types.literal(group)), codegen


def _operation(names, build):
    """What lanes do with their like, each with its own, or with one number, each with that."""

    @intrinsic
    def apply(typing, left, right):
        kind = left if isinstance(left, Lanes) else right

        def codegen(context, builder, signature, args):
            both = [
                value if isinstance(given, Lanes) else _constant(builder, value, kind.width)
                for given, value in zip(signature.args, args)
            ]
            return getattr(builder, build)(*both)

        return kind(left, right), codegen

    def operation(left, right):
        kinds = [kind for kind in (left, right) if isinstance(kind, Lanes)]
        if kinds and all(kind in (kinds[0], kinds[0].dtype) for kind in (left, right)):
            return lambda left, right: apply(left, right)

    for name in names:
        overload(name)(operation)


_operation((operator.add, operator.iadd), "fadd")
_operation((operator.sub, operator.isub), "fsub")
_operation((operator.mul, operator.imul), "fmul")
