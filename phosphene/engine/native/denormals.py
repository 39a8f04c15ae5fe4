"""Numbers too small to hear, flushed to zero: on some processors each costs a hundred times a normal one."""

import platform

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

MACHINE = platform.machine().lower()
X86 = MACHINE in ("x86_64", "amd64", "i686", "x86")
ARM = MACHINE in ("arm64", "aarch64")
X86_FLUSH = 0x8040  # FTZ and DAZ in MXCSR
ARM_FLUSH = 1 << 24  # FZ in FPCR


def _mxcsr(builder, name, place):
    byte = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [byte])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    builder.call(function, [builder.bitcast(place, byte)])


def _x86(builder, change):
    word = ir.IntType(32)
    place = builder.alloca(word)
    _mxcsr(builder, "llvm.x86.sse.stmxcsr", place)
    before = builder.load(place)
    builder.store(change(before, word), place)
    _mxcsr(builder, "llvm.x86.sse.ldmxcsr", place)
    return builder.zext(before, ir.IntType(64))


def _arm(builder, change):
    word = ir.IntType(64)
    read = ir.InlineAsm(ir.FunctionType(word, []), "mrs $0, fpcr", "=r", side_effect=True)
    write = ir.InlineAsm(ir.FunctionType(ir.VoidType(), [word]), "msr fpcr, $0", "r", side_effect=True)
    before = builder.call(read, [])
    builder.call(write, [change(before, word)])
    return before


def _change(builder, change):
    if X86:
        return _x86(builder, change)
    if ARM:
        return _arm(builder, change)
    return ir.Constant(ir.IntType(64), 0)


@intrinsic
def flush_denormals(typing):
    """Flush from here on, on this thread; gives the mode to restore."""

    def codegen(context, builder, signature, args):
        bits = X86_FLUSH if X86 else ARM_FLUSH
        return _change(builder, lambda before, word: builder.or_(before, ir.Constant(word, bits)))

    return types.int64(), codegen


@intrinsic
def restore_denormals(typing, mode):
    def codegen(context, builder, signature, args):
        def back(before, word):
            return args[0] if word.width == 64 else builder.trunc(args[0], word)

        _change(builder, back)
        return context.get_dummy_value()

    return types.void(types.int64), codegen
