"""Eight numbers side by side that kernels add, subtract and multiply as one: the vector unit without the guessing.

The compiler finds such work by itself where a loop is contiguous and nothing overlaps; where it would have to
ask at every turn (the stages of an FFT), or where the eight are states of eight filters, it is said outright.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

LANES = 8


class Lanes(types.Type):
    """Eight of `dtype`."""

    def __init__(self, dtype):
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(manager.lookup(kind.dtype).get_value_type(), LANES))


def _run(array):
    return isinstance(array, types.Array) and array.layout == "C" and array.ndim == 1


def _place(context, builder, kind, array, at):
    """A pointer to eight numbers of an array, and how they lie at least."""
    view = context.make_array(kind)(context, builder, array)
    wide = ir.VectorType(context.get_data_type(kind.dtype), LANES).as_pointer()
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    return builder.bitcast(builder.gep(view.data, [at]), wide), size


@intrinsic
def lanes(typing, array, at):
    """Eight neighbours out of an array."""
    if not _run(array):
        return None

    def codegen(context, builder, signature, args):
        place, size = _place(context, builder, signature.args[0], *args)
        return builder.load(place, align=size)

    return Lanes(array.dtype)(array, types.int64), codegen


@intrinsic
def spread(typing, number):
    """Eight times the same."""
    if not isinstance(number, types.Float):
        return None

    def codegen(context, builder, signature, args):
        wide = ir.VectorType(args[0].type, LANES)
        first = builder.insert_element(ir.Constant(wide, ir.Undefined), args[0], ir.Constant(ir.IntType(32), 0))
        return builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))

    return Lanes(number)(number), codegen


@intrinsic
def put(typing, array, at, value):
    """Eight neighbours into an array."""
    if not _run(array) or value != Lanes(array.dtype):
        return None

    def codegen(context, builder, signature, args):
        place, size = _place(context, builder, signature.args[0], *args[:2])
        builder.store(args[2], place, align=size)
        return context.get_dummy_value()

    return types.void(array, types.int64, value), codegen


@intrinsic
def weave(typing, array, at, four, group):
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
    @intrinsic
    def apply(typing, left, right):
        def codegen(context, builder, signature, args):
            return getattr(builder, build)(*args)

        return left(left, right), codegen

    def operation(left, right):
        if isinstance(left, Lanes) and left == right:
            return lambda left, right: apply(left, right)

    for name in names:
        overload(name)(operation)


_operation((operator.add, operator.iadd), "fadd")
_operation((operator.sub, operator.isub), "fsub")
_operation((operator.mul, operator.imul), "fmul")
