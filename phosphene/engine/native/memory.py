"""Arrays behind a pointer: how compiled code that C calls reaches memory that Python allocated.

`make_descriptor` writes the addresses of a NamedTuple's arrays into a row of int64 words; compiled code turns the
address of that row back into the NamedTuple. `carray` would do for one array, but keeps an error branch that takes
the interpreter lock.
"""

import struct

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

CACHE_LINE = 64  # bytes
I64 = ir.IntType(64)


def aligned_zeros(shape, dtype):
    """Zeros that start on a cache line, so that two threads never write to the same line."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + CACHE_LINE, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size].view(dtype).reshape(shape)


def make_descriptor(value):
    """The words that a `descriptor_reader` reads: address and shape of each array, and each number itself.

    Keep `value` alive for as long as the descriptor is in use.
    """
    return np.array(_words(value), np.int64)


def _words(value):
    if isinstance(value, tuple):
        return [word for field in value for word in _words(field)]
    if isinstance(value, np.ndarray):
        if not value.flags.c_contiguous:
            raise TypeError(f"compiled code needs contiguous arrays, found strides {value.strides}")
        return [value.ctypes.data, *value.shape]
    if isinstance(value, float):
        return [struct.unpack("q", struct.pack("d", value))[0]]
    return [int(value)]


def descriptor_reader(kind):
    """An intrinsic that turns the address of a descriptor into a tuple of type `kind`."""

    @intrinsic
    def read(typing, address):
        def codegen(context, builder, signature, args):
            words = builder.inttoptr(args[0], I64.as_pointer())
            return _Reader(context, builder, words).value(kind)

        return kind(types.int64), codegen

    return read


class _Reader:
    """Emits the loads of one descriptor, word by word."""

    def __init__(self, context, builder, words):
        self.context, self.builder, self.words, self.index = context, builder, words, 0

    def word(self):
        pointer = self.builder.gep(self.words, [ir.Constant(I64, self.index)])
        self.index += 1
        return self.builder.load(pointer)

    def value(self, kind):
        if isinstance(kind, types.BaseTuple):
            return self.context.make_tuple(self.builder, kind, [self.value(field) for field in kind])
        if isinstance(kind, types.Array):
            address = self.word()
            return _view(self.context, self.builder, kind, address, [self.word() for _ in range(kind.ndim)])
        if kind == types.float64:
            return self.builder.bitcast(self.word(), ir.DoubleType())
        return self.word()


def _view(context, builder, kind, address, shape):
    """An array that does not own its memory: it has no reference count, so nothing is allocated or freed."""
    array = context.make_array(kind)(context, builder)
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    strides = [ir.Constant(I64, size)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    count = shape[0]
    for length in shape[1:]:
        count = builder.mul(count, length)
    array.data = builder.inttoptr(address, array.data.type)
    array.shape = cgutils.pack_array(builder, shape)
    array.strides = cgutils.pack_array(builder, strides)
    array.itemsize = ir.Constant(I64, size)
    array.nitems = count
    array.meminfo = cgutils.get_null_value(array.meminfo.type)
    array.parent = cgutils.get_null_value(array.parent.type)
    return array._getvalue()


@intrinsic
def audio_at(typing, address, frames, channels):
    """The float32 (frames, channels) array at an address."""
    kind = types.Array(types.float32, 2, "C")

    def codegen(context, builder, signature, args):
        return _view(context, builder, kind, args[0], list(args[1:]))

    return kind(types.int64, types.int64, types.int64), codegen


@intrinsic
def flat(typing, array):
    """A C-contiguous array as one dimension: the compiler vectorises a loop over it."""
    kind = types.Array(array.dtype, 1, "C")

    def codegen(context, builder, signature, args):
        view = context.make_array(signature.args[0])(context, builder, args[0])
        return _view(context, builder, kind, builder.ptrtoint(view.data, I64), [view.nitems])

    return kind(array), codegen


@intrinsic
def float64_at(typing, address, count):
    """The float64 array of `count` numbers at an address."""
    kind = types.Array(types.float64, 1, "C")

    def codegen(context, builder, signature, args):
        return _view(context, builder, kind, args[0], list(args[1:]))

    return kind(types.int64, types.int64), codegen


@intrinsic
def copy_rows(typing, source, source_row, target, target_row, count):
    """Copy `count` rows between two C-contiguous arrays with the same type of row. They must not overlap."""
    if source.dtype != target.dtype or source.ndim != target.ndim or source.layout != "C" or target.layout != "C":
        return None

    def codegen(context, builder, signature, args):
        pointers, row_size = [], None
        for kind, array, index in ((source, args[0], args[1]), (target, args[2], args[3])):
            view = context.make_array(kind)(context, builder, array)
            row_size = cgutils.unpack_tuple(builder, view.strides)[0]
            first = builder.bitcast(view.data, ir.IntType(8).as_pointer())
            pointers.append(builder.gep(first, [builder.mul(index, row_size)]))
        cgutils.raw_memcpy(builder, pointers[1], pointers[0], builder.mul(args[4], row_size), 1)
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64, types.int64), codegen


@intrinsic
def load_float64(typing, address, index):
    """The number at an index of a C struct of doubles."""

    def codegen(context, builder, signature, args):
        pointer = builder.inttoptr(args[0], ir.DoubleType().as_pointer())
        return builder.load(builder.gep(pointer, [args[1]]))

    return types.float64(types.int64, types.int64), codegen


@intrinsic
def address_of(typing, array):
    """The address of an array's first element."""

    def codegen(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        return builder.ptrtoint(data, I64)

    return types.int64(array), codegen


@intrinsic
def pointer_to_int(typing, pointer):
    """A C pointer as an int64."""

    def codegen(context, builder, signature, args):
        return builder.ptrtoint(args[0], I64)

    return types.int64(pointer), codegen
