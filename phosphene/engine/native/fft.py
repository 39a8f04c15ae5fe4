"""A radix-4 Stockham FFT on split real and imaginary arrays: each stage reads its input in order, eight at a time."""

from typing import NamedTuple

import numpy as np

from phosphene.engine.native.kernel import kernel
from phosphene.engine.native.memory import aligned_zeros
from phosphene.engine.native.simd import LANES, load_lanes, store_interleaved, store_lanes


class Fft(NamedTuple):
    """Work space and twiddle factors for one length."""

    real: np.ndarray  # (length,), holds the input, then the result
    imag: np.ndarray
    other_real: np.ndarray
    other_imag: np.ndarray
    twiddles: np.ndarray  # (radix-4 stages * 6 * length / 4,): cosines and sines of one, two and three times the angle


def make_fft(length, dtype=np.float64):
    """The Fft for a length that is a power of two and at least 32, in one precision throughout."""
    if length < 4 * LANES or length & (length - 1):
        raise ValueError(f"FFT length {length}: must be a power of two, at least {4 * LANES}")
    index, tables = np.arange(length // 4), []
    stride = 1
    while 4 * stride <= length:
        angle = -2 * np.pi * (index - index % stride) / length
        tables += [function(multiple * angle) for multiple in (1, 2, 3) for function in (np.cos, np.sin)]
        stride *= 4
    twiddles = aligned_zeros((len(tables) * length // 4,), dtype)
    twiddles[:] = np.concatenate(tables)
    real, imag, other_real, other_imag = (aligned_zeros((length,), dtype) for _ in range(4))
    return Fft(real, imag, other_real, other_imag, twiddles)


def inverse(fft):
    """The same work space with real and imaginary parts swapped: its transform is the inverse, times the length."""
    return Fft(fft.imag, fft.real, fft.other_imag, fft.other_real, fft.twiddles)


@kernel
def stage_count(fft):
    """The number of stages of one transform."""
    count, stride = 0, 1
    while stride < fft.real.shape[0]:
        count, stride = count + 1, 4 * stride
    return count


@kernel
def transform(fft):
    """Transform `real` and `imag` in place; the result is in order."""
    for index in range(stage_count(fft)):
        run_stage(fft, index)


@kernel
def run_stage(fft, index):
    """Run one stage of `transform`. Stages run in order, 0 to `stage_count` - 1; the work can be spread over time."""
    xr, xi, yr, yi = fft.real, fft.imag, fft.other_real, fft.other_imag
    if index & 1:
        xr, xi, yr, yi = yr, yi, xr, xi
    stride = 1 << 2 * index
    if 4 * stride >= fft.real.shape[0]:  # the last stage writes back to where the input was
        yr, yi = fft.real, fft.imag
    if 2 * stride == fft.real.shape[0]:
        _radix2(xr, xi, yr, yi)
    else:
        _radix4(xr, xi, yr, yi, fft.twiddles, index, stride)


@kernel
def _radix2(xr, xi, yr, yi):
    half = xr.shape[0] // 2
    for n in range(0, half, LANES):
        ar, ai, br, bi = load_lanes(xr, n), load_lanes(xi, n), load_lanes(xr, n + half), load_lanes(xi, n + half)
        store_lanes(yr, n, ar + br)
        store_lanes(yi, n, ai + bi)
        store_lanes(yr, n + half, ar - br)
        store_lanes(yi, n + half, ai - bi)


@kernel
def _radix4(xr, xi, yr, yi, twiddles, index, stride):
    quarter = xr.shape[0] // 4
    for n in range(0, quarter, LANES):
        ar, ai, br, bi = load_lanes(xr, n), load_lanes(xi, n), load_lanes(xr, n + quarter), load_lanes(xi, n + quarter)
        cr, ci = load_lanes(xr, n + 2 * quarter), load_lanes(xi, n + 2 * quarter)
        dr, di = load_lanes(xr, n + 3 * quarter), load_lanes(xi, n + 3 * quarter)
        er, ei, fr, fi = ar + cr, ai + ci, ar - cr, ai - ci
        gr, gi, hr, hi = br + dr, bi + di, br - dr, bi - di
        at = 6 * index * quarter + n
        first = _rotate(fr + hi, fi - hr, twiddles, at, quarter)
        second = _rotate(er - gr, ei - gi, twiddles, at + 2 * quarter, quarter)
        third = _rotate(fr - hi, fi + hr, twiddles, at + 4 * quarter, quarter)
        real = er + gr, first[0], second[0], third[0]
        imag = ei + gi, first[1], second[1], third[1]
        if stride == 1:
            store_interleaved(yr, 4 * n, real, 1)
            store_interleaved(yi, 4 * n, imag, 1)
        elif stride == 4:
            store_interleaved(yr, 4 * n, real, 4)
            store_interleaved(yi, 4 * n, imag, 4)
        else:
            low = 4 * n - 3 * (n & (stride - 1))
            for k in range(4):
                store_lanes(yr, low + k * stride, real[k])
                store_lanes(yi, low + k * stride, imag[k])


@kernel
def _rotate(real, imag, twiddles, at, quarter):
    c, s = load_lanes(twiddles, at), load_lanes(twiddles, at + quarter)
    return real * c - imag * s, real * s + imag * c
