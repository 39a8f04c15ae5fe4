"""The limiter: no true peak is above its ceiling, and sound below it is unchanged."""

import numpy as np
import pytest
import soxr

from phosphene.engine.effects.chain import limiter
from phosphene.engine.effects.chain.limiter import CEILING
from tests.support.core_player import RATE, noise

SPLITS = {
    "1": [1],
    "17": [17],
    "255": [255],
    "256": [256],
    "random": np.random.default_rng(3).integers(1, 700, 9).tolist(),
}


def apply_limiter(x, sizes=(1024,), rate=RATE):
    state, out, start, turn = limiter.init(float(rate), x.shape[1]), np.empty_like(x), 0, 0
    while start < len(x):
        end, turn = min(start + sizes[turn % len(sizes)], len(x)), turn + 1
        limiter.process(state, x[start:end], out[start:end])
        start = end
    return out


def true_peak(y):
    """The peak of a sound at sixteen times its rate, without the ends."""
    return np.abs(soxr.resample(y.astype(float), 1, 16, quality="VHQ")[80_000:-80_000]).max()


def loud_sound(frames=2 * RATE):
    """Noise and tones that swell up to 24 dB over full scale, with single peaks."""
    rng, t = np.random.default_rng(4), np.arange(frames) / RATE
    swell = 10 ** ((24 * np.sin(2 * np.pi * 0.7 * t) - 6) / 20)
    tones = sum(np.sin(2 * np.pi * f * t + f) for f in (55.0, 997.0, 11_025.0, 15_013.0))
    hiss = soxr.resample(soxr.resample(rng.normal(0, 0.5, frames), 8, 7), 7, 8)[:frames]  # up to 20 kHz
    x = 0.2 * swell * (tones + hiss)
    x[:: RATE // 7] += 9.0
    return np.stack([x, 0.5 * np.roll(x, 99)], axis=1).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 192_000])
def test_true_peak_is_below_the_ceiling(rate):
    x = loud_sound()
    y = apply_limiter(x, rate=rate)
    assert 0.8 < np.abs(y).max() <= CEILING
    clipped = true_peak(np.clip(x, -CEILING, CEILING))
    assert true_peak(y) <= CEILING < 1.1 * CEILING < clipped, "there was no peak between the samples"


def test_peak_of_white_noise_is_within_the_error_of_a_standard_meter():
    x = np.random.default_rng(0).normal(0, 2.0, (RATE, 2)).astype(np.float32)
    y = apply_limiter(x).astype(float)
    interpolator = np.sinc(np.arange(-24, 24.25, 0.25)[:-1]) * np.kaiser(192, 6.0)  # 4 points per sample
    dense = np.convolve(np.repeat(y[:, 0], 4) * np.tile([1, 0, 0, 0], len(y)), interpolator)
    assert np.abs(dense).max() <= CEILING * 10 ** (0.25 / 20)


def test_sound_below_the_ceiling_is_delayed_bit_exactly():
    x, latency = noise(20_000), limiter.latency(RATE)
    np.testing.assert_array_equal(apply_limiter(x)[latency:], x[:-latency])
    assert latency / RATE < 0.002


@pytest.mark.parametrize("sizes", SPLITS.values(), ids=SPLITS)
def test_output_does_not_depend_on_block_size(sizes):
    x = loud_sound(30_000)
    np.testing.assert_array_equal(apply_limiter(x, sizes), apply_limiter(x))


def test_channels_get_the_same_gain():
    x = loud_sound(30_000)
    y = apply_limiter(x)[limiter.latency(RATE) :].astype(float)
    source = x[: len(y)].astype(float)
    audible = (np.abs(source) > 1e-3).all(axis=1)
    left, right = (y / np.where(source == 0, 1, source))[audible].T
    np.testing.assert_allclose(left, right, rtol=1e-5)


def test_gain_recovers_after_a_peak():
    x = noise(3 * RATE)
    x[RATE] = 30.0
    y, latency = apply_limiter(x), limiter.latency(RATE)
    np.testing.assert_array_equal(y[latency:][: RATE - 2 * latency], x[: RATE - 2 * latency])
    np.testing.assert_array_equal(y[latency:][-RATE // 4 :], x[:-latency][-RATE // 4 :])
