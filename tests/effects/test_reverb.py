"""Reverb: decay, density and evenness of the tail, and parameters that move without clicks."""

import numpy as np
import pytest
from scipy import signal

from phosphene.engine.effects import reverb
from tests.effects.test_effects import RATE, SPLITS, render, runner, values


def process(x, rate=RATE, **params):
    """The output for a sound, with parameters that do not glide."""
    state, target, y = reverb.init(rate, x.shape[1]), values(reverb, **params), np.empty_like(x)
    state.smoothed[:] = target
    reverb.process(state, target, x, y)
    return y


def impulse_response(seconds, rate=RATE, **params):
    """The impulse response of one channel, without the dry click."""
    x = np.zeros((round(seconds * rate), 1), np.float32)
    x[0] = 1.0
    return process(x, rate, **{"mix": 1.0, "predelay": 0.0, **params})[:, 0].astype(float)


def noise(frames, channels=1, seed=4):
    return np.random.default_rng(seed).normal(0, 0.1, (frames, channels)).astype(np.float32)


def decay_of(tail, low, high, rate=RATE):
    """Decay time in a band: seconds for 60 dB, from the slope of the remaining energy between -5 and -35 dB."""
    energy = signal.sosfilt(signal.butter(4, [low, high], "bandpass", fs=rate, output="sos"), tail) ** 2
    level = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-30)
    first, last = np.argmax(level < -5), np.argmax(level < -35)
    return -60 / (np.polyfit(np.arange(first, last), level[first:last], 1)[0] * rate)


@pytest.mark.parametrize("damping", [0.0, 0.5])
@pytest.mark.parametrize("decay", [0.5, 2.0, 8.0])
@pytest.mark.parametrize("size", [0.0, 0.6, 1.0])
def test_1_khz_has_the_given_decay(decay, damping, size):
    tail = impulse_response(1.1 * decay + 0.2, decay=decay, damping=damping, size=size)
    assert decay_of(tail, 707, 1_414) == pytest.approx(decay, rel=0.1)


@pytest.mark.parametrize("rate", [44_100.0, 96_000.0, 192_000.0])
def test_decay_is_the_same_at_any_rate(rate):
    here, there = (impulse_response(2.4, r, damping=0.7) for r in (rate, RATE))
    for low, high in ((707, 1_414), (2_828, 5_657), (5_657, 11_314)):
        assert decay_of(here, low, high, rate) == pytest.approx(decay_of(there, low, high), rel=0.12)


def test_damping_shortens_treble_and_not_bass():
    bright, dark = (impulse_response(2.4, damping=damping) for damping in (0.0, 1.0))
    assert decay_of(dark, 5_657, 11_314) < 0.5 * decay_of(bright, 5_657, 11_314)
    assert decay_of(dark, 177, 354) == pytest.approx(decay_of(bright, 177, 354), rel=0.15)


def echo_density(tail, window=960):
    """Echo density in windows of 20 ms: share of samples beyond one standard deviation, relative to noise."""
    shape = np.hanning(window) / np.hanning(window).sum()
    spans = np.lib.stride_tricks.sliding_window_view(tail, window)[:: window // 2]
    deviation = np.sqrt((shape * spans**2).sum(axis=1, keepdims=True))
    return (shape * (np.abs(spans) > deviation)).sum(axis=1) / 0.3173


@pytest.mark.parametrize("size", [0.3, 0.6, 1.0])
def test_echo_density_reaches_that_of_noise_in_100_ms(size):
    tail = impulse_response(1.0, size=size)
    dense, null = echo_density(tail[4_800:]), echo_density(noise(43_200)[:, 0])
    assert dense[:4].mean() > 0.9 and dense.mean() > 0.95
    assert dense.min() > null.min() - 0.1, "the density never falls again"
    sparse = np.zeros(43_200)
    sparse[::97] = 1.0
    assert echo_density(sparse).mean() < 0.1


def modal_peak(tail, frames=4_096):
    """How many dB the loudest 12 Hz are above the third of an octave around them.

    Each frame is divided by the median of its neighbourhood before the average over time, so that bands that decay
    faster count equally.
    """
    pitches, _, bins = signal.stft(tail, RATE, nperseg=frames, noverlap=frames // 2, boundary=None, padded=False)
    power, excess = np.abs(bins) ** 2, []
    for k in np.flatnonzero((pitches > 150) & (pitches < 12_000)):
        around = np.abs(np.log2(np.maximum(pitches, 1e-9) / pitches[k])) < 1 / 6
        excess.append(10 * np.log10(np.mean(power[k] / np.median(power[around], axis=0))))
    return max(excess) - np.median(excess)


@pytest.mark.parametrize("size", [0.3, 0.6, 1.0])
def test_no_mode_stands_out(size):
    tail = impulse_response(6.5, decay=8.0, size=size, damping=0.0)[4_800:]
    fall = 10 ** (-3 * np.arange(len(tail)) / (8.0 * RATE))
    assert modal_peak(tail) < 6.0
    assert modal_peak(noise(len(tail))[:, 0] * fall) < 2.5
    struck = noise(len(tail))[:, 0] * fall
    struck += 0.01 * np.sin(2 * np.pi * 1_000 * np.arange(len(tail)) / RATE) * fall
    assert modal_peak(struck) > 6.0, "this test detects a mode 17 dB below the whole"


def test_level_hardly_depends_on_the_decay():
    x = noise(8 * int(RATE), 2)
    levels = [process(x, decay=decay, mix=1.0)[-96_000:].std() / 0.1 for decay in (0.2, 1.0, 5.0, 20.0)]
    assert 20 * np.log10(min(levels)) > -10 and 20 * np.log10(max(levels)) < 0.5


def test_reverb_starts_after_the_predelay():
    for predelay in (0.0, 0.05, 0.25):
        first = np.flatnonzero(impulse_response(0.5, predelay=predelay, size=1.0, modulation=0.0))[0]
        assert first == pytest.approx((0.02 + predelay) * RATE, abs=5)


def test_dry_mix_is_the_input():
    x = noise(9_000, 3)
    np.testing.assert_array_equal(process(x, mix=0.0), x)


def test_width_decorrelates_the_sides_and_keeps_the_level():
    x = noise(2 * int(RATE), 2)
    narrow, wide = (process(x, width=width, mix=1.0)[48_000:].astype(float) for width in (0.0, 1.0))
    np.testing.assert_array_equal(narrow[:, 0], narrow[:, 1])
    assert abs(np.corrcoef(wide.T)[0, 1]) < 0.1
    assert 20 * np.log10(wide.std() / narrow.std()) == pytest.approx(0.0, abs=1.0)


def test_mono_equals_two_equal_channels():
    x = noise(20_000)
    both = process(np.repeat(x, 2, axis=1))
    np.testing.assert_array_equal(process(x)[:, 0], both[:, 0])


@pytest.mark.parametrize("rate", [8_000.0, 192_000.0])
@pytest.mark.parametrize("channels", [1, 3, 8])
def test_output_does_not_depend_on_block_size_at_any_rate(rate, channels):
    x, moves = noise(40_000, channels), {0: 0.1, 9_001: 0.9, 20_017: 0.0}
    whole = render(runner(reverb, channels, rate), reverb, x, [len(x)], moves)
    np.testing.assert_array_equal(render(runner(reverb, channels, rate), reverb, x, SPLITS["random"], moves), whole)
    assert np.isfinite(whole).all() and np.abs(whole).max() < 2.0


@pytest.mark.parametrize("param", reverb.PARAMS, ids=lambda p: p.name)
def test_moved_parameter_does_not_click(param):
    """With a low sine as input, nothing may appear above 3 kHz. Jumping delays are the control."""
    seconds = np.arange(3 * int(RATE)) / RATE
    x = (0.5 * np.sin(2 * np.pi * 300 * seconds) * np.minimum(1, 5 * seconds)).astype(np.float32)[:, None]
    high = signal.butter(6, 3_000, "highpass", fs=RATE, output="sos")

    def click_level(jump=1.0, **moved):
        state, y = reverb.init(RATE, 1), np.empty_like(x)
        for start, stop, params in ((0, 96_000, {}), (96_000, len(x), moved)):
            reverb.process(state, values(reverb, **params), x[start:stop], y[start:stop])
            state.network.delay[:] *= jump
        return 20 * np.log10(np.abs(signal.sosfilt(high, y[:, 0].astype(float))[96_000:]).max())

    assert max(click_level(**{param.name: param.low}), click_level(**{param.name: param.high})) < -65
    assert click_level(jump=1.1) > -40


def test_longest_decay_ends_and_silence_stays_silent():
    x = np.zeros((40 * int(RATE), 1), np.float32)
    assert not process(x[:48_000]).any()
    x[:4_800] = noise(4_800)
    y = process(x, decay=20.0, size=1.0, damping=1.0)
    assert np.abs(y[:48_000]).max() > 1e-2 and np.abs(y[-48_000:]).max() < 1e-5
