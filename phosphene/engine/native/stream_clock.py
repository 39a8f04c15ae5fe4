"""The time of day inside compiled code, by PortAudio's own clock, so that it compares with the device's times."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from phosphene.engine.native.memory import I64


@intrinsic
def stream_time(typing, address, stream):
    """Call `double Pa_GetStreamTime(PaStream *)`, whose address is given; seconds."""

    def codegen(context, builder, signature, args):
        kind = ir.FunctionType(ir.DoubleType(), [I64])
        return builder.call(builder.inttoptr(args[0], kind.as_pointer()), [args[1]])

    return types.float64(types.int64, types.int64), codegen
