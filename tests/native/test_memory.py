"""Memory behind addresses: descriptors, alignment, and the floating-point mode of native code."""

import platform
from typing import NamedTuple

import numpy as np
import pytest
from numba import typeof

from phosphene.engine.audio.clocks import FILL_FUNCTION as CALL
from phosphene.engine.native import (
    FILL_SIGNATURE,
    aligned_zeros,
    call_fill,
    descriptor_reader,
    flush_denormals,
    make_descriptor,
    native_function,
    restore_denormals,
)
from phosphene.engine.native.denormals import ARM, X86


class Inner(NamedTuple):
    grid: np.ndarray
    factor: float


class Outer(NamedTuple):
    before: int
    counts: np.ndarray
    inner: Inner
    pair: tuple
    sound: np.ndarray


def make_outer():
    rng = np.random.default_rng(3)
    inner = Inner(rng.normal(size=(3, 5)), -0.1)
    sound = rng.normal(size=(7, 2)).astype(np.float32)
    return Outer(-(2**62) - 1, rng.integers(-9, 9, 4), inner, (Inner(rng.normal(size=(2, 1)), 5e-324), 7), sound)


read_outer = descriptor_reader(typeof(make_outer()))


@native_function(FILL_SIGNATURE)
def copy_outer(source, target, unused):
    """Copies everything that one descriptor describes into the arrays of another."""
    read, written = read_outer(source), read_outer(target)
    for n in range(read.counts.shape[0]):
        written.counts[n] = read.counts[n]
    for row in range(read.inner.grid.shape[0]):
        for column in range(read.inner.grid.shape[1]):
            written.inner.grid[row, column] = read.inner.grid[row, column] * read.inner.factor
    for n in range(read.sound.shape[0]):
        written.sound[n, 1] = read.sound[n, 1]
    written.sound[0, 0] = read.pair[1]
    written.pair[0].grid[1, 0] = read.pair[0].factor
    return read.before


def test_descriptor_reads_back_as_what_it_describes():
    source, target = make_outer(), make_outer()
    for array in (target.counts, target.inner.grid, target.pair[0].grid, target.sound):
        array[:] = 0
    words = make_descriptor(source), make_descriptor(target)
    assert CALL(copy_outer.address)(words[0].ctypes.data, words[1].ctypes.data, 0) == source.before
    np.testing.assert_array_equal(target.counts, source.counts)
    np.testing.assert_array_equal(target.inner.grid, source.inner.grid * source.inner.factor)
    np.testing.assert_array_equal(target.sound[:, 1], source.sound[:, 1])
    assert target.sound[0, 0] == 7 and target.pair[0].grid.tolist() == [[0.0], [5e-324]]


def test_array_that_is_not_contiguous_is_refused():
    with pytest.raises(TypeError, match=r"contiguous arrays, found strides \(16,\)"):
        make_descriptor((np.zeros(8)[::2],))


def test_aligned_arrays_start_on_cache_lines():
    arrays = [aligned_zeros((3, n), np.float32) for n in range(1, 40)]
    assert all(array.ctypes.data % 64 == 0 and not array.any() for array in arrays)


read_numbers = descriptor_reader(typeof((np.zeros(2),)))


@native_function(FILL_SIGNATURE)
def multiply(descriptor, unused, index):
    numbers = read_numbers(descriptor)[0]
    numbers[index] = numbers[0] * numbers[1]
    return 0


@native_function(FILL_SIGNATURE)
def multiply_flushed(descriptor, address, index):
    mode = flush_denormals()
    call_fill(address, descriptor, 0, index)
    restore_denormals(mode)
    return 0


@pytest.mark.skipif(not (X86 or ARM), reason=f"denormals of {platform.machine()} are not supported")
def test_denormals_are_flushed_until_the_mode_is_restored():
    numbers = np.array([1e-300, 1e-10, 1.0, 1.0, 1.0])
    words = make_descriptor((numbers,))
    CALL(multiply.address)(words.ctypes.data, 0, 2)
    CALL(multiply_flushed.address)(words.ctypes.data, multiply.address, 3)
    CALL(multiply.address)(words.ctypes.data, 0, 4)
    assert numbers[2:].tolist() == [1e-310, 0.0, 1e-310]
