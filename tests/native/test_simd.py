"""SIMD vectors and the FFT that is made of them."""

import numpy as np
import pytest
from numba import njit

from phosphene.engine.native.fft import inverse, make_fft, run_stage, stage_count, transform
from phosphene.engine.native.simd import load_lanes, load_wide, ramp_lanes, shift_lanes, store_interleaved, store_lanes


@pytest.mark.parametrize(("dtype", "rounding"), [(np.float64, 1e-15), (np.float32, 5e-7)], ids=["double", "single"])
@pytest.mark.parametrize("length", [32, 64, 128, 1024, 8192])
def test_transform_matches_numpy(length, dtype, rounding):
    rng, fft = np.random.default_rng(length), make_fft(length, dtype)
    x = rng.normal(size=length) + 1j * rng.normal(size=length)
    for _ in range(2):  # the second time the work space holds the first result
        fft.real[:], fft.imag[:] = x.real, x.imag
        transform(fft)
        expected = np.fft.fft(x)
        np.testing.assert_allclose(fft.real + 1j * fft.imag, expected, rtol=0, atol=rounding * np.abs(expected).max())
    for index in range(stage_count(fft)):
        run_stage(inverse(fft), index)
    np.testing.assert_allclose((fft.real + 1j * fft.imag) / length, x, rtol=0, atol=10 * rounding)


@pytest.mark.parametrize("length", [0, 16, 48, 1000])
def test_unsupported_length_is_refused(length):
    with pytest.raises(ValueError, match=f"FFT length {length}: must be a power of two, at least 32"):
        make_fft(length)


@pytest.mark.parametrize("group", [1, 4])
def test_four_vectors_are_interleaved(group):
    target = np.zeros(37, np.float32)
    four = np.arange(32, dtype=np.float32).reshape(4, 8)

    @njit
    def interleave(runs, target):
        runs = load_lanes(runs, 0), load_lanes(runs, 8), load_lanes(runs, 16), load_lanes(runs, 24)
        store_interleaved(target, 3, runs, group)

    interleave(four.ravel(), target)
    np.testing.assert_array_equal(target[3:35], four.reshape(4, 8 // group, group).swapaxes(0, 1).ravel())
    assert not target[:3].any() and not target[35:].any()


@pytest.mark.parametrize("load, width", [(load_lanes, 8), (load_wide, 16)])
def test_vectors_calculate_with_vectors_and_with_numbers(load, width):
    x, y = (np.random.default_rng(seed).normal(size=3 * width).astype(np.float32) for seed in (1, 2))
    target, three = np.zeros_like(x), np.float32(3.0)

    @njit
    def calculate(x, y, target):
        here, after = load(x, 1), load(x, 1 + width)
        store_lanes(target, 0, (three - here) * load(y, 2) + three)
        store_lanes(target, width, shift_lanes(here, after, 3))
        here -= three
        store_lanes(target, 2 * width, here)

    calculate(x, y, target)
    here, other = x[1 : 1 + width], y[2 : 2 + width]
    np.testing.assert_array_equal(target, np.concatenate([(3 - here) * other + 3, x[4 : 4 + width], here - 3]))


def test_vector_ramps():
    target = np.zeros(16, np.float32)

    @njit
    def ramp(target, start, step):
        store_lanes(target, 0, ramp_lanes(start, step))

    ramp(target, np.float32(0.5), np.float32(-0.25))
    np.testing.assert_array_equal(target, 0.5 - 0.25 * np.arange(16))
