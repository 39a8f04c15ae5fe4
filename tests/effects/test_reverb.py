"""What a reverb promises: the decay that was asked for, a dense and even tail, and a room that moves in silence."""

import numpy as np
import pytest
from scipy import signal

from phosphene.engine.effects import reverb
from tests.effects.test_effects import RATE, SPLITS, calling, render, values


def settled(x, rate=RATE, **named):
    """What becomes of a sound in a room that has been what it is from the beginning."""
    state, wanted, y = reverb.init(rate, x.shape[1]), values(reverb, **named), np.empty_like(x)
    state.smoothed[:] = wanted
    reverb.process(state, wanted, x, y)
    return y


def response(seconds, rate=RATE, **named):
    """Of one channel to a click, without the click."""
    x = np.zeros((round(seconds * rate), 1), np.float32)
    x[0] = 1.0
    return settled(x, rate, **{"mix": 1.0, "predelay": 0.0, **named})[:, 0].astype(float)


def noise(frames, channels=1, seed=4):
    return np.random.default_rng(seed).normal(0, 0.1, (frames, channels)).astype(np.float32)


def decay_of(tail, low, high, rate=RATE):
    """Seconds to fall by 60 dB in a band, from the slope of the energy that is still to come, from -5 to -35 dB."""
    energy = signal.sosfilt(signal.butter(4, [low, high], "bandpass", fs=rate, output="sos"), tail) ** 2
    level = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-30)
    first, last = np.argmax(level < -5), np.argmax(level < -35)
    return -60 / (np.polyfit(np.arange(first, last), level[first:last], 1)[0] * rate)


@pytest.mark.parametrize("damping", [0.0, 0.5])
@pytest.mark.parametrize("decay", [0.5, 2.0, 8.0])
@pytest.mark.parametrize("size", [0.0, 0.6, 1.0])
def test_a_kilohertz_decays_in_the_time_asked_for(decay, damping, size):
    tail = response(1.1 * decay + 0.2, decay=decay, damping=damping, size=size)
    assert decay_of(tail, 707, 1_414) == pytest.approx(decay, rel=0.1)


@pytest.mark.parametrize("rate", [44_100.0, 96_000.0, 192_000.0])
def test_it_decays_alike_at_any_rate(rate):
    here, there = (response(2.4, r, damping=0.7) for r in (rate, RATE))
    for low, high in ((707, 1_414), (2_828, 5_657), (5_657, 11_314)):
        assert decay_of(here, low, high, rate) == pytest.approx(decay_of(there, low, high), rel=0.12)


def test_damping_darkens_and_spares_the_bass():
    bright, dark = (response(2.4, damping=damping) for damping in (0.0, 1.0))
    assert decay_of(dark, 5_657, 11_314) < 0.5 * decay_of(bright, 5_657, 11_314)
    assert decay_of(dark, 177, 354) == pytest.approx(decay_of(bright, 177, 354), rel=0.15)


def density(tail, window=960):
    """By windows of 20 ms, how many samples lie beyond one deviation, in parts of what noise has."""
    shape = np.hanning(window) / np.hanning(window).sum()
    spans = np.lib.stride_tricks.sliding_window_view(tail, window)[:: window // 2]
    deviation = np.sqrt((shape * spans**2).sum(axis=1, keepdims=True))
    return (shape * (np.abs(spans) > deviation)).sum(axis=1) / 0.3173


@pytest.mark.parametrize("size", [0.3, 0.6, 1.0])
def test_echoes_are_as_dense_as_noise_within_a_tenth_of_a_second(size):
    tail = response(1.0, size=size)
    dense, null = density(tail[4_800:]), density(noise(43_200)[:, 0])
    assert dense[:4].mean() > 0.9 and dense.mean() > 0.95
    assert dense.min() > null.min() - 0.1, "nowhere does it fall apart again"
    sparse = np.zeros(43_200)
    sparse[::97] = 1.0
    assert density(sparse).mean() < 0.1


def ringing(tail, frames=4_096):
    """By how many dB the loudest 12 Hz stand out from a third of an octave around them.

    Every moment is divided by the middle of its neighbourhood before the average over time, so that a band
    which decays sooner counts as much.
    """
    pitches, _, bins = signal.stft(tail, RATE, nperseg=frames, noverlap=frames // 2, boundary=None, padded=False)
    power, excess = np.abs(bins) ** 2, {}
    for k in np.flatnonzero((pitches > 150) & (pitches < 12_000)):
        around = np.abs(np.log2(np.maximum(pitches, 1e-9) / pitches[k])) < 1 / 6
        excess[k] = np.log10(np.mean(power[k] / np.median(power[around], axis=0)))
    excess = 10 * np.array(list(excess.values()))
    return (excess - np.median(excess)).max()


@pytest.mark.parametrize("size", [0.3, 0.6, 1.0])
def test_no_mode_rings_beyond_its_neighbours(size):
    tail = response(6.5, decay=8.0, size=size, damping=0.0)[4_800:]
    fall = 10 ** (-3 * np.arange(len(tail)) / (8.0 * RATE))
    assert ringing(tail) < 6.0
    assert ringing(noise(len(tail))[:, 0] * fall) < 2.5
    struck = noise(len(tail))[:, 0] * fall
    struck += 0.01 * np.sin(2 * np.pi * 1_000 * np.arange(len(tail)) / RATE) * fall
    assert ringing(struck) > 6.0, "one mode 17 dB below the whole is heard by this test"


def test_a_room_is_about_as_loud_however_long_it_sounds():
    x = noise(8 * int(RATE), 2)
    levels = [settled(x, decay=decay, mix=1.0)[-96_000:].std() / 0.1 for decay in (0.2, 1.0, 5.0, 20.0)]
    assert 20 * np.log10(min(levels)) > -10 and 20 * np.log10(max(levels)) < 0.5


def test_it_begins_after_its_predelay():
    for predelay in (0.0, 0.05, 0.25):
        first = np.flatnonzero(response(0.5, predelay=predelay, size=1.0, modulation=0.0))[0]
        assert first == pytest.approx((0.02 + predelay) * RATE, abs=5)


def test_without_mix_nothing_is_changed():
    x = noise(9_000, 3)
    np.testing.assert_array_equal(settled(x, mix=0.0), x)


def test_width_opens_two_sides_and_keeps_the_level():
    x = noise(2 * int(RATE), 2)
    narrow, wide = (settled(x, width=width, mix=1.0)[48_000:].astype(float) for width in (0.0, 1.0))
    np.testing.assert_array_equal(narrow[:, 0], narrow[:, 1])
    assert abs(np.corrcoef(wide.T)[0, 1]) < 0.1
    assert 20 * np.log10(wide.std() / narrow.std()) == pytest.approx(0.0, abs=1.0)


def test_one_channel_sounds_like_two_that_are_equal():
    x = noise(20_000)
    both = settled(np.repeat(x, 2, axis=1))
    np.testing.assert_array_equal(settled(x)[:, 0], both[:, 0])


@pytest.mark.parametrize("rate", [8_000.0, 192_000.0])
@pytest.mark.parametrize("channels", [1, 3, 8])
def test_block_size_is_inaudible_at_any_rate(rate, channels):
    x, moves = noise(40_000, channels), {0: 0.1, 9_001: 0.9, 20_017: 0.0}
    whole = render(calling(reverb, channels, rate), reverb, x, [len(x)], moves)
    np.testing.assert_array_equal(render(calling(reverb, channels, rate), reverb, x, SPLITS["random"], moves), whole)
    assert np.isfinite(whole).all() and np.abs(whole).max() < 2.0


@pytest.mark.parametrize("param", reverb.PARAMS, ids=lambda p: p.name)
def test_a_moved_parameter_does_not_click(param):
    """Under a low sine nothing may be heard above 3 kHz. A room that jumps is the control."""
    seconds = np.arange(3 * int(RATE)) / RATE
    x = (0.5 * np.sin(2 * np.pi * 300 * seconds) * np.minimum(1, 5 * seconds)).astype(np.float32)[:, None]
    high = signal.butter(6, 3_000, "highpass", fs=RATE, output="sos")

    def heard(jump=1.0, **moved):
        state, y = reverb.init(RATE, 1), np.empty_like(x)
        for start, stop, named in ((0, 96_000, {}), (96_000, len(x), moved)):
            reverb.process(state, values(reverb, **named), x[start:stop], y[start:stop])
            state.network.delay[:] *= jump
        return 20 * np.log10(np.abs(signal.sosfilt(high, y[:, 0].astype(float))[96_000:]).max())

    assert max(heard(**{param.name: param.low}), heard(**{param.name: param.high})) < -65
    assert heard(jump=1.1) > -40


def test_the_longest_room_falls_silent_and_silence_stays():
    x = np.zeros((40 * int(RATE), 1), np.float32)
    assert not settled(x[:48_000]).any()
    x[:4_800] = noise(4_800)
    y = settled(x, decay=20.0, size=1.0, damping=1.0)
    assert np.abs(y[:48_000]).max() > 1e-2 and np.abs(y[-48_000:]).max() < 1e-5
