"""The limiter: nothing comes out above its ceiling, between the samples either, and nothing below it is touched."""

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


def limit(x, sizes=(1024,), rate=RATE):
    state, out, start, turn = limiter.init(float(rate), x.shape[1]), np.empty_like(x), 0, 0
    while start < len(x):
        end, turn = min(start + sizes[turn % len(sizes)], len(x)), turn + 1
        limiter.process(state, x[start:end], out[start:end])
        start = end
    return out


def meter(y):
    """The highest point of what a sound becomes at sixteen times its rate, away from where it is cut off."""
    return np.abs(soxr.resample(y.astype(float), 1, 16, quality="VHQ")[80_000:-80_000]).max()


def loud(frames=2 * RATE):
    """Noise and tones that come and go, up to 24 dB over full scale, with single peaks between them."""
    rng, t = np.random.default_rng(4), np.arange(frames) / RATE
    swell = 10 ** ((24 * np.sin(2 * np.pi * 0.7 * t) - 6) / 20)
    tones = sum(np.sin(2 * np.pi * f * t + f) for f in (55.0, 997.0, 11_025.0, 15_013.0))
    hiss = soxr.resample(soxr.resample(rng.normal(0, 0.5, frames), 8, 7), 7, 8)[:frames]  # up to 20 kHz
    x = 0.2 * swell * (tones + hiss)
    x[:: RATE // 7] += 9.0
    return np.stack([x, 0.5 * np.roll(x, 99)], axis=1).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 192_000])
def test_no_peak_is_above_the_ceiling_between_samples_either(rate):
    x = loud()
    y = limit(x, rate=rate)
    assert 0.8 < np.abs(y).max() <= CEILING
    assert meter(y) <= CEILING < 1.1 * CEILING < meter(np.clip(x, -CEILING, CEILING)), "nothing was between"


def test_even_of_white_noise_no_more_than_a_standard_meter_sees():
    x = np.random.default_rng(0).normal(0, 2.0, (RATE, 2)).astype(np.float32)
    y = limit(x).astype(float)
    four = np.sinc(np.arange(-24, 24.25, 0.25)[:-1]) * np.kaiser(192, 6.0)  # points a sample, over 48 of them
    dense = np.convolve(np.repeat(y[:, 0], 4) * np.tile([1, 0, 0, 0], len(y)), four)
    assert np.abs(dense).max() <= CEILING * 10 ** (0.25 / 20)


def test_what_is_below_is_a_delay_to_the_bit():
    x, late = noise(20_000), limiter.latency(RATE)
    np.testing.assert_array_equal(limit(x)[late:], x[:-late])
    assert late / RATE < 0.002


@pytest.mark.parametrize("sizes", SPLITS.values(), ids=SPLITS)
def test_block_size_is_inaudible(sizes):
    x = loud(30_000)
    np.testing.assert_array_equal(limit(x, sizes), limit(x))


def test_both_sides_are_turned_down_alike():
    x = loud(30_000)
    y = limit(x)[limiter.latency(RATE) :].astype(float)
    given = x[: len(y)].astype(float)
    heard = (np.abs(given) > 1e-3).all(axis=1)
    left, right = (y / np.where(given == 0, 1, given))[heard].T
    np.testing.assert_allclose(left, right, rtol=1e-5)


def test_it_lets_go_again():
    x = noise(3 * RATE)
    x[RATE] = 30.0
    y, late = limit(x), limiter.latency(RATE)
    np.testing.assert_array_equal(y[late:][: RATE - 2 * late], x[: RATE - 2 * late])
    np.testing.assert_array_equal(y[late:][-RATE // 4 :], x[:-late][-RATE // 4 :])
