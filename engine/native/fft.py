"""A Stockham FFT of split arrays, radix 2: its inner loops are contiguous, it allocates nothing."""

from typing import NamedTuple

import numpy as np

from engine.native.kernel import kernel
from engine.native.memory import aligned


class Fft(NamedTuple):
    """Work space and twiddles of one length."""

    real: np.ndarray  # (length,), put the input here
    imag: np.ndarray
    other_real: np.ndarray
    other_imag: np.ndarray
    cosines: np.ndarray  # (length - 1,), stage after stage
    sines: np.ndarray


def make_fft(length):
    """For a power of two."""
    angles, half = [], length // 2
    while half:
        angles.append(-np.pi * np.arange(half) / half)
        half //= 2
    angle = np.concatenate(angles)
    return Fft(*(aligned((length,), np.float64) for _ in range(4)), np.cos(angle), np.sin(angle))


@kernel
def transform(fft):
    """Transform `real` and `imag`; the result lies there again, in order."""
    length = fft.real.shape[0]
    xr, xi, yr, yi = fft.real, fft.imag, fft.other_real, fft.other_imag
    half, stride, at = length // 2, 1, 0
    while half > 0:
        for p in range(half):
            c, s = fft.cosines[at + p], fft.sines[at + p]
            near, far, low, high = stride * p, stride * (p + half), 2 * stride * p, 2 * stride * p + stride
            for q in range(stride):
                ur, ui, vr, vi = xr[near + q], xi[near + q], xr[far + q], xi[far + q]
                yr[low + q], yi[low + q] = ur + vr, ui + vi
                dr, di = ur - vr, ui - vi
                yr[high + q], yi[high + q] = dr * c - di * s, dr * s + di * c
        xr, xi, yr, yi = yr, yi, xr, xi
        at, half, stride = at + half, half // 2, 2 * stride
    for n in range(length):
        fft.real[n], fft.imag[n] = xr[n], xi[n]
