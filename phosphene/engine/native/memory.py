"""Arrays behind a pointer: how compiled code that C calls gets at memory that Python made.

`describe` writes the addresses of a NamedTuple's arrays into a row of words; compiled code turns the
address of that row back into the NamedTuple. `carray` would do for one array, but keeps an error
branch that takes the interpreter lock.
"""

import struct

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LINE = 64  # bytes of a cache line
I64 = ir.IntType(64)


def aligned_zeros(shape, dtype):
    """Zeros that start on a cache line, so that two owners never share one."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + size].view(dtype).reshape(shape)


def make_descriptor(value):
    """The words that `reader_of` reads: an address and the shape for an array, itself for a number.

    Keep `value` alive for as long as the words are in use.
    """
    return np.array(_words(value), np.int64)


def _words(value):
    if isinstance(value, tuple):
        return [word for field in value for word in _words(field)]
    if isinstance(value, np.ndarray):
        if not value.flags.c_contiguous:
            raise TypeError(f"compiled code needs contiguous arrays, got strides {value.strides}")
        return [value.ctypes.data, *value.shape]
    if isinstance(value, float):
        return [struct.unpack("q", struct.pack("d", value))[0]]
    return [int(value)]


def descriptor_reader(kind):
    """An intrinsic that takes the address of a description and gives back a tuple of type `kind`."""

    @intrinsic
    def read(typing, address):
        def codegen(context, builder, signature, args):
            words = builder.inttoptr(args[0], I64.as_pointer())
            return _Reader(context, builder, words).value(kind)

        return kind(types.int64), codegen

    return read


class _Reader:
    def __init__(self, context, builder, words):
        self.context, self.builder, self.words, self.at = context, builder, words, 0

    def word(self):
        place = self.builder.gep(self.words, [ir.Constant(I64, self.at)])
        self.at += 1
        return self.builder.load(place)

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
    """An array over memory it does not own: no reference count, so nothing to allocate or free."""
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
    """A C-contiguous array as one run of numbers: a loop over it is one for the vector unit."""
    kind = types.Array(array.dtype, 1, "C")

    def codegen(context, builder, signature, args):
        whole = context.make_array(signature.args[0])(context, builder, args[0])
        return _view(context, builder, kind, builder.ptrtoint(whole.data, I64), [whole.nitems])

    return kind(array), codegen


@intrinsic
def float64_at(typing, address, count):
    """The float64 array at an address."""
    kind = types.Array(types.float64, 1, "C")

    def codegen(context, builder, signature, args):
        return _view(context, builder, kind, args[0], list(args[1:]))

    return kind(types.int64, types.int64), codegen


@intrinsic
def copy_rows(typing, source, start, target, at, count):
    """Copy `count` rows between two C-contiguous arrays of one row type; the two must not overlap."""
    if source.dtype != target.dtype or source.ndim != target.ndim or source.layout != "C" or target.layout != "C":
        return None

    def codegen(context, builder, signature, args):
        ends, row = [], None
        for kind, array, index in ((source, args[0], args[1]), (target, args[2], args[3])):
            view = context.make_array(kind)(context, builder, array)
            row = cgutils.unpack_tuple(builder, view.strides)[0]
            byte = builder.bitcast(view.data, ir.IntType(8).as_pointer())
            ends.append(builder.gep(byte, [builder.mul(index, row)]))
        cgutils.raw_memcpy(builder, ends[1], ends[0], builder.mul(args[4], row), 1)
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64, types.int64), codegen


@intrinsic
def load_float64(typing, address, index):
    """A number out of a C struct of doubles."""

    def codegen(context, builder, signature, args):
        place = builder.inttoptr(args[0], ir.DoubleType().as_pointer())
        return builder.load(builder.gep(place, [args[1]]))

    return types.float64(types.int64, types.int64), codegen


@intrinsic
def address_of(typing, array):
    """Where an array's first element lies."""

    def codegen(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        return builder.ptrtoint(data, I64)

    return types.int64(array), codegen


@intrinsic
def pointer_to_int(typing, pointer):
    """A C pointer as the number it is."""

    def codegen(context, builder, signature, args):
        return builder.ptrtoint(args[0], I64)

    return types.int64(pointer), codegen
