"""PortAudio's clock inside compiled code; times of the device are on the same clock."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from phosphene.engine.native.memory import I64


@intrinsic
def stream_time(typing, address, stream):
    """Seconds, from `double Pa_GetStreamTime(PaStream *)`; `address` is that function's."""

    def codegen(context, builder, signature, args):
        kind = ir.FunctionType(ir.DoubleType(), [I64])
        return builder.call(builder.inttoptr(args[0], kind.as_pointer()), [args[1]])

    return types.float64(types.int64, types.int64), codegen
