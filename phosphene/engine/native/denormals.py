"""Flushing of denormals to zero: they are inaudible, and some processors need a hundred times as long for each."""

import platform

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

MACHINE = platform.machine().lower()
X86 = MACHINE in ("x86_64", "amd64", "i686", "x86")
ARM = MACHINE in ("arm64", "aarch64")
X86_FLUSH = 0x8040  # FTZ and DAZ in MXCSR
ARM_FLUSH = 1 << 24  # FZ in FPCR


def _call_mxcsr(builder, name, pointer):
    byte = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [byte])
    function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
    builder.call(function, [builder.bitcast(pointer, byte)])


def _change_mode_x86(builder, change):
    word = ir.IntType(32)
    pointer = builder.alloca(word)
    _call_mxcsr(builder, "llvm.x86.sse.stmxcsr", pointer)
    before = builder.load(pointer)
    builder.store(change(before, word), pointer)
    _call_mxcsr(builder, "llvm.x86.sse.ldmxcsr", pointer)
    return builder.zext(before, ir.IntType(64))


def _change_mode_arm(builder, change):
    word = ir.IntType(64)
    read = ir.InlineAsm(ir.FunctionType(word, []), "mrs $0, fpcr", "=r", side_effect=True)
    write = ir.InlineAsm(ir.FunctionType(ir.VoidType(), [word]), "msr fpcr, $0", "r", side_effect=True)
    before = builder.call(read, [])
    builder.call(write, [change(before, word)])
    return before


def _change_mode(builder, change):
    if X86:
        return _change_mode_x86(builder, change)
    if ARM:
        return _change_mode_arm(builder, change)
    return ir.Constant(ir.IntType(64), 0)


@intrinsic
def flush_denormals(typing):
    """Flush denormals on this thread from now on. Returns the mode for `restore_denormals`."""

    def codegen(context, builder, signature, args):
        bits = X86_FLUSH if X86 else ARM_FLUSH
        return _change_mode(builder, lambda before, word: builder.or_(before, ir.Constant(word, bits)))

    return types.int64(), codegen


@intrinsic
def restore_denormals(typing, mode):
    """Restore the mode that `flush_denormals` returned."""

    def codegen(context, builder, signature, args):
        def restored(before, word):
            return args[0] if word.width == 64 else builder.trunc(args[0], word)

        _change_mode(builder, restored)
        return context.get_dummy_value()

    return types.void(types.int64), codegen
