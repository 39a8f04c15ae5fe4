"""Sixteen float32 numbers that a kernel holds and works on at once.

Of a long plain loop the compiler makes such code by itself. Where runs are short and many, as in a network of
delay lines, it spends more on asking whether it may than it gains; there a kernel says so.
"""

import operator

from llvmlite import ir
from numba import types
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 16  # a register of AVX-512, two of AVX2, four of Neon

WIDE = ir.VectorType(ir.FloatType(), LANES)
INT = ir.IntType(32)


class Lanes(types.Type):
    """They add, subtract and multiply each with its own."""

    def __init__(self):
        super().__init__("Lanes")


lanes = Lanes()


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, WIDE)


def _arithmetic(function, instruction):
    @infer_global(function)
    class _Template(ConcreteTemplate):
        cases = (signature(lanes, lanes, lanes),)

    @lower_builtin(function, lanes, lanes)
    def _lower(context, builder, signature, args):
        return getattr(builder, instruction)(*args)


for _name, _instruction in (("add", "fadd"), ("sub", "fsub"), ("mul", "fmul")):
    _arithmetic(getattr(operator, _name), _instruction)
    _arithmetic(getattr(operator, "i" + _name), _instruction)


def _place(context, builder, kind, array, at):
    view = context.make_array(kind)(context, builder, array)
    return builder.bitcast(builder.gep(view.data, [at]), WIDE.as_pointer())


@intrinsic
def load(typing, array, at):
    """Numbers from a place on in a run of float32."""

    def codegen(context, builder, signature, args):
        return builder.load(_place(context, builder, signature.args[0], *args), align=4)

    return lanes(array, types.int64), codegen


@intrinsic
def store(typing, value, array, at):
    """Put numbers into a run of float32, from a place on."""

    def codegen(context, builder, signature, args):
        builder.store(args[0], _place(context, builder, signature.args[1], *args[1:]), align=4)
        return context.get_dummy_value()

    return types.void(lanes, array, types.int64), codegen


@intrinsic
def spread(typing, number):
    """The same in every lane."""

    def codegen(context, builder, signature, args):
        one = builder.insert_element(ir.Constant(WIDE, ir.Undefined), args[0], ir.Constant(INT, 0))
        return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(INT, LANES), [0] * LANES))

    return lanes(types.float32), codegen


@intrinsic
def count(typing):
    """Zero, one, two and so on."""

    def codegen(context, builder, signature, args):
        return ir.Constant(WIDE, [float(n) for n in range(LANES)])

    return lanes(), codegen


@intrinsic(prefer_literal=True)
def slide(typing, here, after, by):
    """The lanes that lie `by` further, a constant: the last of these and the first of those that come after."""
    if not isinstance(by, types.IntegerLiteral):
        return None
    order = ir.Constant(ir.VectorType(INT, LANES), list(range(by.literal_value, by.literal_value + LANES)))

    def codegen(context, builder, signature, args):
        return builder.shuffle_vector(args[0], args[1], order)

    return lanes(lanes, lanes, by), codegen
